package io.ringhaul.internal.jobstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.job.Job;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStore;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A plan of 10,000 partitions, in a file. */
class LargePlanTest {

  private static final int PARTITIONS = 10_000;
  private static final int RANGES_EACH = 3;
  private static final int CHECKPOINTS = 100;

  /** Of processor time, which the disk does not change; far above the 100 ms and 1 ms they take. */
  private static final long MOST_PLANNING_MILLIS = 2_000;

  private static final long MOST_CHECKPOINT_MICROS = 5_000;
  private static final long MOST_BYTES = 4_000_000;

  @TempDir Path folder;

  @Test
  void checkpointsStayCheap() throws Exception {
    Path file = folder.resolve("jobs.db");
    try (JobStore store = JobStore.file(file)) {
      Job job = JobStoreContract.created(store);
      List<JobPartition> planned = Jobs.tiling(PARTITIONS, RANGES_EACH);
      long[] micros = new long[CHECKPOINTS];
      try (JobRun run = JobRuns.of(store).begin(job.id())) {
        long start = cpuNanos();
        run.plan("x".repeat(20_000), planned);
        long planning = (cpuNanos() - start) / 1_000_000;
        assertThat(run.partitions()).isEqualTo(planned);
        for (int i = 0; i < CHECKPOINTS; i++) {
          run.begun(i);
          start = cpuNanos();
          run.done(Jobs.checkpoint(i));
          micros[i] = (cpuNanos() - start) / 1000;
        }
        Arrays.sort(micros);
        assertThat(planning).isLessThan(MOST_PLANNING_MILLIS);
        assertThat(micros[CHECKPOINTS / 2]).isLessThan(MOST_CHECKPOINT_MICROS);
        run.stopped();
      }
    }
    assertThat(Files.size(file)).isLessThan(MOST_BYTES);
  }

  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }
}
