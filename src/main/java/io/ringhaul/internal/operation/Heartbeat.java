package io.ringhaul.internal.operation;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.telemetry.Background;
import io.ringhaul.job.JobRun;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a job's store every second that this process lives. What the store answers is kept: whether
 * the job is to stop, or that it is another process's by now.
 */
final class Heartbeat implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);
  private static final long PERIOD_MILLIS = 1_000;

  /** Service managers kill what has not ended ten seconds after they asked. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  /** Before another machine may take the job for dead. */
  private static final Duration SILENCE = Duration.ofSeconds(30);

  private final JobRun run;
  private final Duration silence;
  private final ScheduledExecutorService clock;
  private volatile long answered = System.nanoTime();
  private long stopAsked;
  private volatile boolean stopping;
  private volatile @Nullable BulkOperationException failure;

  Heartbeat(JobRun run) {
    this(run, SILENCE);
  }

  /**
   * @param silence how long the store may be away
   */
  Heartbeat(JobRun run, Duration silence) {
    this.run = run;
    this.silence = silence;
    this.clock = Background.clock("ringhaul-job");
    clock.scheduleWithFixedDelay(
        Background.lasting("A word to the job's store", this::beat),
        PERIOD_MILLIS,
        PERIOD_MILLIS,
        TimeUnit.MILLISECONDS);
  }

  private void beat() {
    try {
      answer(run.beat());
    } catch (StorageException e) {
      silence(e);
    } catch (BulkOperationException e) {
      fail(e);
    } catch (RuntimeException e) {
      fail(new BulkOperationException("The job's store failed: " + e, e));
    }
  }

  private synchronized void answer(boolean stop) {
    answered = System.nanoTime();
    if (stop && !stopping) {
      stopping = true;
      stopAsked = answered;
    }
  }

  /** A store that is away for a moment is no reason to end hours of work. */
  private synchronized void silence(StorageException e) {
    if (isSilent()) {
      fail(e);
    } else {
      LOG.warn("The job's store did not answer and is asked again: {}", e.getMessage());
    }
  }

  private synchronized void fail(BulkOperationException e) {
    failure = e;
  }

  /** See {@link OperationJob#isStopping()}. */
  boolean isStopping() {
    // Asked for each row: without the lock as long as all is well.
    return (failure != null || stopping || isSilent()) && isStoppingNow();
  }

  private boolean isSilent() {
    return System.nanoTime() - answered > silence.toNanos();
  }

  private synchronized boolean isStoppingNow() {
    BulkOperationException met = failure;
    if (met instanceof JobException) {
      throw new JobException(run.job().id(), String.valueOf(met.getMessage()), met);
    }
    if (met != null) {
      throw new BulkOperationException(String.valueOf(met.getMessage()), met);
    }
    if (isSilent()) {
      // A beat that hangs says nothing, and who looks at the job sees a dead process.
      throw new BulkOperationException(
          "The job's store has not answered for " + silence.toSeconds() + " s");
    }
    return stopping;
  }

  /** See {@link OperationJob#isOverdue()}. */
  synchronized boolean isOverdue() {
    return isStopping() && System.nanoTime() - stopAsked > GRACE.toNanos();
  }

  @Override
  public void close() {
    clock.shutdownNow();
    // A beat under way must not meet a run that is closed.
    Background.awaitEnd(clock, Duration.ofMillis(PERIOD_MILLIS));
  }
}
