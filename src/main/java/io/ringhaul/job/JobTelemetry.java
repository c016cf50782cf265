package io.ringhaul.job;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What a store keeps of how its jobs run: metrics, bottlenecks, changes of parameters, and what is
 * asked of the process that works on a job. It is lost with the job, and when the job is
 * {@linkplain JobStore#reset(UUID) reset}, but for its history of changes. No job depends on it, so
 * it has no checksums as jobs have. Times are kept in milliseconds; characters that no database
 * takes are replaced.
 *
 * <p>Thread-safe; several processes may share it.
 *
 * <p>Every call on a job that the store does not have throws {@link
 * io.ringhaul.exceptions.JobException}; every call may throw {@link
 * io.ringhaul.exceptions.StorageException}, and has then stored nothing.
 */
public interface JobTelemetry {

  /**
   * Adds metrics, and thins out older ones about once a minute: all of them are kept for ten
   * minutes, the first of a series in each ten seconds for two hours, the first in each minute
   * beyond that, and no more than 200,000 values of a job and history (20,000 in the memory of this
   * process), the newest of each of these. What a job measured within its last ten seconds stays.
   * Values that are not finite are left out. A store keeps the metrics of its 100 newest jobs.
   */
  void add(UUID job, MetricKind kind, Collection<Metric> metrics);

  /** Metrics, the oldest first. */
  List<Metric> metrics(MetricQuery query);

  /**
   * The newest value of each component and name of a job as a whole, of those that it measured
   * within its last ten seconds.
   */
  List<Metric> latest(UUID job, MetricKind kind);

  /**
   * The other jobs of the store that are worked on just now, as their processes have said within
   * the last five seconds: their names by their ids.
   */
  Map<UUID, String> beside(UUID job);

  /** Adds bottlenecks, or replaces those of the same id; the 200 newest of a job are kept. */
  void put(UUID job, Collection<StoredBottleneck> bottlenecks);

  /** The bottlenecks of a job, the newest first. */
  List<StoredBottleneck> bottlenecks(UUID job);

  /**
   * Adds an entry to a job's history, or replaces the one of the same id; the 200 newest are kept.
   */
  void put(UUID job, TuningEntry entry);

  /** The history of a job, the newest first. */
  List<TuningEntry> tuning(UUID job);

  /** Keeps what worked for a table and operation on a cluster, in place of what was kept before. */
  void putTuned(String subject, Map<String, Long> parameters, double rowsPerSecond);

  /** What worked; empty if nothing is known. */
  Map<String, Long> tuned(String subject);

  /**
   * Asks something of the process that works on a job. To ask for a profile makes it the latest one
   * of the job, {@linkplain JobProfile.State#REQUESTED requested}.
   *
   * @throws io.ringhaul.exceptions.JobException also if 20 requests wait to be taken up
   * @throws io.ringhaul.exceptions.InvalidSettingException if a profile is to take less than 1 or
   *     more than 60 seconds
   */
  JobRequest ask(UUID job, JobRequest.Kind kind, String body);

  /**
   * Asks the process that works on a job for another value of a parameter. From then on the entry
   * is in the history, and what the process answers replaces it.
   *
   * @param wanted the request has its id, which no other entry has
   * @return the entry as it is kept, of the time at which it was asked for
   * @throws io.ringhaul.exceptions.JobException also if 20 requests wait to be taken up
   */
  TuningEntry ask(UUID job, TuningEntry wanted);

  /** Takes up what is asked of a job; each request is given once. */
  List<JobRequest> take(UUID job);

  /** Adds a profile, or replaces the one before. */
  void put(UUID job, JobProfile profile);

  /** The latest profile of a job. */
  Optional<JobProfile> profile(UUID job);
}
