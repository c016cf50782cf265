package io.ringhaul.internal.telemetry;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.internal.jobstore.Metric;
import io.ringhaul.internal.jobstore.MetricKind;
import io.ringhaul.monitor.LimitingFactor;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.SampleListener;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes samples to a job's store on its own thread. A slow store loses the oldest of those that
 * wait; the first failure is logged. Neither delays the job. Close it after its monitor.
 */
public final class TelemetryRecorder implements SampleListener, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TelemetryRecorder.class);

  /** The number of samples that may wait for the store. */
  private static final int MOST_WAITING = 5;

  private static final Duration TO_END = Duration.ofSeconds(5);

  private final JobTelemetry telemetry;
  private final UUID job;
  private final Supplier<Optional<LimitingFactor>> overall;
  private final SampleMetrics metrics = new SampleMetrics();
  private final ThreadPoolExecutor writer;
  private boolean hasFailed;

  /**
   * @param telemetry receives the samples
   * @param job the job of the samples
   * @param overall what limited the job so far; empty if unknown
   */
  public TelemetryRecorder(
      JobTelemetry telemetry, UUID job, Supplier<Optional<LimitingFactor>> overall) {
    this.telemetry = telemetry;
    this.job = job;
    this.overall = overall;
    this.writer =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_WAITING),
            Background.threads("ringhaul-telemetry"),
            // The last sample has the totals of the job.
            new ThreadPoolExecutor.DiscardOldestPolicy());
  }

  @Override
  public void sampled(Sample sample) {
    // Converted here, in the order of the samples: the running sums must include samples that the
    // store loses.
    List<Metric> performance = metrics.performance(sample, overall.get());
    List<Metric> resources = metrics.resources(sample);
    writer.execute(
        () -> {
          add(MetricKind.PERFORMANCE, performance);
          add(MetricKind.RESOURCE, resources);
        });
  }

  private void add(MetricKind kind, List<Metric> values) {
    try {
      telemetry.add(job, kind, values);
    } catch (BulkOperationException e) {
      if (hasFailed) {
        LOG.debug("Metrics of job {} could not be stored", job, e);
      } else {
        hasFailed = true;
        LOG.warn(
            "Metrics of job {} could not be stored; the job continues, and further failures are not"
                + " logged: {}",
            job,
            e.getMessage());
      }
    }
  }

  /** Waits up to five seconds for pending writes and ends the thread. */
  @Override
  public void close() {
    writer.shutdown();
    if (!Background.awaitEnd(writer, TO_END)) {
      LOG.warn("The store of job {} is slow; its last metrics may be missing", job);
    }
  }
}
