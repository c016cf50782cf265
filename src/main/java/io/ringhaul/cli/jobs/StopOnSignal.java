package io.ringhaul.cli.jobs;

import io.ringhaul.job.JobStore;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops a job when this process is asked to end, by Ctrl-C or SIGTERM, and keeps the process alive
 * until the job has stopped and the command has said so. A second signal ends it at once.
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
   * @param patience so long without a row is taken for a hang
   */
  StopOnSignal(JobStore store, UUID job, Runnable late, Duration patience) {
    this.store = store;
    this.job = job;
    this.late = late;
    this.patience = patience;
  }

  /**
   * Begins to listen.
   *
   * @param late told if the job has not stopped in time and the process ends all the same
   */
  public static StopOnSignal of(JobStore store, UUID job, Runnable late) {
    StopOnSignal listening = new StopOnSignal(store, job, late, PATIENCE);
    Runtime.getRuntime().addShutdownHook(listening.hook);
    return listening;
  }

  private void signalled() {
    SecondSignal.endsTheProcess();
    stop();
  }

  /** Stops the job, and waits until it has ended or nothing of it moves any more. */
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
      // Nobody interrupts a hook; if somebody does, the process is to end.
    }
    late.run();
  }

  /**
   * Asked again and again until the operation has ended: the store knows the job only when the
   * operation has begun it, and one that was begun before hears nothing until it is taken up.
   */
  private void ask() {
    try {
      store.requestStop(job);
    } catch (RuntimeException e) {
      LOG.debug("The store does not know the job yet, or any more", e);
    }
  }

  /**
   * Says how many rows are handled by now. While they get more, what is in flight comes to its end:
   * a part of a source whose rows must not be written twice is read to its end, however long.
   */
  public void progressed(long rows) {
    if (rows != lastRows) {
      lastRows = rows;
      moved = System.nanoTime();
    }
  }

  /** The operation has ended and all is said. */
  @Override
  public void close() {
    ended.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending: the hook runs, and now returns.
    }
  }
}
