package io.ringhaul.internal.jobstore;

import io.ringhaul.job.Job;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.PartitionStatus;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Jobs in maps. Callers check before they change anything, so that no change is ever rolled back.
 */
final class MemoryRecords implements JobRecords {

  /** A job. */
  static final class Entry {

    private Job first;
    private JobState state = new JobState();
    private Optional<String> plan = Optional.empty();
    private final TreeMap<Integer, JobPartition> partitions = new TreeMap<>();

    private Entry(Job first) {
      this.first = first;
    }

    private Job job() {
      return state.of(
          first.id(),
          first.name(),
          first.description(),
          first.labels(),
          first.kind(),
          first.created(),
          first.definition(),
          plan);
    }
  }

  private final Map<UUID, Entry> entries;
  private final MemoryTelemetry telemetry;

  MemoryRecords(Map<UUID, Entry> entries, MemoryTelemetry telemetry) {
    this.entries = entries;
    this.telemetry = telemetry;
  }

  @Override
  public Optional<Job> job(UUID id) {
    return Optional.ofNullable(entries.get(id)).map(Entry::job);
  }

  @Override
  public List<Job> jobs() {
    return entries.values().stream()
        .map(Entry::job)
        .sorted(
            Comparator.comparing(Job::created).reversed().thenComparing(job -> job.id().toString()))
        .toList();
  }

  @Override
  public List<UUID> ids() {
    return jobs().stream().map(Job::id).toList();
  }

  @Override
  public Map<UUID, String> underWay(Instant since) {
    return entries.values().stream()
        .filter(entry -> entry.state.isWorkedOnSince(since))
        .collect(Collectors.toMap(entry -> entry.first.id(), entry -> entry.first.name()));
  }

  @Override
  public Optional<JobState> lock(UUID id) {
    return Optional.ofNullable(entries.get(id)).map(entry -> entry.state.copy());
  }

  @Override
  public void insert(Job job) {
    entries.put(job.id(), new Entry(job));
  }

  @Override
  public void redefine(Job job) {
    entry(job.id()).first = job;
  }

  @Override
  public void update(UUID id, JobState state) {
    entry(id).state = state.copy();
  }

  @Override
  public void updatePlan(UUID id, Optional<String> plan) {
    entry(id).plan = plan;
  }

  @Override
  public void delete(UUID id) {
    entries.remove(id);
    telemetry.delete(id);
  }

  @Override
  public List<JobPartition> partitions(UUID id) {
    @Nullable Entry entry = entries.get(id);
    return entry == null ? List.of() : List.copyOf(entry.partitions.values());
  }

  @Override
  public Optional<JobPartition> partition(UUID id, int number) {
    return Optional.ofNullable(entry(id).partitions.get(number));
  }

  @Override
  public void insert(UUID id, List<JobPartition> partitions) {
    entry(id)
        .partitions
        .putAll(partitions.stream().collect(Collectors.toMap(JobPartition::number, p -> p)));
  }

  @Override
  public void update(UUID id, JobPartition partition) {
    entry(id).partitions.put(partition.number(), partition);
  }

  @Override
  public void updateUnit(UUID id, JobPartition partition) {
    update(id, partition);
  }

  @Override
  public void releasePartitions(UUID id) {
    release(id, Set.of(PartitionStatus.RUNNING, PartitionStatus.FAILED));
  }

  @Override
  public void releaseRunning(UUID id) {
    release(id, Set.of(PartitionStatus.RUNNING));
  }

  private void release(UUID id, Set<PartitionStatus> statuses) {
    entry(id)
        .partitions
        .replaceAll(
            (number, each) -> statuses.contains(each.status()) ? Changes.released(each) : each);
  }

  @Override
  public Set<Integer> doneNumbers(UUID id) {
    return entry(id).partitions.values().stream()
        .filter(each -> each.status() == PartitionStatus.DONE)
        .map(JobPartition::number)
        .collect(Collectors.toSet());
  }

  @Override
  public void deleteOpenPartitions(UUID id) {
    entry(id).partitions.values().removeIf(each -> each.status() != PartitionStatus.DONE);
  }

  @Override
  public void deletePartitions(UUID id) {
    entry(id).partitions.clear();
  }

  @Override
  public TelemetryRecords telemetry() {
    return telemetry;
  }

  @Override
  public Instant now() {
    return Instant.now();
  }

  private Entry entry(UUID id) {
    return Objects.requireNonNull(entries.get(id));
  }
}
