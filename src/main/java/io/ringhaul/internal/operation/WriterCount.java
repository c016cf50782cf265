package io.ringhaul.internal.operation;

import io.ringhaul.limits.TuningMode;

/**
 * How many tasks of an export write at once. Parallel requests need a writer each, as far as the
 * heap of this process reaches.
 *
 * @param first how many there are at first, 1 or more
 * @param most how many there may be: each has its part of the memory
 */
record WriterCount(int first, int most) {

  /** What one task that writes needs of the heap: its pages, and its writer's buffers. */
  private static final long HEAP_PER_WRITER = 32L << 20;

  /** A sample that is no larger comes in few files. */
  private static final long ROWS_OF_ONE_WRITER = 100_000;

  static WriterCount of(OperationSettings settings, RowSelection selection, TableScan scan) {
    if (selection.maxRows() > 0 && selection.maxRows() <= ROWS_OF_ONE_WRITER) {
      return new WriterCount(1, 1);
    }
    long affordable = Math.max(1, Runtime.getRuntime().maxMemory() / 2 / HEAP_PER_WRITER);
    int tasks = scan.plan().tasks().size();
    int first = (int) Math.min(affordable, Math.min(scan.requests().parallelism(), tasks));
    // Tasks are divided where there are more writers than tasks.
    int most =
        settings.tuning().mode() == TuningMode.ADAPT
            ? (int) Math.min(affordable, Math.max(first, scan.usualParallelism()))
            : first;
    return new WriterCount(first, Math.max(first, most));
  }
}
