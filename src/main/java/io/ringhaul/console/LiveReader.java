package io.ringhaul.console;

import io.ringhaul.job.Job;
import io.ringhaul.job.JobTelemetry;
import io.ringhaul.job.MetricKind;
import io.ringhaul.job.StoredBottleneck;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads the current figures of jobs from the metrics that their processes store. */
final class LiveReader {

  static final String JOB = "job";
  static final String TUNABLE = "tunable:";
  static final String VALUE = "value";

  private static final String STAGE = "stage:";
  private static final String NODE = "node:";

  private final JobTelemetry telemetry;

  LiveReader(JobTelemetry telemetry) {
    this.telemetry = telemetry;
  }

  /**
   * Returns the current figures; empty if the job is not running, its process is not alive, or no
   * metrics are stored yet.
   */
  Optional<LiveView> read(Job job) {
    if (!Liveness.isAlive(job, Instant.now())) {
      return Optional.empty();
    }
    LatestMetrics latest = latest(job, MetricKind.PERFORMANCE);
    return latest.time().map(time -> view(job, latest, time));
  }

  /** Returns the newest metrics of a job. */
  LatestMetrics latest(Job job, MetricKind kind) {
    return new LatestMetrics(telemetry.latest(job.id(), kind));
  }

  private LiveView view(Job job, LatestMetrics latest, Instant time) {
    boolean paused = latest.find(JOB, "in_flight_bound").filter(bound -> bound < 1).isPresent();
    return new LiveView(
        Times.text(time),
        latest.whole(JOB, "rows"),
        latest.whole(JOB, "bytes"),
        latest.value(JOB, "rows_per_second"),
        latest.value(JOB, "bytes_per_second"),
        latest.value(JOB, "completed"),
        latest.newest(JOB, "remaining_seconds").orElse(null),
        latest.whole(JOB, "in_flight"),
        latest.whole(JOB, "in_flight_bound"),
        latest.whole(JOB, "retries"),
        latest.whole(JOB, "errors"),
        paused ? LiveView.Phase.paused : LiveView.Phase.running,
        paused ? "The job's limits currently allow no requests" : null,
        latest.value(JOB, "unanswered_seconds"),
        stages(latest),
        nodes(latest),
        settings(latest),
        telemetry.bottlenecks(job.id()).stream()
            .filter(StoredBottleneck::open)
            .findFirst()
            .map(bottleneck -> BottleneckView.of(job.id(), bottleneck))
            .orElse(null));
  }

  /** Returns the stages of a job with their times. */
  static List<LiveView.Stage> stages(LatestMetrics latest) {
    List<String> names = latest.under(STAGE);
    double all = names.stream().mapToDouble(name -> latest.value(STAGE + name, "seconds")).sum();
    return names.stream()
        .map(
            name -> {
              double seconds = latest.value(STAGE + name, "seconds");
              return new LiveView.Stage(name, seconds, all > 0 ? seconds / all : 0);
            })
        .toList();
  }

  private static List<LiveView.Node> nodes(LatestMetrics latest) {
    return latest.under(NODE).stream()
        .map(
            node ->
                new LiveView.Node(
                    node,
                    latest.whole(NODE + node, "in_flight"),
                    latest.newest(NODE + node, "p50_ms").orElse(null),
                    latest.newest(NODE + node, "p99_ms").orElse(null),
                    latest.value(NODE + node, "requests_per_second")))
        .toList();
  }

  private static Map<String, Long> settings(LatestMetrics latest) {
    Map<String, Long> settings = new TreeMap<>();
    latest
        .under(TUNABLE)
        .forEach(parameter -> settings.put(parameter, latest.whole(TUNABLE + parameter, VALUE)));
    return settings;
  }
}
