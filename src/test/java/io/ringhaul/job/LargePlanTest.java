package io.ringhaul.job;

import static org.assertj.core.api.Assertions.assertThat;

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
  private static final int CHECKPOINTS = 200;

  @TempDir Path folder;

  @Test
  void checkpointsStayCheap() throws Exception {
    Path file = folder.resolve("jobs.db");
    try (JobStore store = JobStore.file(file)) {
      Job job = JobStoreContract.created(store);
      List<JobPartition> planned = Jobs.tiling(PARTITIONS, RANGES_EACH);
      long[] millis = new long[CHECKPOINTS];
      try (JobRun run = store.begin(job.id())) {
        long start = System.nanoTime();
        run.plan("x".repeat(20_000), planned);
        long planning = millisSince(start);
        assertThat(run.partitions()).isEqualTo(planned);
        for (int i = 0; i < CHECKPOINTS; i++) {
          run.begun(i);
          start = System.nanoTime();
          run.done(Jobs.checkpoint(i));
          millis[i] = (System.nanoTime() - start) / 1000;
        }
        Arrays.sort(millis);
        System.out.println(
            "PERF plan "
                + planning
                + " ms; done us median "
                + millis[100]
                + " p95 "
                + millis[190]
                + " max "
                + millis[199]
                + " file "
                + Files.size(file));
        start = System.nanoTime();
        store.list();
        System.out.println("PERF list " + millisSince(start));
        run.stopped();
      }
    }
    long start = System.nanoTime();
    try (JobStore store = JobStore.file(file)) {
      System.out.println("PERF open " + millisSince(start));
    }
  }

  private static long millisSince(long start) {
    return (System.nanoTime() - start) / 1_000_000;
  }
}
