package io.ringhaul.internal.jobstore;

import com.fasterxml.jackson.core.type.TypeReference;
import io.ringhaul.internal.jackson.Json;
import io.ringhaul.job.StoredBottleneck;
import java.sql.Connection;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** The table of bottlenecks. */
final class BottleneckTable {

  private final Connection connection;

  BottleneckTable(Connection connection) {
    this.connection = connection;
  }

  void put(UUID id, StoredBottleneck bottleneck) {
    Sql.upsert(
        connection,
        "job_bottlenecks",
        "job_id, id",
        "kind, component, evidence, reason, recommendation, parameter, value, first_seen,"
            + " last_seen, lasts",
        id.toString(),
        StoredText.readable(bottleneck.id()),
        StoredText.readable(bottleneck.kind()),
        StoredText.readable(bottleneck.component()),
        StoredText.readable(Json.text(new TreeMap<>(bottleneck.evidence()))),
        StoredText.readable(bottleneck.reason()),
        StoredText.readable(bottleneck.recommendation()),
        bottleneck.parameter().map(StoredText::readable).orElse(null),
        bottleneck.value().orElse(null),
        bottleneck.firstSeen().toEpochMilli(),
        bottleneck.lastSeen().toEpochMilli(),
        bottleneck.open() ? 1 : 0);
  }

  List<StoredBottleneck> all(UUID id) {
    return Sql.query(
        connection,
        "SELECT id, kind, component, evidence, reason, recommendation, parameter, value,"
            + " first_seen, last_seen, lasts FROM job_bottlenecks WHERE job_id = ?"
            + " ORDER BY first_seen DESC, id",
        row -> {
          long number = row.getLong(8);
          Optional<Long> value = row.wasNull() ? Optional.empty() : Optional.of(number);
          return new StoredBottleneck(
              Sql.text(row, 1),
              Sql.text(row, 2),
              Sql.text(row, 3),
              StoredText.parse(Sql.text(row, 4), new TypeReference<Map<String, Double>>() {}),
              Sql.text(row, 5),
              Sql.text(row, 6),
              Optional.ofNullable(row.getString(7)),
              value,
              Instant.ofEpochMilli(row.getLong(9)),
              Instant.ofEpochMilli(row.getLong(10)),
              row.getInt(11) != 0);
        },
        id.toString());
  }

  void keepNewest(UUID id, int count) {
    Sql.keepFirst(connection, "job_bottlenecks", "first_seen DESC, id", id, count);
  }
}
