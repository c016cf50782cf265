package io.ringhaul.internal.operation;

import io.ringhaul.internal.ring.TokenRangeSplitter;

/**
 * How many tasks a scan is divided into by default.
 *
 * @param bytesPerTask the estimated size of the table that one task is to have
 * @param tasksPerRequest how many tasks there are at least for each request in flight
 */
public record ScanSizing(long bytesPerTask, int tasksPerRequest) {

  int taskCount(long estimatedBytes, int parallelism) {
    long bySize = estimatedBytes / bytesPerTask + 1;
    long byParallelism = (long) parallelism * tasksPerRequest;
    return (int) Math.min(TokenRangeSplitter.MAX_TASK_COUNT, Math.max(bySize, byParallelism));
  }
}
