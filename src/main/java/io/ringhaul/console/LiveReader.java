package io.ringhaul.console;

import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.internal.jobstore.MetricKind;
import io.ringhaul.internal.jobstore.MetricQuery;
import io.ringhaul.internal.telemetry.MetricName;
import io.ringhaul.internal.telemetry.StoredCondition;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobKind;
import io.ringhaul.limits.Pause;
import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.Health;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads the current figures of jobs from the metrics that their processes store. */
final class LiveReader {

  /** A process reports every second, on a busy machine a few seconds later. */
  private static final Duration SILENCE = Duration.ofSeconds(10);

  /** More than a process stores in the seconds that are read. */
  private static final int MOST_SHARES = 1_000;

  private final JobTelemetry telemetry;
  private final StoredFacts facts;

  LiveReader(JobTelemetry telemetry) {
    this.telemetry = telemetry;
    this.facts = new StoredFacts(telemetry);
  }

  /** Returns what is known of jobs besides their current figures. */
  StoredFacts facts() {
    return facts;
  }

  /**
   * Returns the current figures; empty if the job is not running, its process is not alive, or the
   * current run has stored no metrics yet. A process that has stopped reporting is stalled.
   */
  Optional<LiveView> read(Job job) {
    Instant now = Instant.now();
    if (!Liveness.isAlive(job, now)) {
      return Optional.empty();
    }
    LatestMetrics latest = latest(job, MetricKind.PERFORMANCE);
    return latest
        .time()
        // Metrics of an earlier run are older than the reports of this one.
        .filter(time -> Duration.between(time, lastSeen(job)).compareTo(SILENCE) < 0)
        .map(time -> view(job, latest, time, Duration.between(lastSeen(job), now)));
  }

  /** Returns a time, or the start of the job's run if that is later. */
  private static Instant begun(Job job, Instant time) {
    return job.runStarted().filter(time::isBefore).orElse(time);
  }

  private static Instant lastSeen(Job job) {
    return job.owner().orElseThrow().lastSeen();
  }

  /**
   * Returns the completed shares of running tasks by number; without those that are unknown, and
   * empty if the process of the job is not alive.
   */
  Map<Integer, Double> shares(Job job) {
    if (!Liveness.isAlive(job, Instant.now())) {
      return Map.of();
    }
    // A count has one partition, whose share is that of the job.
    String component = job.kind() == JobKind.COUNT ? MetricName.JOB : MetricName.TASK;
    Map<Integer, Double> shares = new HashMap<>();
    // The oldest come first.
    telemetry
        .metrics(
            new MetricQuery(
                job.id(),
                MetricKind.PERFORMANCE,
                Optional.of(component),
                Optional.of(MetricName.COMPLETED.key()),
                begun(job, lastSeen(job).minus(SILENCE)),
                Times.afterAll(),
                MOST_SHARES))
        .forEach(
            metric ->
                shares.put(metric.partition().orElse(0), Math.round(metric.value() * 1e3) / 1e3));
    return shares;
  }

  /** Returns the newest metrics of a job. */
  LatestMetrics latest(Job job, MetricKind kind) {
    return new LatestMetrics(telemetry.latest(job.id(), kind));
  }

  /**
   * @param silent the time since the last report of the process
   */
  private LiveView view(Job job, LatestMetrics latest, Instant time, Duration silent) {
    StoredCondition condition = latest.condition();
    boolean isSilent = silent.compareTo(SILENCE) > 0;
    long rows = latest.whole(MetricName.JOB, MetricName.ROWS);
    double completed = latest.value(MetricName.JOB, MetricName.COMPLETED);
    return new LiveView(
        Times.text(time),
        rows,
        latest.whole(MetricName.JOB, MetricName.BYTES),
        latest.value(MetricName.JOB, MetricName.ROWS_PER_SECOND),
        latest.value(MetricName.JOB, MetricName.BYTES_PER_SECOND),
        completed,
        completed > 0 ? Math.round(rows / completed) : null,
        isSilent ? null : latest.newest(MetricName.JOB, MetricName.REMAINING_SECONDS).orElse(null),
        latest.whole(MetricName.JOB, MetricName.IN_FLIGHT),
        latest.whole(MetricName.JOB, MetricName.IN_FLIGHT_BOUND),
        latest.whole(MetricName.JOB, MetricName.RETRIES),
        latest.whole(MetricName.JOB, MetricName.ERRORS),
        latest.find(MetricName.JOB, MetricName.MEAN_LATENCY_MS).orElse(null),
        condition.pause().isPresent() ? LiveView.Phase.paused : LiveView.Phase.running,
        condition.pause().map(Pause::reason).orElse(null),
        latest.value(MetricName.JOB, MetricName.UNANSWERED_SECONDS),
        stages(latest),
        nodes(latest),
        settings(latest),
        telemetry.bottlenecks(job.id()).stream()
            .filter(Bottleneck::open)
            .findFirst()
            .map(bottleneck -> BottleneckView.of(job.id(), bottleneck))
            .orElse(null),
        ConditionView.LimitView.ofCurrent(condition),
        isSilent
            ? ConditionView.HealthView.of(
                new Health(
                    Health.State.STALLED,
                    "The job's process has not reported for " + silent.toSeconds() + " s",
                    silent))
            : condition.health().map(ConditionView.HealthView::of).orElse(null),
        condition.pause().map(ConditionView.PauseView::of).orElse(null));
  }

  /** Returns the stages of a job with their times. */
  static List<LiveView.Stage> stages(LatestMetrics latest) {
    List<String> names = latest.under(MetricName.STAGE);
    double all =
        names.stream()
            .mapToDouble(name -> latest.value(MetricName.STAGE + name, MetricName.SECONDS))
            .sum();
    return names.stream()
        .map(
            name -> {
              double seconds = latest.value(MetricName.STAGE + name, MetricName.SECONDS);
              return new LiveView.Stage(name, seconds, all > 0 ? seconds / all : 0);
            })
        .toList();
  }

  private static List<LiveView.Node> nodes(LatestMetrics latest) {
    return latest.under(MetricName.NODE).stream()
        .map(
            node ->
                new LiveView.Node(
                    node,
                    latest.whole(MetricName.NODE + node, MetricName.IN_FLIGHT),
                    latest.newest(MetricName.NODE + node, MetricName.P50_MS).orElse(null),
                    latest.newest(MetricName.NODE + node, MetricName.P99_MS).orElse(null),
                    latest.value(MetricName.NODE + node, MetricName.REQUESTS_PER_SECOND)))
        .toList();
  }

  private static Map<String, Long> settings(LatestMetrics latest) {
    Map<String, Long> settings = new TreeMap<>();
    latest
        .under(MetricName.TUNABLE)
        .forEach(
            parameter ->
                settings.put(
                    parameter, latest.whole(MetricName.TUNABLE + parameter, MetricName.VALUE)));
    return settings;
  }
}
