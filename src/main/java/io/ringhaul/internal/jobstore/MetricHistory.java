package io.ringhaul.internal.jobstore;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.mapper.RowMappers;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/**
 * Metrics of one kind of a job, for the process that adds them. It decides on addition how long a
 * value is kept; thinning out then removes the oldest values of each {@link Resolution}.
 */
final class MetricHistory {

  /**
   * How long a metric is kept: the first value of each minute permanently, the first of each ten
   * seconds for two hours, the others for ten minutes.
   */
  private enum Resolution {
    SECOND(1, Optional.of(Duration.ofMinutes(10)), 0.3),
    TEN_SECONDS(10, Optional.of(Duration.ofHours(2)), 0.3),
    MINUTE(60, Optional.empty(), 0.375);

    /** Rows have it as a number. */
    private final int seconds;

    /** How old a value may become. */
    private final Optional<Duration> kept;

    /** Its part of the capacity; the rest is for values that are not yet counted. */
    private final double share;

    Resolution(int seconds, Optional<Duration> kept, double share) {
      this.seconds = seconds;
      this.kept = kept;
      this.share = share;
    }

    /** Of a value of a series with an earlier value; times are in milliseconds. */
    private static Resolution of(@Nullable Long before, long time) {
      if (before == null || MINUTE.divides(before, time)) {
        return MINUTE;
      }
      return TEN_SECONDS.divides(before, time) ? TEN_SECONDS : SECOND;
    }

    private boolean divides(long before, long time) {
      long length = seconds * 1000L;
      return Math.floorDiv(before, length) != Math.floorDiv(time, length);
    }
  }

  private record Series(String component, String name, OptionalInt partition) {

    static Series of(Metric metric) {
      return new Series(metric.component(), metric.name(), metric.partition());
    }
  }

  private static final Statements SQL = new Statements("telemetry.sql", Map.of());

  /** By time, then by what was measured; databases differ in the order of texts. */
  private static final Comparator<Metric> ORDER =
      Comparator.comparing(Metric::time)
          .thenComparing(Metric::component)
          .thenComparing(Metric::name)
          .thenComparing(each -> each.partition().orElse(-1));

  /** Values of a job's last ten seconds are never too old. */
  private static final Duration LATEST = Duration.ofSeconds(10);

  private static final long THINNED_EVERY_MILLIS = TimeUnit.MINUTES.toMillis(1);

  /** The part of the capacity that the shares of the resolutions leave free. */
  private static final double THINNED_EVERY_PART = 0.025;

  /** Bounds the time for which other processes wait for the store. */
  private static final int MOST_AT_ONCE = 5_000;

  private static final int MOST_SERIES = 50_000;
  private static final int BATCH = 500;

  private final UUID job;
  private final MetricKind kind;
  private final int capacity;
  private final Map<Series, Long> newest = new HashMap<>();
  private long thinned;
  private int sinceThinned;

  MetricHistory(UUID job, MetricKind kind, int capacity) {
    this.job = job;
    this.kind = kind;
    this.capacity = capacity;
  }

  /**
   * Adds values, and thins out older ones now and then.
   *
   * @param transaction runs a step in a transaction, more than once if it must
   */
  synchronized void add(Collection<Metric> metrics, Consumer<Consumer<Handle>> transaction) {
    Map<Resolution, List<Metric>> added = new EnumMap<>(Resolution.class);
    Map<Series, Long> times = new HashMap<>();
    for (Metric each : metrics) {
      Series series = Series.of(each);
      long time = each.time().toEpochMilli();
      Resolution resolution = Resolution.of(times.getOrDefault(series, newest.get(series)), time);
      added.computeIfAbsent(resolution, none -> new ArrayList<>()).add(each);
      times.put(series, time);
    }
    long now = times.values().stream().mapToLong(Long::longValue).max().orElse(thinned);
    boolean isDue =
        now - THINNED_EVERY_MILLIS >= thinned
            || sinceThinned + metrics.size() >= THINNED_EVERY_PART * capacity;
    transaction.accept(
        handle -> {
          added.forEach((resolution, values) -> insert(handle, resolution, values));
          if (isDue) {
            thinOut(handle, job, kind, now, capacity);
          }
        });
    if (newest.size() > MOST_SERIES) {
      newest.clear();
    }
    newest.putAll(times);
    thinned = isDue ? now : thinned;
    sinceThinned = isDue ? 0 : sinceThinned + metrics.size();
  }

