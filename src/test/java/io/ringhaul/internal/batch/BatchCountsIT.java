package io.ringhaul.internal.batch;

import io.ringhaul.batch.ExactCounts;
import io.ringhaul.cluster.ClusterTest;
import org.junit.jupiter.api.Test;

/** Applies each statement exactly once under concurrency. */
@ClusterTest
class BatchCountsIT {

  @Test
  void appliesEachAppendOnce() throws Exception {
    new ExactCounts(100_000).appendToLists();
  }

  @Test
  void appliesEachAdditionOnce() throws Exception {
    new ExactCounts(16_000).addToCounters();
  }
}
