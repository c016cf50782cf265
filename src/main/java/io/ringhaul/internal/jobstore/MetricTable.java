package io.ringhaul.internal.jobstore;

import io.ringhaul.job.Metric;
import io.ringhaul.job.MetricKind;
import io.ringhaul.job.MetricQuery;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One of the two tables of metrics. */
final class MetricTable {

  private static final String COLUMNS = "time, component, name, value, partition_number, context";

  /** The index is by resolution before it is by time. */
  private static final String OF_JOB = " WHERE job_id = ? AND resolution IN (1, 10, 60)";

  private final Connection connection;
  private final String table;

  MetricTable(Connection connection, MetricKind kind) {
    this.connection = connection;
    this.table =
        switch (kind) {
          case PERFORMANCE -> "performance_metrics";
          case RESOURCE -> "resource_usage";
        };
  }

  void insert(UUID id, Resolution resolution, List<Metric> metrics) {
    String key = id.toString();
    Sql.updateAll(
        connection,
        "INSERT INTO "
            + table
            + " ("
            + COLUMNS
            + ", job_id, resolution) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        () ->
            metrics.stream()
                .map(
                    each ->
                        new @Nullable Object[] {
                          each.time().toEpochMilli(),
                          StoredText.readable(each.component()),
                          StoredText.readable(each.name()),
                          each.value(),
                          each.partition().isPresent() ? each.partition().getAsInt() : null,
                          each.context().map(StoredText::readable).orElse(null),
                          key,
                          resolution.seconds()
                        })
                .iterator());
  }

  List<Metric> select(MetricQuery query) {
    StringBuilder where = new StringBuilder(OF_JOB + " AND time >= ? AND time < ?");
    List<Object> parameters = new ArrayList<>();
    parameters.add(query.job().toString());
    parameters.add(StoredTime.millis(query.since()));
    parameters.add(StoredTime.millis(query.until()));
    query
        .component()
        .ifPresent(
            component -> {
              where.append(" AND component = ?");
              parameters.add(StoredText.readable(component));
            });
    query
        .name()
        .ifPresent(
            name -> {
              where.append(" AND name = ?");
              parameters.add(StoredText.readable(name));
            });
    parameters.add(query.limit());
    List<Metric> newestFirst =
        Sql.query(
            connection,
            "SELECT "
                + COLUMNS
                + " FROM "
                + table
                + where
                + " ORDER BY time DESC, component DESC, name DESC,"
                + " COALESCE(partition_number, -1) DESC LIMIT ?",
            MetricTable::metric,
            parameters.toArray());
    // Databases differ in the order of texts.
    return newestFirst.stream().sorted(MetricHistory.ORDER).toList();
  }

  OptionalLong newest(UUID id, Resolution resolution, int number) {
    List<Long> times =
        Sql.query(
            connection,
            "SELECT time FROM "
                + table
                + " WHERE job_id = ? AND resolution = ? ORDER BY time DESC LIMIT 1 OFFSET ?",
            row -> row.getLong(1),
            id.toString(),
            resolution.seconds(),
            number);
    return times.isEmpty() ? OptionalLong.empty() : OptionalLong.of(times.get(0));
  }

  int deleteOldest(UUID id, Resolution resolution, long before, int most) {
    String key = id.toString();
    List<Long> next =
        Sql.query(
            connection,
            "SELECT time FROM "
                + table
                + " WHERE job_id = ? AND resolution = ? AND time < ? ORDER BY time LIMIT 1 OFFSET"
                + " ?",
            row -> row.getLong(1),
            key,
            resolution.seconds(),
            before,
            most);
    return Sql.update(
        connection,
        "DELETE FROM " + table + " WHERE job_id = ? AND resolution = ? AND time < ?",
        key,
        resolution.seconds(),
        next.isEmpty() ? before : next.get(0) + 1);
  }

  void keepNewestJobs(int jobs) {
    Sql.update(
        connection,
        "DELETE FROM "
            + table
            + " WHERE job_id IN"
            + " (SELECT id FROM batch_jobs ORDER BY created DESC, id LIMIT ? OFFSET ?)",
        Integer.MAX_VALUE,
        jobs);
  }

  void deleteAll(UUID id) {
    Sql.update(connection, "DELETE FROM " + table + " WHERE job_id = ?", id.toString());
  }

  private static Metric metric(ResultSet row) throws SQLException {
    int number = row.getInt(5);
    OptionalInt partition = row.wasNull() ? OptionalInt.empty() : OptionalInt.of(number);
    return new Metric(
        Instant.ofEpochMilli(row.getLong(1)),
        Sql.text(row, 2),
        Sql.text(row, 3),
        row.getDouble(4),
        partition,
        Optional.ofNullable(row.getString(6)));
  }
}
