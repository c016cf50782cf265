package io.ringhaul.internal.operation;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.OperationCancelledException;
import io.ringhaul.internal.request.Failures;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Runs the same work on several threads and always waits until all of them have ended. The number
 * of threads can change meanwhile. Thread-safe; runs once.
 */
final class Workers {

  /** The work of one thread. */
  @FunctionalInterface
  interface Work {
    void run() throws InterruptedException;
  }

  /** The outcome of each ended worker: empty, or its failure. */
  private final BlockingQueue<Optional<Throwable>> ends = new LinkedBlockingQueue<>();

  private final Executor threads;
  private final Set<Thread> working = new HashSet<>();

  /** Workers that {@link #isSurplus()} has told to end. */
  private final Set<Thread> leaving = new HashSet<>();

  private @Nullable Work work;
  private int wanted;

  /** The number of started workers that have not ended and are not leaving. */
  private int staying;

  /** The number of started workers whose outcome was not processed yet. */
  private int alive;

  private boolean stopped;

  /**
   * @param count the initial number of workers, 1 or more
   */
  Workers(Executor threads, int count) {
    this.threads = threads;
    this.wanted = count;
  }

  /**
   * Runs the work on the wanted number of threads. The first failure interrupts the other threads.
   *
   * @throws BulkOperationException the first failure
   * @throws OperationCancelledException if the operator was closed before all workers started
   * @throws InterruptedException if the calling thread is interrupted; all workers have ended by
   *     then
   */
  void run(Work work) throws InterruptedException {
    try {
      synchronized (this) {
        this.work = work;
        start(work);
      }
      while (isAnyAlive()) {
        Optional<Throwable> failure = ends.take();
        noteEnd();
        if (failure.isPresent()) {
          throw rethrowable(failure.get());
        }
      }
    } catch (OperatorThreads.ClosedException e) {
      throw new OperationCancelledException(String.valueOf(e.getMessage()), e);
    } catch (RejectedExecutionException e) {
      throw new BulkOperationException(String.valueOf(e.getMessage()), e);
    } finally {
      stop();
    }
  }

  /** The wanted number of workers. */
  synchronized int count() {
    return wanted;
  }

  /**
   * Changes the wanted number of workers. Missing workers start at once; surplus workers end at
   * their next call of {@link #isSurplus()}.
   *
   * @param count 1 or more
   */
  synchronized void count(int count) {
    wanted = count;
    if (work != null && alive > 0 && !stopped) {
      try {
        start(work);
      } catch (RejectedExecutionException e) {
        // The operator was closed; the running workers notice that themselves.
        wanted = Math.max(1, staying);
      }
    }
  }

  /**
   * Whether the calling worker is surplus and must end now. Workers call this between two tasks.
   */
  synchronized boolean isSurplus() {
    if (staying <= wanted) {
      return false;
    }
    staying--;
    leaving.add(Thread.currentThread());
    return true;
  }

  private void start(Work each) {
    while (staying < wanted) {
      threads.execute(() -> ends.add(work(each)));
      staying++;
      alive++;
    }
  }

  private Optional<Throwable> work(Work each) {
    synchronized (this) {
      if (stopped) {
        return Optional.empty();
      }
      working.add(Thread.currentThread());
    }
    try {
      each.run();
      return Optional.empty();
    } catch (Throwable e) {
      // The thread that waits for the workers rethrows it.
      return Optional.of(e);
    } finally {
      synchronized (this) {
        working.remove(Thread.currentThread());
        if (!leaving.remove(Thread.currentThread())) {
          staying--;
        }
      }
    }
  }

  private synchronized boolean isAnyAlive() {
    return alive > 0;
  }

  private synchronized void noteEnd() {
    alive--;
  }

  /**
   * Interrupts the running workers and waits for them, because files and connections are closed
   * next.
   */
  private void stop() {
    synchronized (this) {
      stopped = true;
      working.forEach(Thread::interrupt);
    }
    boolean interrupted = false;
    while (isAnyAlive()) {
      try {
        ends.take();
        noteEnd();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static RuntimeException rethrowable(Throwable failure) throws InterruptedException {
    if (failure instanceof InterruptedException) {
      throw new InterruptedException("a worker was interrupted");
    }
    if (failure instanceof Error error && !(error instanceof OutOfMemoryError)) {
      throw error;
    }
    return Failures.notPassing(failure, "The operation");
  }
}
