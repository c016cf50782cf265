package io.ringhaul.internal.telemetry;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.internal.jobstore.JobProfile;
import io.ringhaul.internal.jobstore.JobRequest;
import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.SampleListener;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes and executes the requests to a job's process, with each sample. A failed read is repeated
 * with the next sample; the job continues without its store.
 */
public final class RequestPoll implements SampleListener, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RequestPoll.class);

  private final UUID job;
  private final JobTelemetry telemetry;
  private final Consumer<JobRequest> tuning;
  private final FlightProfile profile;
  private boolean failed;
  private boolean begun;

  /**
   * @param tuning receives each request of the kind {@link JobRequest.Kind#TUNE}, on the monitor's
   *     thread; must not block
   */
  public RequestPoll(UUID job, JobTelemetry telemetry, Consumer<JobRequest> tuning) {
    this(job, telemetry, tuning, Path.of(System.getProperty("java.io.tmpdir")));
  }

  /**
   * @param folder holds the file of a running recording
   */
  RequestPoll(UUID job, JobTelemetry telemetry, Consumer<JobRequest> tuning, Path folder) {
    this.job = job;
    this.telemetry = telemetry;
    this.tuning = tuning;
    this.profile = new FlightProfile(folder, each -> telemetry.put(job, each));
  }

  @Override
  public void sampled(Sample sample) {
    poll();
  }

  void poll() {
    List<JobRequest> requests;
    try {
      endEarlierRecording();
      requests = telemetry.take(job);
      failed = false;
    } catch (BulkOperationException e) {
      if (!failed) {
        LOG.warn("The requests to job {} cannot be read: {}", job, e.getMessage());
      }
      failed = true;
      return;
    }
    // Requests of any age: one that was stored while the job did not run is meant for its next run.
    requests.forEach(this::takeUp);
  }

  /** A process that was killed has left its recording as running. */
  private void endEarlierRecording() {
    if (!begun) {
      telemetry
          .profile(job)
          .filter(left -> left.state() == JobProfile.State.RECORDING)
          .ifPresent(
              left -> telemetry.put(job, left.failed("The process ended during the recording")));
      begun = true;
    }
  }

  private void takeUp(JobRequest request) {
    switch (request.kind()) {
      case TUNE -> tuning.accept(request);
      case PROFILE -> profile.record(request);
    }
  }

  /** Ends a running recording, which is stored as failed. */
  @Override
  public void close() {
    profile.close();
  }
}
