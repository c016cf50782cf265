package io.ringhaul.internal.jobstore;

import io.ringhaul.job.Job;
import io.ringhaul.job.JobPartition;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** The stored jobs as one transaction reads and changes them. */
interface JobRecords {

  /** The job of that id. */
  Optional<Job> job(UUID id);

  /** All jobs, the newest first. */
  List<Job> jobs();

  /** The ids of all jobs, the newest first. */
  List<UUID> ids();

  /** The names of the jobs whose processes have said since then that they work on them. */
  Map<UUID, String> underWay(Instant since);

  /** The changing part of a job. Nobody else changes the job until the transaction ends. */
  Optional<JobState> lock(UUID id);

  /** Adds a job of an id that is free. */
  void insert(Job job);

  /** Stores what a job is to do, and what people call it. */
  void redefine(Job job);

  /** Stores the changing part of a job. */
  void update(UUID id, JobState state);

  /** Stores a job's plan. */
  void updatePlan(UUID id, Optional<String> plan);

  /** Removes a job, its partitions and its telemetry. */
  void delete(UUID id);

  /** The partitions of a job, by their numbers. */
  List<JobPartition> partitions(UUID id);

  /** A partition of a job. */
  Optional<JobPartition> partition(UUID id, int number);

  /** Adds partitions, of numbers that are free. */
  void insert(UUID id, List<JobPartition> partitions);

  /** Stores a partition, but for what it reads. */
  void update(UUID id, JobPartition partition);

  /** Stores what a partition reads. */
  void updateUnit(UUID id, JobPartition partition);

  /** Makes each partition that is begun or failed pending. */
  void releasePartitions(UUID id);

  /** Makes each partition that is begun pending. */
  void releaseRunning(UUID id);

  /** The numbers of the partitions that are done. */
  Set<Integer> doneNumbers(UUID id);

  /** Removes the partitions that are not done. */
  void deleteOpenPartitions(UUID id);

  /** Removes all partitions. */
  void deletePartitions(UUID id);

  /** What is kept of how the jobs run. */
  TelemetryRecords telemetry();

  /** The time that all who share the records go by. */
  Instant now();
}
