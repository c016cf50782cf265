package io.ringhaul.internal.telemetry;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.job.JobProfile;
import io.ringhaul.job.JobRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records where this process spends its time, on a thread of its own, one recording at a time. It
 * takes the JDK's module {@code jdk.jfr}, which is touched only when a recording is asked for.
 */
final class FlightProfile implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FlightProfile.class);
  private static final Duration TO_END = Duration.ofSeconds(10);

  private final Path folder;
  private final Consumer<JobProfile> store;
  private final AtomicBoolean isBusy = new AtomicBoolean();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Background.threads("ringhaul-profile"));

  /**
   * @param folder where a recording is while it is made
   * @param store keeps each state of a recording
   */
  FlightProfile(Path folder, Consumer<JobProfile> store) {
    this.folder = folder;
    this.store = store;
  }

  /** Begins a recording, and returns at once. One that is asked for meanwhile is refused. */
  void record(JobRequest request) {
    JobProfile profile = JobProfile.requested(request.id(), request.body());
    if (!isBusy.compareAndSet(false, true)) {
      refuse(profile, "Another recording was under way");
      return;
    }
    try {
      thread.execute(
          () -> {
            try {
              put(profile.recording());
              put(ended(profile));
            } finally {
              isBusy.set(false);
            }
          });
    } catch (RejectedExecutionException e) {
      isBusy.set(false);
      refuse(profile, "The job was at its end");
    }
  }

  private void refuse(JobProfile profile, String reason) {
    LOG.info("A recording is not begun: {}", reason);
    put(profile.failed(reason));
  }

  private void put(JobProfile profile) {
    try {
      store.accept(profile);
    } catch (BulkOperationException e) {
      LOG.warn("A recording could not be kept: {}", e.getMessage());
    }
  }

  private JobProfile ended(JobProfile profile) {
    try {
      return profile.ready(FlightRecording.stacks(profile.seconds(), folder).json());
    } catch (InterruptedException e) {
      return profile.failed("The job ended before the recording did");
    } catch (IOException e) {
      return profile.failed("The recording could not be written or read: " + e.getMessage());
    } catch (LinkageError | IllegalStateException | SecurityException e) {
      return profile.failed(
          "This Java cannot record itself; run the job with a JDK that has the module jdk.jfr: "
              + e);
    }
  }

  /** Ends a recording under way, which is stored as failed. */
  @Override
  public void close() {
    thread.shutdownNow();
    if (!Background.awaitEnd(thread, TO_END)) {
      LOG.warn("A recording did not end; its thread is left behind");
    }
  }
}
