package io.ringhaul.console;

import io.ringhaul.job.Job;
import io.ringhaul.job.JobTelemetry;
import io.ringhaul.job.Metric;
import io.ringhaul.job.MetricKind;
import io.ringhaul.job.MetricQuery;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/**
 * What was measured of whole jobs, in brief. The whole history is read for it, and so it is kept
 * for some seconds: many may ask for the same. Thread-safe.
 */
final class Briefs {

  /** So long one is good enough. */
  static final Duration FRESH = Duration.ofSeconds(5);

  /** So many are kept. */
  private static final int MOST = 32;

  private final JobTelemetry telemetry;
  private final Clock clock;
  private final Map<Of, Brief> kept = new LinkedHashMap<>();

  Briefs(JobTelemetry telemetry, Clock clock) {
    this.telemetry = telemetry;
    this.clock = clock;
  }

  /**
   * The metrics of a job in brief.
   *
   * @param read when they were read
   * @param seconds from the first to the last
   */
  record Brief(Instant read, double seconds, List<SummaryView.Series> series) {}

  private record Of(UUID job, MetricKind kind) {}

  Brief of(Job job, MetricKind kind) {
    Of key = new Of(job.id(), kind);
    Instant now = clock.instant();
    synchronized (kept) {
      kept.values().removeIf(each -> !each.read().plus(FRESH).isAfter(now));
      Brief known = kept.get(key);
      if (known != null) {
        return known;
      }
    }
    List<Metric> metrics = ofWholeJob(job, kind, now);
    Brief brief = new Brief(now, seconds(metrics), series(metrics));
    synchronized (kept) {
      if (kept.size() < MOST) {
        kept.put(key, brief);
      }
    }
    return brief;
  }

  private List<Metric> ofWholeJob(Job job, MetricKind kind, Instant now) {
    MetricQuery all =
        new MetricQuery(
            job.id(),
            kind,
            Optional.empty(),
            Optional.empty(),
            Instant.EPOCH,
            // Clocks of several machines differ, but not by a day.
            now.plus(Duration.ofDays(1)),
            MetricCalls.MOST_POINTS);
    return telemetry.metrics(all).stream().filter(each -> each.partition().isEmpty()).toList();
  }

  private static double seconds(List<Metric> metrics) {
    return metrics.isEmpty()
        ? 0
        : Duration.between(metrics.get(0).time(), metrics.get(metrics.size() - 1).time()).toMillis()
            / 1e3;
  }

  private static List<SummaryView.Series> series(List<Metric> metrics) {
    List<SummaryView.Series> series = new ArrayList<>();
    bySeries(metrics)
        .forEach(
            (key, values) -> {
              DoubleSummaryStatistics figures =
                  values.stream().mapToDouble(Metric::value).summaryStatistics();
              series.add(
                  new SummaryView.Series(
                      key.component(),
                      key.name(),
                      figures.getCount(),
                      figures.getMin(),
                      figures.getAverage(),
                      figures.getMax(),
                      values.get(values.size() - 1).value()));
            });
    return series;
  }

  /** The metrics apart, in the order in which each series begins. */
  static Map<Key, List<Metric>> bySeries(List<Metric> metrics) {
    Map<Key, List<Metric>> series = new LinkedHashMap<>();
    for (Metric metric : metrics) {
      series.computeIfAbsent(Key.of(metric), key -> new ArrayList<>()).add(metric);
    }
    return series;
  }

  /** What tells one series from the others. */
  record Key(String component, String name, OptionalInt partition) {
    private static Key of(Metric metric) {
      return new Key(metric.component(), metric.name(), metric.partition());
    }
  }
}
