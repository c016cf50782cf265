package io.ringhaul.cli.jobs;

import io.ringhaul.job.JobStore;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops a job when this process receives Ctrl-C or SIGTERM, and keeps the process alive until the
 * job has stopped and the command has reported it. A second signal ends the process immediately.
 */
public final class StopOnSignal implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StopOnSignal.class);

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long TRY_AGAIN_MILLIS = 200;

  private final JobStore store;
  private final UUID job;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread hook = new Thread(this::signalled, "ringhaul-stop");
  private final Runnable late;
  private final Duration patience;
  private volatile long moved;
  private volatile long lastRows;

  /**
   * @param patience time without a new row after which the job counts as hanging
   */
  StopOnSignal(JobStore store, UUID job, Runnable late, Duration patience) {
    this.store = store;
    this.job = job;
    this.late = late;
    this.patience = patience;
  }

  /**
   * Registers for signals.
   *
   * @param late called if the job does not stop in time and the process ends without waiting longer
   */
  public static StopOnSignal of(JobStore store, UUID job, Runnable late) {
    StopOnSignal listening = new StopOnSignal(store, job, late, PATIENCE);
    Runtime.getRuntime().addShutdownHook(listening.hook);
    return listening;
  }

  /**
   * Registers for signals in a process that must not begin to shut down before the job has stopped:
   * other shutdown hooks end what the job needs.
   *
   * @param late as in {@link #of}; the process ends after it
   */
  public static StopOnSignal beforeShutdown(JobStore store, UUID job, Runnable late) {
    StopOnSignal listening =
        new StopOnSignal(
            store,
            job,
            () -> {
              late.run();
              Runtime.getRuntime().halt(1);
            },
            PATIENCE);
    SecondSignal.firstRuns(listening.hook::start);
    return listening;
  }

  private void signalled() {
    SecondSignal.endsTheProcess(() -> {});
    stop();
  }

  /** Stops the job, and waits until it ends or makes no more progress. */
  void stop() {
    moved = System.nanoTime();
    try {
      while (System.nanoTime() - moved < patience.toNanos()) {
        ask();
        if (ended.await(TRY_AGAIN_MILLIS, TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      // Nothing interrupts shutdown hooks; after an interrupt the process ends.
    }
    late.run();
  }

  /**
   * Repeats the request until the operation ends: the store has the job only after the operation
   * creates it, and a resumed job accepts a request only after it starts again.
   */
  private void ask() {
    try {
      store.requestStop(job);
    } catch (RuntimeException e) {
      LOG.debug("The store does not have the job, or not yet", e);
    }
  }

  /**
   * Reports the number of rows processed so far. While it grows, the stop waits without a limit: a
   * part of a source whose rows must not be written twice is read to its end.
   */
  public void progressed(long rows) {
    if (rows != lastRows) {
      lastRows = rows;
      moved = System.nanoTime();
    }
  }

  /** Called after the operation has ended and its result is reported. */
  @Override
  public void close() {
    ended.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is shutting down: the hook is running and returns now.
    }
  }
}
