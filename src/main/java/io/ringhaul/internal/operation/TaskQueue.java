package io.ringhaul.internal.operation;

import io.ringhaul.internal.scan.ScanTask;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that wait for a worker, and the workers that wait for a task. A task that runs may add
 * others, so a worker that finds none waits until no task runs any more. Thread-safe.
 */
final class TaskQueue {

  /** How long a worker that waits may count as one although it is to leave. */
  private static final long PATIENCE_MILLIS = 100;

  private final Deque<ScanTask> tasks;
  private int idle;
  private int running;
  private boolean closed;

  TaskQueue(Collection<ScanTask> tasks) {
    this.tasks = new ArrayDeque<>(tasks);
  }

  /**
   * The next task, which runs until {@link #ended}; null if there will be none any more, or if the
   * worker is to leave.
   *
   * @param leaves whether the worker is one too many; asked now and then while it waits
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

  /** A task that was taken runs no more, however it ended. */
  synchronized void ended() {
    running--;
    if (running == 0) {
      notifyAll();
    }
  }

  /** Adds what a task that runs has given away. */
  synchronized void add(Collection<ScanTask> more) {
    tasks.addAll(more);
    notifyAll();
  }

  /** Lets nobody take a task any more. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }

  /** How many workers wait for tasks that are not there yet. */
  synchronized int takers() {
    return closed ? 0 : Math.max(0, idle - tasks.size());
  }

  /** How many tasks run. */
  synchronized int running() {
    return running;
  }
}
