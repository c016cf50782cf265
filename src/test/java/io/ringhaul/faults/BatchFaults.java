package io.ringhaul.faults;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.cli.sandbox.SandboxCluster;
import io.ringhaul.seeds.Seeds;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/**
 * Kills {@code -Dringhaul.faults.batchkills} nodes (default: 50) while they coordinate batches, and
 * checks every batch.
 */
class BatchFaults {

  private static final int KILLS = Integer.getInteger("ringhaul.faults.batchkills", 50);

  @Test
  void appliesBatchesCompletelyOrNotAtAll(TestReporter reporter) throws Exception {
    long seed = Seeds.next();
    try (SandboxCluster cluster = BatchKills.start();
        CqlSession session = BatchKills.connect(cluster)) {
      BatchKills batches = new BatchKills(cluster, session, new Random(seed));
      batches.run(KILLS);
      batches.assertAllOrNothing();
      reporter.publishEntry(KILLS + " kills, seed " + seed + ": " + batches.summary());
    } catch (AssertionError e) {
      throw new AssertionError("Repeat with -Dringhaul.seed=" + seed + ": " + e.getMessage(), e);
    }
  }
}
