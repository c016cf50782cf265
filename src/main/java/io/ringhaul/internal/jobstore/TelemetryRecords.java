package io.ringhaul.internal.jobstore;

import io.ringhaul.job.JobProfile;
import io.ringhaul.job.JobRequest;
import io.ringhaul.job.JobTelemetry;
import io.ringhaul.job.Metric;
import io.ringhaul.job.MetricKind;
import io.ringhaul.job.MetricQuery;
import io.ringhaul.job.StoredBottleneck;
import io.ringhaul.job.TuningEntry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * The stored telemetry as one transaction reads and changes it. It has no checksums, since no job
 * depends on it.
 */
interface TelemetryRecords {

  /** The most values that are kept of a job and history. */
  int capacity();

  /** Whether there is a job of that id. */
  boolean hasJob(UUID id);

  /** Adds values of the same resolution. */
  void insert(UUID id, MetricKind kind, Resolution resolution, List<Metric> metrics);

  /** See {@link JobTelemetry#metrics}. */
  List<Metric> metrics(MetricQuery query);

  /**
   * When a value was measured, counted from the newest of a resolution: 0 is the newest one itself.
   */
  OptionalLong newest(UUID id, MetricKind kind, Resolution resolution, int number);

  /**
   * Removes the oldest values of a resolution.
   *
   * @param before in milliseconds; from then on they stay
   * @param most how many at the most, but for others of the same moment
   * @return how many
   */
  int deleteOldest(UUID id, MetricKind kind, Resolution resolution, long before, int most);

  /** Removes the metrics of all jobs but the newest ones. */
  void keepNewestJobs(int jobs);

  /** Adds a bottleneck, or replaces the one of its id. */
  void put(UUID id, StoredBottleneck bottleneck);

  /** See {@link JobTelemetry#bottlenecks}. */
  List<StoredBottleneck> bottlenecks(UUID id);

  /** Adds an entry, or replaces the one of its id. */
  void put(UUID id, TuningEntry entry);

  /** See {@link JobTelemetry#tuning}. */
  List<TuningEntry> tuning(UUID id);

  /** Removes all but the newest bottlenecks of a job. */
  void keepNewestBottlenecks(UUID id, int count);

  /** Removes all but the newest entries of a job's history of changes. */
  void keepNewestTuning(UUID id, int count);

  /** See {@link JobTelemetry#putTuned}. */
  void putTuned(String subject, Map<String, Long> parameters, double rowsPerSecond, Instant time);

  /** See {@link JobTelemetry#tuned}. */
  Map<String, Long> tuned(String subject);

  /** Adds a request. */
  void insert(UUID id, JobRequest request);

  /** The requests of a job, the oldest first. */
  List<JobRequest> requests(UUID id);

  /** Removes a request; false if it was not there any more. */
  boolean delete(UUID id, JobRequest request);

  /** See {@link JobTelemetry#put(UUID, JobProfile)}. */
  void put(UUID id, JobProfile profile);

  /** See {@link JobTelemetry#profile}. */
  Optional<JobProfile> profile(UUID id);

  /** Removes what is kept of a job's runs, but for its history of changes. */
  void reset(UUID id);

  /** Removes what is kept of a job. */
  void delete(UUID id);
}
