package io.ringhaul.internal.telemetry;

import io.ringhaul.internal.request.RequestLimits;
import io.ringhaul.internal.telemetry.Detector.Detection;
import io.ringhaul.internal.telemetry.Detector.Persistence;
import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.BottleneckKind;
import io.ringhaul.monitor.BottleneckListener;
import io.ringhaul.monitor.LimitingFactor;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.SampleListener;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detects the bottlenecks of a job from its samples. A symptom in a single second is no bottleneck:
 * it must repeat within some seconds, and a bottleneck ends after ten samples without it (see
 * {@link Persistence}).
 *
 * <p>Samples arrive on one thread; any thread may query and close the detector.
 */
public final class BottleneckDetector implements SampleListener, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(BottleneckDetector.class);

  /** Rates of a shorter sample are chance; the last sample of an operation may be that short. */
  private static final double LEAST_SECONDS = 0.5;

  /** A detector with its episodes by component. */
  private record Watch(Detector detector, Map<String, Episode> episodes) {}

  private final SteadyState steadyState;
  private final List<Watch> watches = new ArrayList<>();
  private final Map<String, Bottleneck> open = new LinkedHashMap<>();
  private final JobsUnderWay.Registration registration;
  private final List<BottleneckListener> listeners;
  private boolean closed;

  /**
   * Creates the detectors for a job.
   *
   * @param limits the request limits of the job
   * @param registration the job's registration among concurrent jobs; closed with this detector
   */
  public BottleneckDetector(
      OperationKind work,
      RequestLimits limits,
      JobsUnderWay.Registration registration,
      List<BottleneckListener> listeners) {
    this.steadyState = new SteadyState(limits);
    this.registration = registration;
    this.listeners = List.copyOf(listeners);
    watch(new ClusterDetectors.ServerOverloadDetector());
    watch(new ClusterDetectors.ErrorSpikeDetector());
    watch(new ClusterDetectors.LatencySpikeDetector());
    watch(new FlowDetectors.ThroughputDropDetector());
    watch(new ClientDetectors.ClientMemoryDetector());
    watch(new ClusterDetectors.ContentionDetector(registration));
    if (work != OperationKind.COUNT) {
      watch(new ClientDetectors.ClientCpuDetector());
      watch(new FlowDetectors.QueueGrowthDetector(work));
      watch(new FlowDetectors.SkewDetector());
    }
    if (work == OperationKind.EXPORT) {
      watch(new ClientDetectors.DiskDetector(Runtime.getRuntime().availableProcessors()));
    }
    watch(new ClusterDetectors.ReplicaSkewDetector());
  }

  private void watch(Detector detector) {
    watches.add(new Watch(detector, new LinkedHashMap<>()));
  }

  @Override
  public void sampled(Sample sample) {
    take(sample).forEach(this::tell);
  }

  /** Returns what the listeners are to hear: a listener that blocks must not hold the lock. */
  private synchronized List<Consumer<BottleneckListener>> take(Sample sample) {
    if (closed || sample.seconds() < LEAST_SECONDS) {
      return List.of();
    }
    steadyState.add(sample);
    Map<String, Bottleneck> now = new LinkedHashMap<>();
    for (Watch watch : watches) {
      look(watch, sample);
      watch.episodes().values().stream()
          .filter(Episode::isOpen)
          .map(Episode::bottleneck)
          .forEach(bottleneck -> now.put(bottleneck.id(), bottleneck));
    }
    Map<String, Bottleneck> before = new LinkedHashMap<>(open);
    open.clear();
    open.putAll(now);
    List<Consumer<BottleneckListener>> news = new ArrayList<>();
    now.forEach(
        (id, bottleneck) -> {
          if (!before.containsKey(id)) {
            news.add(listener -> listener.found(bottleneck));
          }
        });
    before.keySet().removeAll(now.keySet());
    before.values().forEach(bottleneck -> news.add(ended(bottleneck)));
    return news;
  }

  private void look(Watch watch, Sample sample) {
    Map<String, Detection> seen = new LinkedHashMap<>();
    watch.detector().look(sample, steadyState).forEach(each -> seen.put(each.component(), each));
    seen.keySet()
        .forEach(
            component ->
                watch
                    .episodes()
                    .computeIfAbsent(
                        component,
                        name ->
                            new Episode(watch.detector().kind(), watch.detector().persistence())));
    Instant time = sample.time();
    watch.episodes().forEach((component, episode) -> episode.add(time, seen.get(component)));
    watch.episodes().values().removeIf(Episode::isEmpty);
  }

  /** The open bottlenecks in the order of {@link Bottleneck#BY_WEIGHT}. */
  public synchronized List<Bottleneck> bottlenecks() {
    return open.values().stream().sorted(Bottleneck.BY_WEIGHT).toList();
  }

  /** The open bottleneck with the greatest weight; empty if there is none. */
  public Optional<Bottleneck> current() {
    return bottlenecks().stream().findFirst();
  }

  /** Ends all bottlenecks. */
  @Override
  public void close() {
    endAll().forEach(this::tell);
  }

  private synchronized List<Consumer<BottleneckListener>> endAll() {
    if (closed) {
      return List.of();
    }
    closed = true;
    registration.close();
    List<Consumer<BottleneckListener>> news =
        open.values().stream().map(BottleneckDetector::ended).toList();
    open.clear();
    return news;
  }

  /** Tells the listeners what limited the job. */
  public void limitedBy(LimitingFactor factor) {
    tell(listener -> listener.limitedBy(factor));
  }

  private static Consumer<BottleneckListener> ended(Bottleneck bottleneck) {
    return listener -> listener.ended(bottleneck.over());
  }

  private void tell(Consumer<BottleneckListener> what) {
    for (BottleneckListener listener : listeners) {
      try {
        what.accept(listener);
      } catch (RuntimeException e) {
        LOG.warn("A bottleneck listener failed; the operation continues", e);
      }
    }
  }

  /**
   * The symptoms of one component that one detector reported, and whether they form a bottleneck.
   */
  private static final class Episode {

    private final BottleneckKind kind;
    private final Persistence persistence;

    /**
     * One bit for each of the last samples, the newest in the lowest bit; set if the symptom was
     * present.
     */
    private long seen;

    private int quiet;
    private @Nullable Detection detection;
    private Instant firstSeen = Instant.EPOCH;
    private Instant lastSeen = Instant.EPOCH;
    private boolean open;

    Episode(BottleneckKind kind, Persistence persistence) {
      this.kind = kind;
      this.persistence = persistence;
    }

    /** Adds what a sample shows; null if the symptom is absent. */
    void add(Instant time, @Nullable Detection now) {
      seen = (seen << 1 | (now == null ? 0 : 1)) & ((1L << persistence.of()) - 1);
      if (now == null) {
        quiet++;
        open &= quiet < persistence.quiet();
        return;
      }
      if (!open && Long.bitCount(seen) == 1) {
        firstSeen = time;
      }
      quiet = 0;
      detection = now;
      lastSeen = time;
      open |= Long.bitCount(seen) >= persistence.seen();
    }

    boolean isOpen() {
      return open;
    }

    /** Whether this episode holds no state and can be removed. */
    boolean isEmpty() {
      return !open && seen == 0;
    }

    /** The bottleneck; only for an episode that was open. */
    Bottleneck bottleneck() {
      Detection last = detection;
      if (last == null) {
        throw new IllegalStateException(kind + " was never seen");
      }
      return new Bottleneck(
          kind + ":" + last.component() + ":" + firstSeen.getEpochSecond(),
          kind,
          last.component(),
          last.evidence(),
          last.reason(),
          last.recommendation(),
          last.proposal(),
          firstSeen,
          lastSeen,
          open);
    }
  }
}
