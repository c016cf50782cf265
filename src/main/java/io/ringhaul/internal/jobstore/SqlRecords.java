package io.ringhaul.internal.jobstore;

import io.ringhaul.job.Job;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.PartitionStatus;
import java.sql.Connection;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

/** Jobs in the tables of a database. */
final class SqlRecords implements JobRecords {

  private final JobTable jobs;
  private final PartitionTable partitions;
  private final SqlTelemetry telemetry;
  private final Supplier<Instant> clock;

  /**
   * @param connection on which a transaction is under way
   * @param clock the time that all who share the database go by
   */
  SqlRecords(Connection connection, Supplier<Instant> clock) {
    this.jobs = new JobTable(connection);
    this.partitions = new PartitionTable(connection);
    this.telemetry = new SqlTelemetry(connection);
    this.clock = clock;
  }

  @Override
  public Optional<Job> job(UUID id) {
    return jobs.find(id);
  }

  @Override
  public List<Job> jobs() {
    return jobs.all();
  }

  @Override
  public List<UUID> ids() {
    return jobs.ids();
  }

  @Override
  public Map<UUID, String> underWay(Instant since) {
    return jobs.underWay(since);
  }

  @Override
  public Optional<JobState> lock(UUID id) {
    return jobs.lock(id);
  }

  @Override
  public void insert(Job job) {
    jobs.insert(job);
  }

  @Override
  public void redefine(Job job) {
    jobs.redefine(job);
  }

  @Override
  public void update(UUID id, JobState state) {
    jobs.update(id, state);
  }

  @Override
  public void updatePlan(UUID id, Optional<String> plan) {
    jobs.updatePlan(id, plan.orElse(null));
  }

  @Override
  public void delete(UUID id) {
    partitions.deleteAll(id);
    telemetry.delete(id);
    jobs.delete(id);
  }

  @Override
  public List<JobPartition> partitions(UUID id) {
    return partitions.all(id);
  }

  @Override
  public Optional<JobPartition> partition(UUID id, int number) {
    return partitions.find(id, number);
  }

  @Override
  public void insert(UUID id, List<JobPartition> added) {
    partitions.insert(id, added);
  }

  @Override
  public void update(UUID id, JobPartition partition) {
    partitions.update(id, partition);
  }

  @Override
  public void updateUnit(UUID id, JobPartition partition) {
    partitions.updateUnit(id, partition);
  }

  @Override
  public void releasePartitions(UUID id) {
    releaseRunning(id);
    release(id, PartitionStatus.FAILED);
  }

  @Override
  public void releaseRunning(UUID id) {
    release(id, PartitionStatus.RUNNING);
  }

  private void release(UUID id, PartitionStatus status) {
    for (JobPartition each : partitions.ofStatus(id, status)) {
      partitions.update(id, Changes.released(each));
    }
  }

  @Override
  public Set<Integer> doneNumbers(UUID id) {
    return partitions.numbers(id, PartitionStatus.DONE);
  }

  @Override
  public void deleteOpenPartitions(UUID id) {
    partitions.deleteOpen(id);
  }

  @Override
  public void deletePartitions(UUID id) {
    partitions.deleteAll(id);
  }

  @Override
  public TelemetryRecords telemetry() {
    return telemetry;
  }

  @Override
  public Instant now() {
    return clock.get();
  }
}
