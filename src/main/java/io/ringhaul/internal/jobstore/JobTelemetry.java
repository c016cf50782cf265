package io.ringhaul.internal.jobstore;

import io.ringhaul.job.JobStore;
import io.ringhaul.job.TuningEntry;
import io.ringhaul.monitor.Bottleneck;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The telemetry of a store's jobs: metrics, bottlenecks, parameter changes, and requests to the
 * process that runs a job. It is deleted with the job, and except for the tuning history when the
 * job is {@linkplain JobStore#reset(UUID) reset}. No job depends on it; therefore it has no
 * checksums as jobs have. Times are stored in milliseconds; characters that databases do not accept
 * are replaced.
 *
 * <p>Thread-safe; several processes may share it.
 *
 * <p>Every call on a job that the store does not have throws {@link
 * io.ringhaul.exceptions.JobException}; every call may throw {@link
 * io.ringhaul.exceptions.StorageException}, and has then stored nothing.
 */
public interface JobTelemetry {

  /**
   * The telemetry of a store.
   *
   * @throws io.ringhaul.exceptions.InvalidSettingException if an application implements the store
   */
  static JobTelemetry of(JobStore store) {
    return JobRuns.of(store).telemetry();
  }

  /**
   * Adds metrics, and thins out older ones about once a minute: all values are kept for ten
   * minutes, the first of a series in each ten seconds for two hours, the first in each minute
   * beyond that, and at most the newest 200,000 values of each job and metric kind (20,000 in
   * memory). Values of the last ten seconds of a job are never removed. Values that are not finite
   * are ignored. A store keeps the metrics of its 100 newest jobs.
   */
  void add(UUID job, MetricKind kind, Collection<Metric> metrics);

  /** Returns metrics, oldest first. */
  List<Metric> metrics(MetricQuery query);

  /**
   * Returns the newest value of each component and name of the job as a whole, from the last ten
   * seconds in which it stored metrics.
   */
  List<Metric> latest(UUID job, MetricKind kind);

  /**
   * Returns the last values of completed jobs as a whole, by id; jobs without metrics are missing.
   */
  Map<UUID, List<Metric>> latestOfCompleted(MetricKind kind);

  /**
   * Returns the names, by id, of the other jobs of the store that are running, according to their
   * processes within the last five seconds.
   */
  Map<UUID, String> beside(UUID job);

  /** Adds bottlenecks, or replaces those with the same id. The 200 newest of a job are kept. */
  void put(UUID job, Collection<Bottleneck> bottlenecks);

  /** Returns the bottlenecks of a job, newest first. */
  List<Bottleneck> bottlenecks(UUID job);

  /**
   * Adds an entry to a job's tuning history, or replaces the one with the same id. The 200 newest
   * are kept.
   */
  void put(UUID job, TuningEntry entry);

  /** Returns the tuning history of a job, newest first. */
  List<TuningEntry> tuning(UUID job);

  /**
   * Stores the best parameters for a table and operation on a cluster, in place of earlier ones.
   */
  void putTuned(String subject, Map<String, Long> parameters, double rowsPerSecond);

  /** Returns the best parameters; empty if unknown. */
  Map<String, Long> tuned(String subject);

  /**
   * Sends a request to the process that runs a job. A request for a profile also becomes the job's
   * latest profile, {@linkplain JobProfile.State#REQUESTED requested}.
   *
   * @throws io.ringhaul.exceptions.JobException also if 20 requests of the job are waiting
   * @throws io.ringhaul.exceptions.InvalidSettingException if a profile takes less than 1 or more
   *     than 60 seconds
   */
  JobRequest ask(UUID job, JobRequest.Kind kind, String body);

  /**
   * Asks the process that runs a job to set a parameter. The entry is in the history at once, and
   * the process's answer replaces it.
   *
   * @param wanted an entry with a new id, which becomes the id of the request
   * @return the stored entry, with the time of the request
   * @throws io.ringhaul.exceptions.JobException also if 20 requests of the job are waiting
   */
  TuningEntry ask(UUID job, TuningEntry wanted);

  /** Removes and returns the requests to a job's process; each request is returned once. */
  List<JobRequest> take(UUID job);

  /** Stores the latest profile of a job, in place of an earlier one. */
  void put(UUID job, JobProfile profile);

  /** Returns the latest profile of a job. */
  Optional<JobProfile> profile(UUID job);
}
