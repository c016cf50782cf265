package io.ringhaul.faults;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.cli.sandbox.SandboxCluster;
import io.ringhaul.seeds.Seeds;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** Batches whose coordinator is killed while it has them in hand. */
class BatchFaultsIT {

  private static final int KILLS = 5;

  @Test
  void batchesAreAppliedWhollyOrNotAtAll(TestReporter reporter) throws Exception {
    run(KILLS, reporter);
  }

  /** The same, as often as is asked for. */
  static void run(int kills, TestReporter reporter) throws Exception {
    long seed = Seeds.next();
    try (SandboxCluster cluster = BatchKills.start();
        CqlSession session = BatchKills.connect(cluster)) {
      BatchKills batches = new BatchKills(cluster, session, new Random(seed));
      batches.run(kills);
      batches.assertAllOrNothing();
      reporter.publishEntry(kills + " kills, seed " + seed + ": " + batches.summary());
    } catch (AssertionError e) {
      throw new AssertionError("Run again with -Dringhaul.seed=" + seed + ": " + e.getMessage(), e);
    }
  }
}
