package io.ringhaul.console;

import io.ringhaul.internal.jobstore.Metric;
import io.ringhaul.internal.telemetry.MetricName;
import io.ringhaul.internal.telemetry.StoredCondition;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The newest value of each metric of a job. */
final class LatestMetrics {

  /**
   * Values that are older than the newest by more than this belong to components that no longer
   * exist.
   */
  private static final Duration STALE = Duration.ofSeconds(15);

  private final Map<String, Map<String, Double>> values = new TreeMap<>();
  private final Map<String, Map<String, Double>> newest = new TreeMap<>();
  private final Optional<Instant> time;
  private final StoredCondition condition;

  LatestMetrics(Collection<Metric> metrics) {
    time = metrics.stream().map(Metric::time).max(Instant::compareTo);
    condition = StoredCondition.read(metrics);
    for (Metric metric : metrics) {
      boolean isNewest = metric.time().equals(time.orElseThrow());
      boolean isFresh =
          StoredCondition.has(metric.component())
              ? isNewest
              : metric.time().plus(STALE).isAfter(time.orElseThrow());
      if (isFresh) {
        put(values, metric);
      }
      if (isNewest) {
        put(newest, metric);
      }
    }
  }

  private static void put(Map<String, Map<String, Double>> values, Metric metric) {
    values
        .computeIfAbsent(metric.component(), component -> new TreeMap<>())
        .put(metric.name(), metric.value());
  }

  /** Returns the newest time; empty without metrics. */
  Optional<Instant> time() {
    return time;
  }

  /** Returns the health of the job and what limits it. */
  StoredCondition condition() {
    return condition;
  }

  Optional<Double> find(String component, MetricName name) {
    return Optional.ofNullable(values.getOrDefault(component, Map.of()).get(name.key()));
  }

  /** Returns a value of the newest sample; empty if it was not measured then. */
  Optional<Double> newest(String component, MetricName name) {
    return Optional.ofNullable(newest.getOrDefault(component, Map.of()).get(name.key()));
  }

  /** Returns a value; 0 if there is none. */
  double value(String component, MetricName name) {
    return find(component, name).orElse(0.0);
  }

  /** Returns a value rounded to a whole number; 0 if there is none. */
  long whole(String component, MetricName name) {
    return Math.round(value(component, name));
  }

  /** Returns the component names with the given prefix, without the prefix. */
  List<String> under(String prefix) {
    return values.keySet().stream()
        .filter(component -> component.startsWith(prefix))
        .map(component -> component.substring(prefix.length()))
        .toList();
  }

  /** Returns all values by component and name. */
  Map<String, Map<String, Double>> all() {
    return values;
  }
}
