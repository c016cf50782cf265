package io.ringhaul.internal.batch;

import io.ringhaul.batch.ExactCounts;
import io.ringhaul.cluster.ClusterTest;
import org.junit.jupiter.api.Test;

/** Runs {@link BatchCountsIT} with more statements than fit into the regular build. */
@ClusterTest
class BatchCountsFaults {

  private static final int STATEMENTS = Integer.getInteger("ringhaul.faults.statements", 1_000_000);

  @Test
  void appliesEachAppendOnce() throws Exception {
    new ExactCounts(STATEMENTS).appendToLists();
  }
}