  private void insert(Handle handle, Resolution resolution, List<Metric> metrics) {
    try (PreparedBatch batch = SQL.batch(handle, "insertMetric")) {
      for (Metric each : metrics) {
        of(batch, job, kind).bind("resolution", resolution.seconds).bindMethods(each).add();
        if (batch.size() == BATCH) {
          batch.execute();
        }
      }
      if (batch.size() > 0) {
        batch.execute();
      }
    }
  }

  /**
   * Removes values that are too old or too many.
   *
   * @param now in milliseconds
   * @param capacity how many values may stay
   */
  static void thinOut(Handle handle, UUID job, MetricKind kind, long now, int capacity) {
    OptionalLong last = newest(handle, job, kind);
    if (last.isEmpty()) {
      return;
    }
    for (Resolution each : Resolution.values()) {
      each.kept.ifPresent(
          age -> {
            long before = Math.min(now - age.toMillis(), last.getAsLong() - LATEST.toMillis());
            // All values of one moment go together.
            long end =
                time(handle, "oldestTime", job, kind, each, MOST_AT_ONCE).orElse(before - 1) + 1;
            delete(handle, job, kind, each, Math.min(before, end));
          });
      time(handle, "newestTime", job, kind, each, (int) (each.share * capacity))
          .ifPresent(time -> delete(handle, job, kind, each, time + 1));
    }
  }

  private static void delete(
      Handle handle, UUID job, MetricKind kind, Resolution resolution, long before) {
    of(SQL.update(handle, "deleteMetricsBefore"), job, kind)
        .bind("resolution", resolution.seconds)
        .bind("before", before)
        .execute();
  }

  /** Removes the metrics of all jobs except for the newest ones. */
  static void keepNewestJobs(Handle handle, int jobs) {
    SQL.update(handle, "keepMetricsOfNewestJobs").bind("jobs", jobs).execute();
  }

  static List<Metric> select(Handle handle, MetricQuery query) {
    return of(SQL.query(handle, "metrics"), query.job(), query.kind())
        .bind("since", query.since())
        .bind("until", query.until())
        .bind("component", query.component())
        .bind("name", query.name())
        .bind("limit", query.limit())
        .mapTo(Metric.class)
        .stream()
        .sorted(ORDER)
        .toList();
  }

  /** The last value of each series of the job as a whole within its last ten seconds. */
  static List<Metric> latest(Handle handle, UUID job, MetricKind kind) {
    OptionalLong last = newest(handle, job, kind);
    if (last.isEmpty()) {
      return List.of();
    }
    Instant end = Instant.ofEpochMilli(last.getAsLong());
    Map<Series, Metric> result = new HashMap<>();
    select(
            handle,
            new MetricQuery(
                job,
                kind,
                Optional.empty(),
                Optional.empty(),
                end.minus(LATEST),
                end.plusMillis(1),
                Integer.MAX_VALUE))
        .stream()
        .filter(each -> each.partition().isEmpty())
        .forEach(each -> result.put(Series.of(each), each));
    return result.values().stream().sorted(ORDER).toList();
  }

  /** The last values of each resolution of the newest completed jobs. */
  static Map<UUID, List<Metric>> latestOfCompleted(Handle handle, MetricKind kind, int jobs) {
    RowMapper<Metric> metric =
        handle.getConfig(RowMappers.class).findFor(Metric.class).orElseThrow();
    Map<UUID, List<Metric>> found = new HashMap<>();
    SQL.query(handle, "latestOfCompleted")
        .bind("kind", kind.name())
        .bind("jobs", jobs)
        .map((row, context) -> Map.entry(row.getString("job_id"), metric.map(row, context)))
        .forEach(
            each ->
                found
                    .computeIfAbsent(UUID.fromString(each.getKey()), job -> new ArrayList<>())
                    .add(each.getValue()));
    return found;
  }

  private static OptionalLong newest(Handle handle, UUID job, MetricKind kind) {
    return Stream.of(Resolution.values())
        .flatMap(each -> time(handle, "newestTime", job, kind, each, 0).stream())
        .mapToLong(Long::longValue)
        .max();
  }

  /** When the value of this offset was measured, counted from the newest or oldest one. */
  private static Optional<Long> time(
      Handle handle, String end, UUID job, MetricKind kind, Resolution resolution, int offset) {
    return of(SQL.query(handle, end), job, kind)
        .bind("resolution", resolution.seconds)
        .bind("offset", offset)
        .mapTo(Long.class)
        .findFirst();
  }

  private static <S extends SqlStatement<S>> S of(S statement, UUID job, MetricKind kind) {
    return statement.bind("job", job).bind("kind", kind.name());
  }
}
