package io.ringhaul.internal.telemetry;

import io.ringhaul.internal.request.RequestLimits;
import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.BottleneckListener;
import io.ringhaul.monitor.LimitingFactor;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.SampleListener;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds what holds a job back, sample by sample. What is seen in a single second is no bottleneck:
 * it must be seen again within some seconds, and a bottleneck is over when it was not seen for ten.
 *
 * <p>Sampled by one thread; may be asked and closed by any.
 */
public final class BottleneckDetector implements SampleListener, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(BottleneckDetector.class);

  /** The last sample of an operation may be so short that its rates are chance. */
  private static final double LEAST_SECONDS = 0.5;

  /** A detector and what it has seen, component by component. */
  private record Watch(Detector detector, Map<String, Episode> episodes) {}

  private final SteadyState steadyState;
  private final List<Watch> watches = new ArrayList<>();
  private final Map<String, Bottleneck> open = new LinkedHashMap<>();
  private final TimeTally tally;
  private final JobsUnderWay.Registration registration;
  private final List<BottleneckListener> listeners;
  private boolean closed;

  /**
   * Begins to look.
   *
   * @param work what the job does
   * @param limits the bounds that it keeps to
   * @param registration its registration among the jobs beside it; closed with this
   * @param listeners hear of the bottlenecks
   */
  public BottleneckDetector(
      OperationKind work,
      RequestLimits limits,
      JobsUnderWay.Registration registration,
      List<BottleneckListener> listeners) {
    this(
        work,
        limits,
        sample -> limits.isReached(sample.rowsPerSecond(), sample.bytesPerSecond()),
        registration,
        listeners);
  }

  /**
   * Creates a detector for a job that more than the bounds of its requests holds back.
   *
   * @param held whether anything that was asked for bounded its speed in the time of a sample
   */
  public BottleneckDetector(
      OperationKind work,
      RequestLimits limits,
      Predicate<Sample> held,
      JobsUnderWay.Registration registration,
      List<BottleneckListener> listeners) {
    this.steadyState = new SteadyState(limits);
    this.tally = new TimeTally(work, held);
    this.registration = registration;
    this.listeners = List.copyOf(listeners);
    watch(new ServerOverloadDetector());
    watch(new ErrorSpikeDetector());
    watch(new LatencySpikeDetector());
    watch(new ThroughputDropDetector());
    watch(new ClientMemoryDetector());
    watch(new ContentionDetector(registration));
    if (work != OperationKind.COUNT) {
      watch(new ClientCpuDetector());
      watch(new QueueGrowthDetector(work));
      watch(new SkewDetector());
    }
    if (work == OperationKind.EXPORT) {
      watch(new DiskDetector(Runtime.getRuntime().availableProcessors()));
    }
    watch(new ReplicaSkewDetector());
  }

  private void watch(Detector detector) {
    watches.add(new Watch(detector, new LinkedHashMap<>()));
  }

  @Override
  public synchronized void sampled(Sample sample) {
    if (closed) {
      return;
    }
    if (sample.seconds() < LEAST_SECONDS) {
      tally.add(sample, open.values());
      return;
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
    List<Bottleneck> before = List.copyOf(open.values());
    open.clear();
    open.putAll(now);
    tally.add(sample, now.values());
    Set<String> known = new LinkedHashSet<>();
    before.forEach(bottleneck -> known.add(bottleneck.id()));
    now.values().stream()
        .filter(bottleneck -> !known.contains(bottleneck.id()))
        .forEach(bottleneck -> tell(listener -> listener.found(bottleneck)));
    before.stream().filter(bottleneck -> !now.containsKey(bottleneck.id())).forEach(this::ended);
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
    watch.episodes().values().removeIf(Episode::isForgotten);
  }

  /** The bottlenecks that last, what weighs most first. */
  public synchronized List<Bottleneck> bottlenecks() {
    return open.values().stream().sorted(Bottleneck.BY_WEIGHT).toList();
  }

  /** The bottleneck that weighs most; empty if nothing holds the job back. */
  public Optional<Bottleneck> current() {
    return bottlenecks().stream().findFirst();
  }

  /** What took most of the time so far; empty in the first three seconds. */
  public synchronized Optional<LimitingFactor> limitingFactor() {
    return tally.most();
  }

  /** The job has ended: all bottlenecks end, and the listener hears what limited it. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    registration.close();
    List.copyOf(open.values()).forEach(this::ended);
    open.clear();
    tally.most().ifPresent(factor -> tell(listener -> listener.limitedBy(factor)));
  }

  private void ended(Bottleneck bottleneck) {
    tell(listener -> listener.ended(bottleneck.over()));
  }

  private void tell(Consumer<BottleneckListener> what) {
    for (BottleneckListener listener : listeners) {
      try {
        what.accept(listener);
      } catch (RuntimeException e) {
        LOG.warn("A listener for bottlenecks failed; the operation goes on", e);
      }
    }
  }
}
