package io.ringhaul.internal.operation;

import io.ringhaul.limits.TuningMode;

/**
 * The number of export tasks that write at the same time: one writer for each request in flight,
 * limited by the heap.
 *
 * @param first the initial number, 1 or more
 * @param most the largest number
 * @param finalSteps how many final steps run at the same time, 1 or more
 */
record WriterCount(int first, int most, int finalSteps) {

  /** The heap that a writing task needs for its pages and its writer's buffers. */
  private static final long HEAP_PER_WRITER = 32L << 20;

  /** Up to this row limit one task writes all rows, so that a sample has few files. */
  private static final long ROWS_OF_ONE_WRITER = 100_000;

  /**
   * @param earlierTasks the finished tasks of earlier runs
   */
  static WriterCount of(
      OperationSettings settings, RowSelection selection, TableScan scan, int earlierTasks) {
    if (selection.maxRows() > 0 && selection.maxRows() <= ROWS_OF_ONE_WRITER) {
      return new WriterCount(1, 1, 1);
    }
    long affordable = Math.max(1, Runtime.getRuntime().maxMemory() / 2 / HEAP_PER_WRITER);
    int tasks = scan.plan().tasks().size();
    int first = (int) Math.min(affordable, Math.min(scan.requests().parallelism(), tasks));
    // If there are more writers than tasks, running tasks are split.
    int most =
        settings.tuning().mode() == TuningMode.ADAPT
            ? (int) Math.min(affordable, Math.max(first, scan.usualParallelism()))
            : first;
    // Final steps follow the tasks of all runs.
    int finalSteps =
        (int) Math.min(affordable, Math.min(scan.requests().parallelism(), tasks + earlierTasks));
    return new WriterCount(first, Math.max(first, most), Math.max(1, finalSteps));
  }

  /** Returns the number of files that are written at the same time. */
  int concurrent() {
    return Math.max(most, finalSteps);
  }
}
