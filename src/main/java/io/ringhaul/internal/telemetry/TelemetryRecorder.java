package io.ringhaul.internal.telemetry;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.job.JobTelemetry;
import io.ringhaul.job.Metric;
import io.ringhaul.job.MetricKind;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.SampleListener;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes samples to a job's store, on a thread of its own. A store that is slow misses samples, and
 * one that fails is logged once; neither holds the job up. To be closed after its monitor.
 */
public final class TelemetryRecorder implements SampleListener, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TelemetryRecorder.class);

  /** So many samples may wait for the store. */
  private static final int MOST_WAITING = 5;

  private static final Duration TO_END = Duration.ofSeconds(5);

  private final JobTelemetry telemetry;
  private final UUID job;
  private final SampleMetrics metrics = new SampleMetrics();
  private final BlockingQueue<Runnable> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
  private final ThreadPoolExecutor writer;
  private boolean hasFailed;

  /**
   * @param telemetry where samples go
   * @param job the job that they are of
   */
  public TelemetryRecorder(JobTelemetry telemetry, UUID job) {
    this.telemetry = telemetry;
    this.job = job;
    this.writer =
        new ThreadPoolExecutor(
            1, 1, 0, TimeUnit.SECONDS, waiting, Background.threads("ringhaul-telemetry"));
  }

  @Override
  public void sampled(Sample sample) {
    // Made here, in the samples' order: sums must not miss what the store does.
    List<Metric> performance = metrics.performance(sample);
    List<Metric> resources = metrics.resources(sample);
    try {
      writer.execute(
          () -> {
            add(MetricKind.PERFORMANCE, performance);
            add(MetricKind.RESOURCE, resources);
          });
    } catch (RejectedExecutionException e) {
      LOG.debug("A sample was not stored: the store is slow, or the job at its end", e);
    }
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
            "Metrics of job {} could not be stored; the job goes on, and further failures are not"
                + " logged: {}",
            job,
            e.getMessage());
      }
    }
  }

  /** Waits a few seconds for what is being stored, and ends the thread. */
  @Override
  public void close() {
    writer.shutdown();
    if (!Background.awaitEnd(writer, TO_END)) {
      LOG.warn("The store of job {} is slow; its last metrics are not waited for", job);
    }
  }
}
