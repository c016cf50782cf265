package io.ringhaul.internal.jobstore;

import com.fasterxml.jackson.core.type.TypeReference;
import io.ringhaul.internal.jackson.Json;
import io.ringhaul.job.TuningEntry;
import java.sql.Connection;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** The tables of parameter changes and of the best parameters. */
final class TuningTable {

  private final Connection connection;

  TuningTable(Connection connection) {
    this.connection = connection;
  }

  void put(UUID id, TuningEntry entry) {
    Sql.upsert(
        connection,
        "tuning_history",
        "job_id, id",
        "time, parameter, value_before, value_after, reason, effect, state",
        id.toString(),
        StoredText.readable(entry.id()),
        entry.time().toEpochMilli(),
        StoredText.readable(entry.parameter()),
        entry.before(),
        entry.after(),
        StoredText.readable(entry.reason()),
        entry.effect().map(StoredText::readable).orElse(null),
        entry.state().name());
  }

  List<TuningEntry> all(UUID id) {
    return Sql.query(
        connection,
        "SELECT id, time, parameter, value_before, value_after, reason, effect, state"
            + " FROM tuning_history WHERE job_id = ? ORDER BY time DESC, id",
        row ->
            new TuningEntry(
                Sql.text(row, 1),
                Instant.ofEpochMilli(row.getLong(2)),
                Sql.text(row, 3),
                row.getLong(4),
                row.getLong(5),
                Sql.text(row, 6),
                Optional.ofNullable(row.getString(7)),
                Sql.constant(TuningEntry.State.class, Sql.text(row, 8))),
        id.toString());
  }

  void keepNewest(UUID id, int count) {
    Sql.keepFirst(connection, "tuning_history", "time DESC, id", id, count);
  }

  void putTuned(String subject, Map<String, Long> parameters, double rowsPerSecond, Instant time) {
    Sql.upsert(
        connection,
        "tuned_settings",
        "subject",
        "parameters, rows_per_second, time",
        StoredText.readable(subject),
        StoredText.readable(Json.text(new TreeMap<>(parameters))),
        rowsPerSecond,
        time.toEpochMilli());
  }

  Map<String, Long> tuned(String subject) {
    return Sql.query(
            connection,
            "SELECT parameters FROM tuned_settings WHERE subject = ?",
            row -> StoredText.parse(Sql.text(row, 1), new TypeReference<Map<String, Long>>() {}),
            StoredText.readable(subject))
        .stream()
        .findFirst()
        .map(Map::copyOf)
        .orElse(Map.of());
  }
}
