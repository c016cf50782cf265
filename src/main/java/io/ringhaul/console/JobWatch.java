package io.ringhaul.console;

import io.ringhaul.internal.jackson.Json;
import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStore;
import io.ringhaul.job.PartitionStatus;
import io.ringhaul.monitor.Bottleneck;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Watches one job: its state, its partitions and its bottlenecks. */
final class JobWatch implements Watch {

  /** The largest number of partitions in one event. */
  private static final int MOST = 1_000;

  /**
   * Reading the partitions of a large job is slow; the pause after it is this many times as long.
   */
  private static final int PAUSE_PER_READ = 20;

  private final KnownJobs jobs;
  private final JobStore store;
  private final LiveReader live;
  private final UUID id;
  private final Map<Integer, Seen> partitions = new HashMap<>();
  private final Map<String, Bottleneck> bottlenecks = new HashMap<>();
  private byte[] last = new byte[0];
  private Event state = Event.KEEP_ALIVE;
  private long readPartitionsAt = System.nanoTime();

  /**
   * What an event told of a partition.
   *
   * @param completed the completed share of a running one; null if unknown
   */
  private record Seen(JobPartition partition, boolean alive, @Nullable Double completed) {}

  /** Reads the current state, so that no later change is missed. */
  JobWatch(KnownJobs jobs, LiveReader live, UUID id) {
    this.jobs = jobs;
    this.store = jobs.store();
    this.live = live;
    this.id = id;
    changes();
  }

  @Override
  public List<Event> changes() {
    Job job = jobs.find(id);
    long begin = System.nanoTime();
    boolean readsPartitions = begin - readPartitionsAt >= 0;
    boolean alive = Liveness.isAlive(job, Instant.now());
    Map<Integer, Double> shares = readsPartitions ? live.shares(job) : Map.of();
    List<JobPartition> partitionsNow = readsPartitions ? store.partitions(id) : List.of();
    long nextPartitions = System.nanoTime() + PAUSE_PER_READ * (System.nanoTime() - begin);
    List<Bottleneck> bottlenecksNow = JobTelemetry.of(store).bottlenecks(id);
    byte[] now = Json.bytes(JobView.of(job, live));
    // No step after this point can fail, so the stored state matches the sent events.
    List<Event> events = new ArrayList<>();
    if (readsPartitions) {
      readPartitionsAt = nextPartitions;
      addPartitions(job, alive, shares, partitionsNow, events);
    }
    addBottlenecks(bottlenecksNow, events);
    if (!Arrays.equals(now, last)) {
      last = now;
      state = Event.of("job", now);
      events.add(state);
    }
    return events;
  }

  @Override
  public Event state() {
    return state;
  }

  private void addPartitions(
      Job job,
      boolean alive,
      Map<Integer, Double> shares,
      List<JobPartition> now,
      List<Event> events) {
    List<PartitionView> changed = new ArrayList<>();
    for (JobPartition partition : now) {
      int number = partition.number();
      Seen seen =
          partition.status() == PartitionStatus.RUNNING
              ? new Seen(partition, alive, shares.get(number))
              : new Seen(partition, true, null);
      if (!seen.equals(partitions.put(number, seen))) {
        changed.add(PartitionView.of(job, partition, shares));
      }
    }
    for (int from = 0; from < changed.size(); from += MOST) {
      List<PartitionView> items = changed.subList(from, Math.min(from + MOST, changed.size()));
      events.add(Event.of("partitions", Json.bytes(Map.of("job", id.toString(), "items", items))));
    }
  }

  private void addBottlenecks(List<Bottleneck> now, List<Event> events) {
    for (Bottleneck bottleneck : now) {
      if (!bottleneck.equals(bottlenecks.put(bottleneck.id(), bottleneck))) {
        events.add(Event.of("bottleneck", Json.bytes(BottleneckView.of(id, bottleneck))));
      }
    }
  }
}
