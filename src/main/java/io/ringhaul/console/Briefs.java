package io.ringhaul.console;

import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.internal.jobstore.Metric;
import io.ringhaul.internal.jobstore.MetricKind;
import io.ringhaul.internal.jobstore.MetricQuery;
import io.ringhaul.job.Job;
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
 * Summaries of the metrics of whole jobs. A summary reads the complete history, so it is cached for
 * {@link #FRESH} and shared between requests. Thread-safe.
 */
final class Briefs {

  /** The lifetime of a cached summary. */
  static final Duration FRESH = Duration.ofSeconds(5);

  /** The largest number of cached summaries. */
  private static final int MOST = 32;

  private final JobTelemetry telemetry;
  private final Clock clock;
  private final Map<Of, Brief> kept = new LinkedHashMap<>();

  Briefs(JobTelemetry telemetry, Clock clock) {
    this.telemetry = telemetry;
    this.clock = clock;
  }

  /**
   * A summary of the metrics of a job.
   *
   * @param read the time of the summary
   * @param seconds the time from the first to the last sample
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
            // Allows for clock differences between machines of up to a day.
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

  /** Groups metrics by series, in order of the first metric of each series. */
  static Map<Key, List<Metric>> bySeries(List<Metric> metrics) {
    Map<Key, List<Metric>> series = new LinkedHashMap<>();
    for (Metric metric : metrics) {
      series.computeIfAbsent(Key.of(metric), key -> new ArrayList<>()).add(metric);
    }
    return series;
  }

  /** The identity of a series. */
  record Key(String component, String name, OptionalInt partition) {
    private static Key of(Metric metric) {
      return new Key(metric.component(), metric.name(), metric.partition());
    }
  }
}
