package io.ringhaul.monitor;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.job.JobTelemetry;
import io.ringhaul.job.Metric;
import io.ringhaul.job.MetricKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads with each sample which nodes the other jobs of the store ask, whatever process they run in,
 * by the metrics that they keep there. A store that does not answer is asked again with the next
 * sample. Is to hear of a sample before the detectors.
 */
public final class NeighbourPoll implements SampleListener {

  private static final Logger LOG = LoggerFactory.getLogger(NeighbourPoll.class);

  /** To look through a store of very many jobs takes some time; it gets so small a part of it. */
  private static final int PART_OF_TIME = 100;

  private final UUID job;
  private final JobTelemetry telemetry;
  private final JobsUnderWay.Place place;
  private long next = System.nanoTime();

  /**
   * @param job whose neighbours are read
   * @param place hears of them
   */
  public NeighbourPoll(UUID job, JobTelemetry telemetry, JobsUnderWay.Place place) {
    this.job = job;
    this.telemetry = telemetry;
    this.place = place;
  }

  @Override
  public void sampled(Sample sample) {
    long begin = System.nanoTime();
    if (begin - next >= 0) {
      poll();
      next = System.nanoTime() + PART_OF_TIME * (System.nanoTime() - begin);
    }
  }

  void poll() {
    List<JobsUnderWay.Load> loads = new ArrayList<>();
    try {
      for (Map.Entry<UUID, String> other : telemetry.beside(job).entrySet()) {
        loads.add(
            new JobsUnderWay.Load(
                "the job \"" + other.getValue() + "\"",
                Optional.of(other.getKey()),
                nodes(telemetry.latest(other.getKey(), MetricKind.PERFORMANCE)),
                System.nanoTime()));
      }
    } catch (BulkOperationException e) {
      // A job may also have been deleted since it was listed.
      LOG.debug("The jobs beside job {} could not be read", job, e);
    }
    place.hears(loads);
  }

  /** Those that a job asked within the time of its newest sample. */
  private static Set<String> nodes(List<Metric> latest) {
    Instant newest = latest.stream().map(Metric::time).max(Instant::compareTo).orElse(Instant.MIN);
    return latest.stream()
        .filter(metric -> metric.time().equals(newest))
        .filter(metric -> metric.name().equals(SampleMetrics.REQUESTS_PER_SECOND))
        .filter(metric -> metric.value() > 0)
        .flatMap(metric -> SampleMetrics.node(metric.component()).stream())
        .collect(Collectors.toSet());
  }
}
