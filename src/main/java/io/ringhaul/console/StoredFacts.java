package io.ringhaul.console;

import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.internal.jobstore.Metric;
import io.ringhaul.internal.jobstore.MetricKind;
import io.ringhaul.internal.operation.JobSubject;
import io.ringhaul.internal.telemetry.StoredCondition;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobStatus;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What lists of jobs tell of plans and of the metrics of completed jobs. Lists are sent every
 * second and these facts rarely change, so each is read once. Thread-safe.
 */
final class StoredFacts {

  /** More than the longest page of a list. */
  private static final int MOST = 2_000;

  private final JobTelemetry telemetry;
  private final Map<UUID, Read> subjects = bounded();
  private final Map<Run, StoredCondition> ends = bounded();

  StoredFacts(JobTelemetry telemetry) {
    this.telemetry = telemetry;
  }

  /**
   * A subject and what it was read from.
   *
   * @param plan the hash of the plan, which may be large
   */
  private record Read(JobStatus status, JobDefinition definition, int plan, JobSubject subject) {

    private boolean isOf(Job job) {
      return status == job.status()
          && plan == job.plan().hashCode()
          && definition.equals(job.definition());
    }
  }

  private record Run(UUID job, int number) {

    private static Run of(Job job) {
      return new Run(job.id(), job.run());
    }
  }

  private static <K, V> Map<K, V> bounded() {
    return new LinkedHashMap<>(16, 0.75f, true) {
      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > MOST;
      }
    };
  }

  /** Returns what a job reads and writes. */
  synchronized JobSubject subject(Job job) {
    Read read = subjects.get(job.id());
    if (read == null || !read.isOf(job)) {
      read = new Read(job.status(), job.definition(), job.plan().hashCode(), JobSubject.of(job));
      subjects.put(job.id(), read);
    }
    return read.subject();
  }

  /** Returns how the completed ones of these jobs were at their end, by id. */
  synchronized Map<UUID, StoredCondition> ends(List<Job> jobs) {
    List<Job> completed = jobs.stream().filter(job -> job.status() == JobStatus.COMPLETED).toList();
    if (completed.stream().anyMatch(job -> !ends.containsKey(Run.of(job)))) {
      Map<UUID, List<Metric>> latest = telemetry.latestOfCompleted(MetricKind.PERFORMANCE);
      completed.forEach(
          job ->
              ends.put(
                  Run.of(job), StoredCondition.read(latest.getOrDefault(job.id(), List.of()))));
    }
    Map<UUID, StoredCondition> found = new LinkedHashMap<>();
    completed.forEach(
        job -> found.put(job.id(), ends.getOrDefault(Run.of(job), StoredCondition.UNKNOWN)));
    return found;
  }
}
