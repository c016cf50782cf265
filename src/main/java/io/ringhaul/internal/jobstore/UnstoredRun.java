package io.ringhaul.internal.jobstore;

import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobFigures;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStatus;
import io.ringhaul.schema.TokenRange;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/**
 * The only run of an operation that no store knows. It keeps the finished tasks until the operation
 * has added up its result; no other process can stop it or take it over. Thread-safe.
 */
public final class UnstoredRun implements JobRun {

  private final Job job;
  private final Map<Integer, JobPartition> partitions = new HashMap<>();

  public UnstoredRun(UUID id, JobKind kind, String name) {
    Instant now = Instant.now();
    this.job =
        new Job(
            id,
            name,
            "",
            Map.of(),
            kind,
            JobStatus.RUNNING,
            now,
            Optional.of(now),
            Optional.of(now),
            Optional.empty(),
            Duration.ZERO,
            JobFigures.NONE,
            JobDefinition.draft(List.of()),
            Optional.empty(),
            1,
            Optional.empty(),
            Optional.empty());
  }

  @Override
  public Job job() {
    return job;
  }

  @Override
  public synchronized List<JobPartition> partitions() {
    return List.copyOf(partitions.values());
  }

  @Override
  public long rejectBytes() {
    return 0;
  }

  @Override
  public synchronized void plan(String plan, List<JobPartition> planned) {
    planned.forEach(each -> partitions.put(each.number(), each));
  }

  @Override
  public void begun(int partition, OptionalInt worker, Optional<String> replica) {}

  @Override
  public synchronized void split(int partition, List<TokenRange> kept, List<JobPartition> rest) {
    partitions.computeIfPresent(partition, (number, before) -> Changes.keeping(before, kept));
    rest.forEach(each -> partitions.put(each.number(), each));
  }

  @Override
  public synchronized void done(Checkpoint checkpoint) {
    partitions.computeIfPresent(
        checkpoint.number(), (number, before) -> Changes.doneWith(before, checkpoint));
  }

  @Override
  public void ran(List<Checkpoint> checkpoints) {
    checkpoints.forEach(this::done);
  }

  @Override
  public void failed(int partition, String error) {}

  @Override
  public boolean beat() {
    return false;
  }

  @Override
  public void completed() {}

  @Override
  public void stopped() {}

  @Override
  public void failed(String error) {}

  @Override
  public void close() {}
}
