package io.ringhaul.internal.jobstore;

import io.ringhaul.job.Metric;
import io.ringhaul.job.MetricKind;
import io.ringhaul.job.MetricQuery;
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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Metrics of one kind of a job, for the process that adds them. It decides on addition how long a
 * value is kept; thinning out then removes the oldest values of each {@link Resolution}.
 */
final class MetricHistory {

  /** By time, then by what it is. */
  static final Comparator<Metric> ORDER =
      Comparator.comparing(Metric::time)
          .thenComparing(Metric::component)
          .thenComparing(Metric::name)
          .thenComparing(each -> each.partition().orElse(-1));

  /** What a job measured within its last ten seconds is never too old. */
  private static final Duration LATEST = Duration.ofSeconds(10);

  private static final long THINNED_EVERY_MILLIS = TimeUnit.MINUTES.toMillis(1);

  /** The part of the capacity that the shares of the resolutions leave free. */
  private static final double THINNED_EVERY_PART = 0.025;

  /** Who waits for the store is not to wait long. */
  private static final int MOST_AT_ONCE = 5_000;

  private static final int MOST_SERIES = 50_000;

  private record Series(String component, String name, OptionalInt partition) {}

  private final UUID job;
  private final MetricKind kind;
  private final Map<Series, Long> newest = new HashMap<>();
  private long thinned;
  private int sinceThinned;

  MetricHistory(UUID job, MetricKind kind) {
    this.job = job;
    this.kind = kind;
  }

  /**
   * Adds values, and thins out older ones now and then.
   *
   * @param transaction runs a step and gives what it gives; more than once if it must
   */
  synchronized void add(
      Collection<Metric> metrics,
      Function<Function<TelemetryRecords, Boolean>, Boolean> transaction) {
    Map<Resolution, List<Metric>> added = new EnumMap<>(Resolution.class);
    Map<Series, Long> times = new HashMap<>();
    for (Metric each : metrics) {
      Series series = new Series(each.component(), each.name(), each.partition());
      long time = each.time().toEpochMilli();
      Long before = times.getOrDefault(series, newest.get(series));
      added.computeIfAbsent(resolution(before, time), none -> new ArrayList<>()).add(each);
      times.put(series, time);
    }
    long now = times.values().stream().mapToLong(Long::longValue).max().orElse(thinned);
    boolean thinnedOut =
        transaction.apply(
            records -> {
              added.forEach((resolution, values) -> records.insert(job, kind, resolution, values));
              boolean isDue =
                  now - THINNED_EVERY_MILLIS >= thinned
                      || sinceThinned + metrics.size() >= THINNED_EVERY_PART * records.capacity();
              if (isDue) {
                thinOut(records, job, kind, now, records.capacity());
              }
              return isDue;
            });
    if (newest.size() > MOST_SERIES) {
      newest.clear();
    }
    newest.putAll(times);
    thinned = thinnedOut ? now : thinned;
    sinceThinned = thinnedOut ? 0 : sinceThinned + metrics.size();
  }

  private static Resolution resolution(@Nullable Long before, long time) {
    return before == null ? Resolution.MINUTE : Resolution.after(before, time);
  }

  /**
   * Removes what is too old or too much.
   *
   * @param now in milliseconds
   * @param capacity how many values may stay
   */
  static void thinOut(TelemetryRecords records, UUID job, MetricKind kind, long now, int capacity) {
    OptionalLong last = newest(records, job, kind);
    if (last.isEmpty()) {
      return;
    }
    for (Resolution each : Resolution.values()) {
      each.kept()
          .ifPresent(
              age ->
                  records.deleteOldest(
                      job,
                      kind,
                      each,
                      Math.min(now - age.toMillis(), last.getAsLong() - LATEST.toMillis()),
                      MOST_AT_ONCE));
      records
          .newest(job, kind, each, (int) (each.share() * capacity))
          .ifPresent(time -> records.deleteOldest(job, kind, each, time + 1, Integer.MAX_VALUE));
    }
  }

  /** What a job as a whole measured within its last ten seconds: the last value of each series. */
  static List<Metric> latest(TelemetryRecords records, UUID job, MetricKind kind) {
    OptionalLong last = newest(records, job, kind);
    if (last.isEmpty()) {
      return List.of();
    }
    Instant end = Instant.ofEpochMilli(last.getAsLong());
    Map<Series, Metric> result = new HashMap<>();
    records
        .metrics(
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
        .forEach(
            each -> result.put(new Series(each.component(), each.name(), each.partition()), each));
    return result.values().stream().sorted(ORDER).toList();
  }

  private static OptionalLong newest(TelemetryRecords records, UUID job, MetricKind kind) {
    OptionalLong result = OptionalLong.empty();
    for (Resolution each : Resolution.values()) {
      OptionalLong time = records.newest(job, kind, each, 0);
      if (time.isPresent() && (result.isEmpty() || result.getAsLong() < time.getAsLong())) {
        result = time;
      }
    }
    return result;
  }
}
