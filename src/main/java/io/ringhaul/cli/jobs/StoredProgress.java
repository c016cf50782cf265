package io.ringhaul.cli.jobs;

import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.internal.jobstore.Metric;
import io.ringhaul.internal.jobstore.MetricKind;
import io.ringhaul.internal.telemetry.MetricName;
import io.ringhaul.internal.telemetry.StoredCondition;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobStore;
import io.ringhaul.limits.Pause;
import io.ringhaul.monitor.Health;
import io.ringhaul.monitor.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The progress of a job that runs in another process, read from the job store.
 *
 * @param progress the progress; healthy if the health is unknown
 * @param health the health; empty if unknown
 */
public record StoredProgress(Progress progress, Optional<Health> health) {

  /** The progress in the job's latest sample; empty if the job does not run or has no sample. */
  public static Optional<StoredProgress> of(JobStore store, Job job, Instant now) {
    if (!List.of("running", "stopping").contains(JobDescription.status(job, now))) {
      return Optional.empty();
    }
    List<Metric> latest = JobTelemetry.of(store).latest(job.id(), MetricKind.PERFORMANCE);
    StoredCondition condition = StoredCondition.read(latest);
    List<Metric> stored =
        latest.stream().filter(metric -> metric.component().equals("job")).toList();
    return stored.stream()
        .map(Metric::time)
        .max(Instant::compareTo)
        // Earlier samples are those of earlier runs.
        .filter(time -> job.runStarted().filter(time::isBefore).isEmpty())
        .map(time -> progress(job, now, values(stored, time), condition))
        .map(progress -> new StoredProgress(progress, condition.health()));
  }

  private static Map<String, Double> values(List<Metric> stored, Instant time) {
    return stored.stream()
        .filter(metric -> metric.time().equals(time))
        .collect(Collectors.toMap(Metric::name, Metric::value));
  }

  private static Progress progress(
      Job job, Instant now, Map<String, Double> values, StoredCondition condition) {
    return new Progress(
        job.figures().done(),
        job.figures().partitions(),
        values.getOrDefault(MetricName.ROWS.key(), 0.0).longValue(),
        0,
        values.getOrDefault(MetricName.BYTES.key(), 0.0).longValue(),
        job.runStarted().map(start -> Duration.between(start, now)).orElse(Duration.ZERO),
        values.getOrDefault(MetricName.COMPLETED.key(), 0.0),
        values.getOrDefault(MetricName.ROWS_PER_SECOND.key(), 0.0),
        Optional.ofNullable(values.get(MetricName.REMAINING_SECONDS.key()))
            .map(StoredProgress::seconds),
        values.getOrDefault(MetricName.IN_FLIGHT.key(), 0.0).intValue(),
        values.getOrDefault(MetricName.RETRIES.key(), 0.0).longValue(),
        seconds(values.getOrDefault(MetricName.UNANSWERED_SECONDS.key(), 0.0)),
        condition.limitedBy(),
        condition.health().orElse(Health.WELL),
        condition.pause());
  }

  private static Duration seconds(double seconds) {
    return Duration.ofMillis(Math.round(seconds * 1e3));
  }

  /** The progress as an object for JSON. */
  public Map<String, @Nullable Object> facts() {
    Map<String, @Nullable Object> facts = new LinkedHashMap<>();
    facts.put("completed", progress.completed());
    facts.put("rows", progress.rows());
    facts.put("rowsPerSecond", progress.rowsPerSecond());
    progress.remaining().ifPresent(left -> facts.put("remainingSeconds", left.toMillis() / 1e3));
    facts.put("unansweredSeconds", progress.unanswered().toMillis() / 1e3);
    facts.put("health", health.map(StoredProgress::facts).orElse(null));
    progress
        .pause()
        .flatMap(Pause::until)
        .ifPresent(until -> facts.put("pausedUntil", until.toString()));
    progress
        .limitedBy()
        .ifPresent(
            factor ->
                facts.put(
                    "limitedBy",
                    Map.of(
                        "kind",
                        factor.kind().key(),
                        "share",
                        factor.share(),
                        "text",
                        factor.description())));
    return facts;
  }

  private static Map<String, Object> facts(Health health) {
    return Map.of(
        "state",
        health.state().key(),
        "text",
        health.text(),
        "sinceSeconds",
        health.since().toMillis() / 1e3);
  }
}
