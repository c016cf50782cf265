package io.ringhaul.internal.telemetry;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.job.JobTelemetry;
import io.ringhaul.job.Metric;
import io.ringhaul.job.MetricKind;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.SampleListener;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads every second or two which nodes the other jobs of the store ask, whatever process they run
 * in, by the metrics that they keep there. A store that does not answer is asked again later. Is to
 * hear of a sample before the detectors.
 *
 * <p>Nodes of one address and port are taken for the same: whoever keeps jobs of several clusters
 * in one store should have them seen under different addresses.
 */
public final class NeighbourPoll implements SampleListener {

  private static final Logger LOG = LoggerFactory.getLogger(NeighbourPoll.class);

  /** To look through a store of very many jobs takes some time; it gets so small a part of it. */
  private static final int PART_OF_TIME = 100;

  /** Whoever was not heard of for longer is taken to be gone. */
  private static final long LONGEST_PAUSE_NANOS = 2_000_000_000L;

  private static final long LONG_AGO_NANOS = Duration.ofDays(1).toNanos();

  /** The newest that a job has told, and when that was new. */
  private record Heard(Instant newest, long nanoTime) {}

  private final UUID job;
  private final JobTelemetry telemetry;
  private final JobsUnderWay.Registration registration;
  private final Map<UUID, Heard> heard = new HashMap<>();
  private long next = System.nanoTime();

  /**
   * @param job whose neighbours are read
   * @param registration hears of them
   */
  public NeighbourPoll(UUID job, JobTelemetry telemetry, JobsUnderWay.Registration registration) {
    this.job = job;
    this.telemetry = telemetry;
    this.registration = registration;
  }

  @Override
  public void sampled(Sample sample) {
    long begin = System.nanoTime();
    if (begin - next >= 0) {
      poll();
      long pause = PART_OF_TIME * (System.nanoTime() - begin);
      next = System.nanoTime() + Math.min(LONGEST_PAUSE_NANOS, pause);
    }
  }

  void poll() {
    List<JobsUnderWay.Load> loads = new ArrayList<>();
    try {
      Map<UUID, String> beside = telemetry.beside(job);
      heard.keySet().retainAll(beside.keySet());
      beside.forEach((id, name) -> loads.add(load(id, name)));
    } catch (BulkOperationException e) {
      // A job may also have been deleted since it was listed.
      LOG.debug("The jobs beside job {} could not be read", job, e);
    }
    registration.hears(loads);
  }

  /**
   * What a job asks, as of when it told something new. What is there at first may be of an earlier
   * run of it, and its clock may not be ours.
   */
  private JobsUnderWay.Load load(UUID id, String name) {
    List<Metric> latest = telemetry.latest(id, MetricKind.PERFORMANCE);
    Instant newest = latest.stream().map(Metric::time).max(Instant::compareTo).orElse(Instant.MIN);
    long now = System.nanoTime();
    Heard before = heard.getOrDefault(id, new Heard(newest, now - LONG_AGO_NANOS));
    Heard last = newest.equals(before.newest()) ? before : new Heard(newest, now);
    heard.put(id, last);
    return new JobsUnderWay.Load(
        "the job \"" + name + "\"", Optional.of(id), nodes(latest, newest), last.nanoTime());
  }

  /** Those that were asked within the time of the newest sample. */
  private static Set<String> nodes(List<Metric> latest, Instant newest) {
    return latest.stream()
        .filter(metric -> metric.time().equals(newest))
        .filter(metric -> SampleMetrics.OF_ASKED_NODES.contains(metric.name()))
        .filter(metric -> metric.value() > 0)
        .flatMap(metric -> SampleMetrics.node(metric.component()).stream())
        .collect(Collectors.toSet());
  }
}
