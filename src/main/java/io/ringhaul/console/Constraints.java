package io.ringhaul.console;

import io.ringhaul.internal.jobstore.MetricKind;
import io.ringhaul.internal.telemetry.MetricName;
import io.ringhaul.job.Job;
import io.ringhaul.monitor.LimitingFactor;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the limits of a job and their current usage. */
final class Constraints {

  private static final String WINDOW = "window";

  /** The names of the limits in the job's settings. */
  private static final List<String> NAMES =
      List.of(
          "maxCpuShare",
          "maxRowsPerSecond",
          "maxBytesPerSecond",
          "maxDiskBytes",
          WINDOW,
          "priority",
          "protectLatency");

  private static final String NONE = "";

  private Constraints() {}

  static ConstraintsView of(Job job, LiveReader live) {
    Map<String, String> settings = job.definition().settings();
    boolean runs = Liveness.isAlive(job, Instant.now());
    LatestMetrics performance = live.latest(job, MetricKind.PERFORMANCE);
    LatestMetrics resources = live.latest(job, MetricKind.RESOURCE);
    List<ConstraintsView.Constraint> constraints = new ArrayList<>();
    for (String name : NAMES) {
      Optional<String> changed =
          runs
              ? performance
                  .find(MetricName.TUNABLE + name, MetricName.VALUE)
                  .map(value -> value > 0 ? Long.toString(Math.round(value)) : NONE)
              : Optional.empty();
      String value = changed.orElse(settings.getOrDefault(name, NONE));
      if (value.equals(NONE)) {
        continue;
      }
      Optional<Double> usage = runs ? usage(name, performance, resources) : Optional.empty();
      Optional<Double> limit = number(value);
      boolean isHolding =
          runs
              && performance
                  .condition()
                  .limitedBy()
                  .flatMap(factor -> name(factor.kind()))
                  .filter(name::equals)
                  .isPresent();
      constraints.add(
          new ConstraintsView.Constraint(
              name, value, usage.orElse(null), limit.orElse(null), isHolding));
    }
    return new ConstraintsView(job.id().toString(), constraints);
  }

  /** The name here of the limit that a limiting factor comes from. */
  private static Optional<String> name(LimitingFactor.Kind kind) {
    return kind.setting().map(setting -> setting.equals("runWindow") ? WINDOW : setting);
  }

  private static Optional<Double> usage(
      String name, LatestMetrics performance, LatestMetrics resources) {
    return switch (name) {
      case "maxCpuShare" -> resources.find("process", MetricName.CPU_SHARE);
      case "maxRowsPerSecond" -> performance.find(MetricName.JOB, MetricName.ROWS_PER_SECOND);
      case "maxBytesPerSecond" -> performance.find(MetricName.JOB, MetricName.BYTES_PER_SECOND);
      // The usage of maxDiskBytes is unknown: it covers the files of all runs, whereas the byte
      // metrics cover the rows read in this run.
      default -> Optional.empty();
    };
  }

  private static Optional<Double> number(String value) {
    try {
      return Optional.of(Double.valueOf(value)).filter(Double::isFinite);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
