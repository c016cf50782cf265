package io.ringhaul.faults;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.cli.sandbox.SandboxCluster;
import io.ringhaul.seeds.Seeds;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** Kills nodes while they coordinate batches. */
class BatchFaultsIT {

  private static final int KILLS = 5;

  @Test
  void appliesBatchesCompletelyOrNotAtAll(TestReporter reporter) throws Exception {
    run(KILLS, reporter);
  }

  /** Kills the given number of nodes and checks every batch. */
  static void run(int kills, TestReporter reporter) throws Exception {
    long seed = Seeds.next();
    try (SandboxCluster cluster = BatchKills.start();
        CqlSession session = BatchKills.connect(cluster)) {
      BatchKills batches = new BatchKills(cluster, session, new Random(seed));
      batches.run(kills);
      batches.assertAllOrNothing();
      reporter.publishEntry(kills + " kills, seed " + seed + ": " + batches.summary());
    } catch (AssertionError e) {
      throw new AssertionError("Repeat with -Dringhaul.seed=" + seed + ": " + e.getMessage(), e);
    }
  }
}
