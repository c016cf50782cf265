package io.ringhaul.internal.operation;

import io.ringhaul.Partitioning;
import io.ringhaul.internal.ring.TokenRangeSplitter;

/** So many ranges of the ring. */
public record PartitioningByToken(int tasks) implements Partitioning {

  public PartitioningByToken {
    OperationSettings.requireBetween("byToken", tasks, 1, TokenRangeSplitter.MAX_TASK_COUNT);
  }
}
