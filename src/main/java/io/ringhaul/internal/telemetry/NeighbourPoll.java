package io.ringhaul.internal.telemetry;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.internal.jobstore.Metric;
import io.ringhaul.internal.jobstore.MetricKind;
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
 * Reads every second or two which nodes the other jobs of the store use, in any process, from the
 * metrics that these jobs store. A failed read is repeated later. Must receive each sample before
 * the detectors.
 *
 * <p>Nodes are identified by address and port. Clusters whose jobs share a store therefore need
 * distinct node addresses.
 */
public final class NeighbourPoll implements SampleListener {

  private static final Logger LOG = LoggerFactory.getLogger(NeighbourPoll.class);

  /** Reading a store with very many jobs takes some time; the pause is this many times as long. */
  private static final int PAUSE_PER_READ = 100;

  /** A job without news for longer counts as ended. */
  private static final long LONGEST_PAUSE_NANOS = 2_000_000_000L;

  private static final long LONG_AGO_NANOS = Duration.ofDays(1).toNanos();

  /** The time of a job's newest metric, and when this process first saw it. */
  private record LatestNews(Instant newest, long nanoTime) {}

  private final UUID job;
  private final JobTelemetry telemetry;
  private final JobsUnderWay.Registration registration;
  private final Map<UUID, LatestNews> latestNews = new HashMap<>();
  private long next = System.nanoTime();

  /**
   * @param job the job whose neighbours are read
   * @param registration receives the neighbours
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
      long pause = PAUSE_PER_READ * (System.nanoTime() - begin);
      next = System.nanoTime() + Math.min(LONGEST_PAUSE_NANOS, pause);
    }
  }

  void poll() {
    List<JobsUnderWay.Load> loads = new ArrayList<>();
    try {
      Map<UUID, String> beside = telemetry.beside(job);
      latestNews.keySet().retainAll(beside.keySet());
      beside.forEach((id, name) -> loads.add(load(id, name)));
    } catch (BulkOperationException e) {
      // Another reason is that the job was deleted after it was listed.
      LOG.debug("The jobs beside job {} could not be read", job, e);
    }
    registration.setElsewhere(loads);
  }

  /**
   * The load of a job, dated by this process's clock when a newer metric appears, since the other
   * clock may differ. The first metrics seen may belong to an earlier run and count as old.
   */
  private JobsUnderWay.Load load(UUID id, String name) {
    List<Metric> latest = telemetry.latest(id, MetricKind.PERFORMANCE);
    Instant newest = latest.stream().map(Metric::time).max(Instant::compareTo).orElse(Instant.MIN);
    long now = System.nanoTime();
    LatestNews before = latestNews.getOrDefault(id, new LatestNews(newest, now - LONG_AGO_NANOS));
    LatestNews last = newest.equals(before.newest()) ? before : new LatestNews(newest, now);
    latestNews.put(id, last);
    return new JobsUnderWay.Load(
        "the job \"" + name + "\"", Optional.of(id), nodes(latest, newest), last.nanoTime());
  }

  /** The nodes with requests in the newest sample. */
  private static Set<String> nodes(List<Metric> latest, Instant newest) {
    return latest.stream()
        .filter(metric -> metric.time().equals(newest))
        .filter(metric -> SampleMetrics.OF_ASKED_NODES.contains(metric.name()))
        .filter(metric -> metric.value() > 0)
        .flatMap(metric -> SampleMetrics.node(metric.component()).stream())
        .collect(Collectors.toSet());
  }
}
