package io.ringhaul.cli.jobs;

import io.ringhaul.job.JobStore;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Stops a job when this process is asked to end, by Ctrl-C or SIGTERM, and keeps the process alive
 * until the job has stopped and the command has said so. A second signal ends it at once.
 */
public final class StopOnSignal implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long TRY_AGAIN_MILLIS = 200;

  private final JobStore store;
  private final UUID job;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread hook = new Thread(this::stop, "ringhaul-stop");
  private final Runnable late;

  private StopOnSignal(JobStore store, UUID job, Runnable late) {
    this.store = store;
    this.job = job;
    this.late = late;
  }

  /**
   * Begins to listen.
   *
   * @param late told if the job has not stopped in time and the process ends all the same
   */
  public static StopOnSignal of(JobStore store, UUID job, Runnable late) {
    StopOnSignal listening = new StopOnSignal(store, job, late);
    Runtime.getRuntime().addShutdownHook(listening.hook);
    return listening;
  }

  private void stop() {
    SecondSignal.endsTheProcess();
    long end = System.nanoTime() + PATIENCE.toNanos();
    boolean asked = false;
    try {
      while (System.nanoTime() < end) {
        asked = asked || ask();
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
   * The store knows the job only when the operation has begun it, and may be closed by now; both
   * are tried again until the operation has ended.
   */
  private boolean ask() {
    try {
      store.requestStop(job);
      return true;
    } catch (RuntimeException e) {
      return false;
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
