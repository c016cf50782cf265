package io.ringhaul.internal.operation;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.internal.request.Failures;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Runs the same work on several threads, on more or fewer of them as is wanted meanwhile, and waits
 * for all of them, whatever happens. Thread-safe; runs once.
 */
final class Workers {

  /** The work of one thread. */
  @FunctionalInterface
  interface Work {
    void run() throws InterruptedException;
  }

  /** How each worker ended: empty, or its failure. */
  private final BlockingQueue<Optional<Throwable>> ends = new LinkedBlockingQueue<>();

  private final ExecutorService threads;
  private final Set<Thread> working = new HashSet<>();

  /** Those that were told that they are too many. */
  private final Set<Thread> leaving = new HashSet<>();

  private @Nullable Work work;
  private int wanted;

  /** Those that were started, have not ended and are not leaving. */
  private int staying;

  /** Those that were started and whose end was not taken note of. */
  private int alive;

  private boolean stopped;

  /**
   * @param count how many there are at first, 1 or more
   */
  Workers(ExecutorService threads, int count) {
    this.threads = threads;
    this.wanted = count;
  }

  /**
   * Runs the work on as many threads as are wanted. The first failure interrupts the others.
   *
   * @throws BulkOperationException the first failure
   * @throws InterruptedException if the calling thread is interrupted; the workers have ended then
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
    } catch (RejectedExecutionException e) {
      throw new BulkOperationException("The operator was closed", e);
    } finally {
      stop();
    }
  }

  /** How many are wanted. */
  synchronized int count() {
    return wanted;
  }

  /**
   * Wants so many from now on. Those that are missing begin at once; those that are too many end
   * when they next ask {@link #isSurplus()}.
   *
   * @param count 1 or more
   */
  synchronized void count(int count) {
    wanted = count;
    if (work != null && alive > 0 && !stopped) {
      try {
        start(work);
      } catch (RejectedExecutionException e) {
        // The operator was closed, which the workers hear of themselves.
        wanted = Math.max(1, staying);
      }
    }
  }

  /** Whether the worker that asks between two tasks is one too many, and must end now. */
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
      // The thread that waits for this one throws it again.
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

  /** Interrupts what still runs and waits for it: files and connections are closed after that. */
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
