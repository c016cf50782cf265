package io.ringhaul;

import io.ringhaul.ring.TokenRangeSplitter;

/** So many ranges of the ring. */
record PartitioningByToken(int tasks) implements Partitioning {

  PartitioningByToken {
    OperationRequest.requireBetween("byToken", tasks, 1, TokenRangeSplitter.MAX_TASK_COUNT);
  }
}
