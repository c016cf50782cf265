package io.ringhaul.internal.operation;

import io.ringhaul.internal.ring.TokenRangeSplitter;

/**
 * The default number of tasks of a scan.
 *
 * @param bytesPerTask the target size of a task, by the estimated size of the table
 * @param tasksPerRequest the least number of tasks for each request in flight
 */
public record ScanSizing(long bytesPerTask, int tasksPerRequest) {

  int taskCount(long estimatedBytes, int parallelism) {
    long bySize = estimatedBytes / bytesPerTask + 1;
    long byParallelism = (long) parallelism * tasksPerRequest;
    return (int) Math.min(TokenRangeSplitter.MAX_TASK_COUNT, Math.max(bySize, byParallelism));
  }
}
