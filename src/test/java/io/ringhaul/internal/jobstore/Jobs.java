package io.ringhaul.internal.jobstore;

import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobOwner;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStore;
import io.ringhaul.schema.TokenRange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Jobs for tests. */
public final class Jobs {

  private Jobs() {}

  public static Job export(String name) {
    return Job.pending(
        UUID.randomUUID(),
        name,
        "für «alle» \u4e16\uD83D\uDE00\n, 'quoted' \"twice\" \\ %",
        Map.of("team", "data", "Ü", ""),
        JobKind.EXPORT,
        new JobDefinition(
            Map.of("table", "store.orders", "columns", "id uuid, \"Total\" decimal"),
            Map.of("parallelism", "24", "control", "a\u0000b\u0001c"),
            List.of("export", "store.orders", "--to", "a b")));
  }

  /** The same job with another time of creation and another owner. */
  public static Job copy(Job job, Instant created, Optional<JobOwner> owner) {
    return new Job(
        job.id(),
        job.name(),
        job.description(),
        job.labels(),
        job.kind(),
        job.status(),
        created,
        job.started(),
        job.runStarted(),
        job.completed(),
        job.runTime(),
        job.figures(),
        job.definition(),
        job.plan(),
        job.run(),
        owner,
        job.error());
  }

  /**
   * Asks a running job to stop, and waits until it knows. The first heartbeat after the request may
   * have begun before it, and the answer to the second one is taken before the third one.
   */
  public static void stopNow(JobStore store, UUID id) {
    store.requestStop(id);
    for (int beats = 0; beats < 3; beats++) {
      Instant before = lastSeen(store, id);
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (lastSeen(store, id).equals(before) && System.nanoTime() < end) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      }
    }
  }

  private static Instant lastSeen(JobStore store, UUID id) {
    return store.find(id).flatMap(Job::owner).orElseThrow().lastSeen();
  }

  /** Partitions that tile the ring, numbered from 0, each with ranges of this number. */
  public static List<JobPartition> tiling(int count, int rangesEach) {
    List<TokenRange> ranges = TokenRange.wholeRing().split(count * rangesEach);
    List<JobPartition> partitions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<TokenRange> own = new ArrayList<>();
      for (int k = 0; k < rangesEach; k++) {
        own.add(ranges.get(k * count + i));
      }
      partitions.add(JobPartition.ofTokens(i, own));
    }
    return partitions;
  }

  static Checkpoint checkpoint(int number) {
    return new Checkpoint(
        number,
        1000L + number,
        1L << 40,
        number % 3,
        List.of("{\"file\":\"part-" + number + ".parquet\"}", "zwei\u0000\n"),
        100L * (number + 1));
  }

  /** A process of this machine that has ended, or never was. */
  static LocalProcess deadProcess() {
    LocalProcess own = LocalProcess.current();
    return new LocalProcess(
        own.host(), own.machine(), own.pid(), "not " + own.mark(), Instant.EPOCH);
  }

  /** A process of another machine. */
  static LocalProcess distantProcess(String host) {
    return new LocalProcess(host, "boot of " + host, 1, "1", Instant.EPOCH);
  }
}
