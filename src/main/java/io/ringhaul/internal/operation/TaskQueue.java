package io.ringhaul.internal.operation;

import io.ringhaul.internal.scan.ScanTask;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that wait for a worker, and the workers that wait for a task. A running task may add
 * tasks, so a worker that finds no task waits until no task runs. Thread-safe.
 */
final class TaskQueue {

  /** The period at which a waiting worker checks whether it is surplus. */
  private static final long PATIENCE_MILLIS = 100;

  private final Deque<ScanTask> tasks;
  private int idle;
  private int running;
  private boolean closed;

  TaskQueue(Collection<ScanTask> tasks) {
    this.tasks = new ArrayDeque<>(tasks);
  }

  /**
   * Waits for the next task, which counts as running until {@link #ended}. Returns null if there
   * will be no more tasks, or if the worker is surplus.
   *
   * @param leaves whether the worker is surplus; evaluated repeatedly while the worker waits
   */
  synchronized @Nullable ScanTask take(BooleanSupplier leaves) throws InterruptedException {
    idle++;
    try {
      while (!closed && !leaves.getAsBoolean()) {
        if (!tasks.isEmpty()) {
          running++;
          return tasks.removeFirst();
        }
        if (running == 0) {
          return null;
        }
        wait(PATIENCE_MILLIS);
      }
      return null;
    } finally {
      idle--;
    }
  }

  /** Must be called once for each task taken, after it succeeded or failed. */
  synchronized void ended() {
    running--;
    if (running == 0) {
      notifyAll();
    }
  }

  /** Adds tasks split from a running task. */
  synchronized void add(Collection<ScanTask> more) {
    tasks.addAll(more);
    notifyAll();
  }

  /** Ends the queue: {@link #take} returns null from now on. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }

  /** The number of idle workers for which no task is queued. */
  synchronized int takers() {
    return closed ? 0 : Math.max(0, idle - tasks.size());
  }

  synchronized int running() {
    return running;
  }
}
