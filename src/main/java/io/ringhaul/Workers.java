package io.ringhaul;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.request.Failures;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;

/** Runs the same work on several threads and waits for all of them, whatever happens. */
final class Workers {

  /** The work of one thread. */
  @FunctionalInterface
  interface Work {
    void run() throws InterruptedException;
  }

  /** How each worker ended: empty, or its failure. */
  private final BlockingQueue<Optional<Throwable>> ends = new LinkedBlockingQueue<>();

  private final Set<Thread> working = new HashSet<>();
  private int alive;
  private boolean stopped;

  private Workers() {}

  /**
   * Runs the work on so many threads. The first failure interrupts the others.
   *
   * @throws BulkOperationException the first failure
   * @throws InterruptedException if the calling thread is interrupted; the workers have ended then
   */
  static void run(ExecutorService threads, int count, Work work) throws InterruptedException {
    Workers workers = new Workers();
    try {
      for (int i = 0; i < count; i++) {
        threads.execute(() -> workers.ends.add(workers.work(work)));
        workers.alive++;
      }
      while (workers.alive > 0) {
        Optional<Throwable> failure = workers.ends.take();
        workers.alive--;
        if (failure.isPresent()) {
          throw rethrowable(failure.get());
        }
      }
    } catch (RejectedExecutionException e) {
      throw new BulkOperationException("The operator was closed", e);
    } finally {
      workers.stop();
    }
  }

  private Optional<Throwable> work(Work work) {
    synchronized (working) {
      if (stopped) {
        return Optional.empty();
      }
      working.add(Thread.currentThread());
    }
    try {
      work.run();
      return Optional.empty();
    } catch (Throwable e) {
      // The thread that waits for this one throws it again.
      return Optional.of(e);
    } finally {
      synchronized (working) {
        working.remove(Thread.currentThread());
      }
    }
  }

  /** Interrupts what still runs and waits for it: files and connections are closed after that. */
  private void stop() {
    synchronized (working) {
      stopped = true;
      working.forEach(Thread::interrupt);
    }
    boolean interrupted = false;
    while (alive > 0) {
      try {
        ends.take();
        alive--;
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
    if (failure instanceof Error error) {
      throw error;
    }
    return Failures.notPassing(failure, "The operation");
  }
}
