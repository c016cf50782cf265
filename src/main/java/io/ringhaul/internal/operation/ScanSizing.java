package io.ringhaul.internal.operation;

import io.ringhaul.internal.ring.TokenRangeSplitter;
import io.ringhaul.internal.scan.ScanTask;
import java.util.List;

/**
 * Divides a scan into tasks if the user does not.
 *
 * @param bytesPerTask the target size of a task, by the estimated size of the table
 * @param tasksPerRequest the least number of tasks for each request in flight
 * @param planned the tasks if another process has planned them; empty to plan them here
 */
public record ScanSizing(long bytesPerTask, int tasksPerRequest, List<ScanTask> planned) {

  public ScanSizing {
    planned = List.copyOf(planned);
  }

  public ScanSizing(long bytesPerTask, int tasksPerRequest) {
    this(bytesPerTask, tasksPerRequest, List.of());
  }

  static ScanSizing of(List<ScanTask> planned) {
    return new ScanSizing(0, 0, planned);
  }

  int taskCount(long estimatedBytes, int parallelism) {
    long bySize = estimatedBytes / bytesPerTask + 1;
    long byParallelism = (long) parallelism * tasksPerRequest;
    return (int) Math.min(TokenRangeSplitter.MAX_TASK_COUNT, Math.max(bySize, byParallelism));
  }
}
