package io.ringhaul.internal.operation;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads of an operator, on an executor of its own or of the application. Interrupts its tasks
 * on close, and leaves the threads of an application's executor without an interrupt. Thread-safe.
 */
public final class OperatorThreads implements Executor, AutoCloseable {

  /** The operator was closed, and runs no more tasks. */
  public static final class ClosedException extends RejectedExecutionException {

    private static final long serialVersionUID = 1;

    ClosedException() {
      super("The operator was closed");
    }
  }

  private static final long NANOS_TO_END = TimeUnit.SECONDS.toNanos(30);

  private final Executor executor;

  /** Ends with the operator; null for an executor of the application. */
  private final @Nullable ExecutorService own;

  private final Set<Thread> running = new HashSet<>();
  private boolean closed;

  private OperatorThreads(Executor executor, @Nullable ExecutorService own) {
    this.executor = executor;
    this.own = own;
  }

  /**
   * Returns the threads of an operator.
   *
   * @param executor null for daemon threads that end on close
   */
  public static OperatorThreads over(@Nullable Executor executor) {
    if (executor != null) {
      return new OperatorThreads(executor, null);
    }
    AtomicInteger number = new AtomicInteger();
    ExecutorService own =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "ringhaul-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    return new OperatorThreads(own, own);
  }

  /** The executor that runs the tasks. */
  Executor executor() {
    return executor;
  }

  /**
   * Runs a task.
   *
   * @throws ClosedException if this is closed
   * @throws RejectedExecutionException with a message for users if the executor refuses the task
   */
  @Override
  public void execute(Runnable task) {
    synchronized (this) {
      if (closed) {
        throw new ClosedException();
      }
    }
    try {
      executor.execute(() -> run(task));
    } catch (RejectedExecutionException e) {
      synchronized (this) {
        throw closed
            ? new ClosedException()
            : new RejectedExecutionException(
                "The operator's executor refuses a task; it must run any number of tasks at once",
                e);
      }
    }
  }

  /**
   * Runs an operation on the calling thread, which a close interrupts and waits for as for a task.
   *
   * @throws ClosedException if this is closed and the thread runs no task of it
   */
  public <T> T here(Supplier<T> operation) {
    Thread thread = Thread.currentThread();
    boolean isOutermost;
    synchronized (this) {
      isOutermost = !running.contains(thread);
      if (isOutermost && closed) {
        throw new ClosedException();
      }
      running.add(thread);
    }
    try {
      return operation.get();
    } finally {
      if (isOutermost) {
        synchronized (this) {
          running.remove(thread);
          notifyAll();
          if (closed) {
            // The interrupt was for the operation; the thread goes on with work of the application.
            Thread.interrupted();
          }
        }
      }
    }
  }

  private void run(Runnable task) {
    Thread thread = Thread.currentThread();
    synchronized (this) {
      running.add(thread);
      if (closed) {
        // The task ends by itself and reports so, as its caller waits for it.
        thread.interrupt();
      }
    }
    try {
      task.run();
    } finally {
      synchronized (this) {
        running.remove(thread);
        notifyAll();
      }
      // An interrupt was for the task; the thread goes on with tasks of others.
      Thread.interrupted();
    }
  }

  /**
   * Interrupts the tasks and waits up to 30 seconds for their end. An interrupt of the caller does
   * not shorten the wait, since the application closes next what the tasks still use, and is
   * restored afterwards. A task that closes the operator does not wait: others may wait for it.
   */
  @Override
  public void close() {
    boolean isOfTask;
    synchronized (this) {
      closed = true;
      running.forEach(Thread::interrupt);
      isOfTask = running.contains(Thread.currentThread());
    }
    if (own != null) {
      own.shutdown();
    }
    if (isOfTask) {
      return;
    }
    long end = System.nanoTime() + NANOS_TO_END;
    boolean interrupted = false;
    while (true) {
      try {
        awaitTasks(end);
        if (own != null) {
          own.awaitTermination(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void awaitTasks(long end) throws InterruptedException {
    while (!running.isEmpty()) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        return;
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }
}
