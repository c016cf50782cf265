package io.ringhaul.internal.batch;

import io.ringhaul.batch.ExactCounts;
import io.ringhaul.cluster.ClusterTest;
import org.junit.jupiter.api.Test;

/** {@link BatchCountsIT} with more statements than the gate has time for. */
@ClusterTest
class BatchCountsFaults {

  private static final int STATEMENTS = Integer.getInteger("ringhaul.faults.statements", 1_000_000);

  @Test
  void everyAppendIsDoneOnce() throws Exception {
    new ExactCounts(STATEMENTS).appendToLists();
  }
}
