package io.ringhaul.console;

import io.ringhaul.internal.jobstore.MetricKind;
import io.ringhaul.internal.telemetry.MetricName;
import io.ringhaul.job.Job;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the limits of a job and their current usage. */
final class Constraints {

  /** The names of the limits in the job's settings. */
  private static final List<String> NAMES =
      List.of(
          "maxCpuShare",
          "maxRowsPerSecond",
          "maxBytesPerSecond",
          "maxDiskBytes",
          "window",
          "priority",
          "protectLatency");

  /** From this share of a limit on, the limit holds the job back. */
  private static final double NEAR = 0.95;

  private Constraints() {}

  static ConstraintsView of(Job job, LiveReader live) {
    Map<String, String> settings = job.definition().settings();
    boolean runs = Liveness.isAlive(job, Instant.now());
    LatestMetrics performance = live.latest(job, MetricKind.PERFORMANCE);
    LatestMetrics resources = live.latest(job, MetricKind.RESOURCE);
    List<ConstraintsView.Constraint> constraints = new ArrayList<>();
    for (String name : NAMES) {
      String value = settings.get(name);
      if (value == null) {
        continue;
      }
      Optional<Double> usage = runs ? usage(name, performance, resources) : Optional.empty();
      Optional<Double> limit = number(value);
      boolean isPaused =
          runs
              && performance
                  .find(MetricName.JOB, MetricName.IN_FLIGHT_BOUND)
                  .filter(bound -> bound < 1)
                  .isPresent();
      boolean isNear = usage.isPresent() && limit.isPresent() && usage.get() >= NEAR * limit.get();
      constraints.add(
          new ConstraintsView.Constraint(
              name,
              value,
              usage.orElse(null),
              limit.orElse(null),
              name.equals("window") ? isPaused : isNear));
    }
    return new ConstraintsView(job.id().toString(), constraints);
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
