package io.ringhaul.internal.batch;

import io.ringhaul.batch.ExactCounts;
import io.ringhaul.cluster.ClusterTest;
import org.junit.jupiter.api.Test;

/** Every statement is done once, whatever happens beside it. */
@ClusterTest
class BatchCountsIT {

  @Test
  void everyAppendIsDoneOnce() throws Exception {
    new ExactCounts(100_000).appendToLists();
  }

  @Test
  void everyAdditionIsDoneOnce() throws Exception {
    new ExactCounts(16_000).addToCounters();
  }
}
