package io.ringhaul.internal.telemetry;

import io.ringhaul.monitor.BottleneckKind;
import io.ringhaul.monitor.LimitingFactor;
import io.ringhaul.monitor.LimitingFactor.Kind;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.Stage;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Divides the time of an operation among what can limit it, by what its workers do. The part of a
 * sample that its workers wait for a rate limit, for example, is assigned to that limit. Time of
 * planning and commits is left out, since no limit changes it. Not thread-safe.
 */
final class LimitTally {

  /** The number of samples that are recent. */
  private static final int RECENT = 10;

  /** A shorter operation consists mostly of its start, which does not show what limits it. */
  private static final double LEAST_SECONDS = 3;

  /** Collections that stop the process for a larger share limit the work of its processors. */
  private static final double COLLECTING = 0.15;

  /** Workers that encode with less CPU time than this share wait for what they write to. */
  private static final double COMPUTING = 0.5;

  /** A limited rate fluctuates around its limit, so this share of the limit counts as reached. */
  private static final double REACHED = 0.95;

  /** On a busier machine, workers may wait for a processor. */
  private static final double BUSY = 0.6;

  /** Workers that wait for this share of the requests that are allowed cannot send more. */
  private static final double ALL_IN_USE = 0.5;

  private static final Set<Stage> COMPUTED = Set.of(Stage.DECODE, Stage.ENCODE);
  private static final Set<Stage> UNLIMITED = Set.of(Stage.PLAN, Stage.COMMIT);

  private final boolean writesRows;
  private final int processors;
  private final Deque<Map<Kind, Double>> recent = new ArrayDeque<>();
  private final Map<Kind, Double> all = new EnumMap<>(Kind.class);
  private Optional<Kind> reached = Optional.empty();
  private final Map<Kind, Long> values = new EnumMap<>(Kind.class);

  LimitTally(OperationKind work, int processors) {
    this.writesRows = work.writesRows();
    this.processors = processors;
  }

  /**
   * Adds a sample.
   *
   * @param bottlenecks the kinds of the open bottlenecks
   */
  void add(Sample sample, OperationCondition.Limits limits, Set<BottleneckKind> bottlenecks) {
    reached = reached(sample, limits);
    Map<Kind, Double> parts = parts(sample, limits, bottlenecks);
    value(Kind.ROWS_PER_SECOND, limits.requests().maxRowsPerSecond());
    value(Kind.BYTES_PER_SECOND, limits.requests().maxBytesPerSecond());
    value(Kind.IN_FLIGHT_PER_NODE, limits.requests().maxInFlightPerNode());
    value(Kind.CPU_SHARE, Math.round(limits.maxCpuShare() * 100));
    value(Kind.PROTECTED_LATENCY, limits.protectedMillis().orElse(0));
    value(Kind.IN_FLIGHT, sample.inFlightBound());
    add(parts);
  }

  private void value(Kind kind, long value) {
    if (value > 0) {
      values.put(kind, value);
    }
  }

  /** Adds a time in which one thing alone limited the operation. */
  void add(Kind only, double seconds) {
    add(new EnumMap<>(Map.of(only, seconds)));
  }

  private void add(Map<Kind, Double> parts) {
    recent.addLast(parts);
    if (recent.size() > RECENT) {
      recent.removeFirst();
    }
    parts.forEach((kind, seconds) -> all.merge(kind, seconds, Double::sum));
  }

  /** Forgets the recent samples, which say nothing about the next ones. */
  void restart() {
    recent.clear();
    reached = Optional.empty();
  }

  /** Whether the operation has reached a limit of the user on its rate. */
  boolean isAtRate() {
    return reached.isPresent();
  }

  /** What limited the operation in the recent samples; empty if unknown. */
  Optional<LimitingFactor> now() {
    Map<Kind, Double> sums = new EnumMap<>(Kind.class);
    recent.forEach(parts -> parts.forEach((kind, part) -> sums.merge(kind, part, Double::sum)));
    return reached
        .filter(sums::containsKey)
        .map(kind -> factor(kind, sums.getOrDefault(kind, 0.0) / sum(sums)))
        .or(() -> most(sums));
  }

  /** What limited the operation so far; empty if it was too short. */
  Optional<LimitingFactor> overall() {
    return sum(all) < LEAST_SECONDS ? Optional.empty() : most(all);
  }

  private Optional<LimitingFactor> most(Map<Kind, Double> sums) {
    double seconds = sum(sums);
    return sums.entrySet().stream()
        .filter(each -> each.getValue() > 0)
        .max(Map.Entry.comparingByValue())
        .map(each -> factor(each.getKey(), each.getValue() / seconds));
  }

  private static double sum(Map<Kind, Double> parts) {
    return parts.values().stream().mapToDouble(each -> each).sum();
  }

  /** Returns a factor with the current value of its limit. */
  LimitingFactor factor(Kind kind, double share) {
    Long value = values.get(kind);
    return new LimitingFactor(
        kind, share, value == null ? OptionalLong.empty() : OptionalLong.of(value));
  }

  private Map<Kind, Double> parts(
      Sample sample, OperationCondition.Limits limits, Set<BottleneckKind> bottlenecks) {
    StageTimes times = StageTimes.of(sample.stages());
    double timed = times.seconds() - times.seconds(UNLIMITED);
    Map<Kind, Double> parts = new EnumMap<>(Kind.class);
    if (times.seconds() == 0) {
      part(parts, Kind.NOTHING, sample.workers() > 0 ? sample.seconds() : 0);
    }
    if (timed <= 0) {
      return parts;
    }
    // The workers' time divides the time of the sample.
    double scale = sample.seconds() / timed;
    double limited = times.seconds(Set.of(Stage.WAIT_LIMIT));
    ownLimit(sample, limits).ifPresent(kind -> part(parts, kind, limited * scale));
    if (limited > 0 && reached.isPresent()) {
      // The cluster could answer sooner, and no more rows would flow.
      part(
          parts, reached.get(), times.seconds(Set.of(Stage.WAIT_CLUSTER, Stage.WAIT_SLOT)) * scale);
      addWork(parts, sample, times, bottlenecks, scale);
      return parts;
    }
    // The requests in flight at the end of the sample are chance where answers are fast.
    double meanInFlight = times.seconds(Set.of(Stage.WAIT_CLUSTER)) / sample.seconds();
    boolean areAllInUse =
        sample.inFlight() >= sample.inFlightBound()
            || meanInFlight >= ALL_IN_USE * sample.inFlightBound();
    Kind cluster = cluster(sample, bottlenecks);
    part(
        parts,
        cluster == Kind.CLUSTER
                && areAllInUse
                && (limits.isInFlightSet() || limits.boundedBy().filter(Kind::isSet).isPresent())
            ? slots(limits, true)
            : cluster,
        times.seconds(Set.of(Stage.WAIT_CLUSTER)) * scale);
    part(
        parts,
        cluster == Kind.CLUSTER && sample.overloads() == 0 ? slots(limits, areAllInUse) : cluster,
        times.seconds(Set.of(Stage.WAIT_SLOT)) * scale);
    addWork(parts, sample, times, bottlenecks, scale);
    return parts;
  }

  private void addWork(
      Map<Kind, Double> parts,
      Sample sample,
      StageTimes times,
      Set<BottleneckKind> bottlenecks,
      double scale) {
    part(parts, computing(sample, times, bottlenecks), times.seconds(COMPUTED) * scale);
    part(
        parts,
        writesRows ? Kind.CLUSTER : storage(sample),
        times.seconds(Set.of(Stage.WRITE)) * scale);
  }

  /**
   * The limit of the user that the rate of the last seconds has reached; empty if there is none.
   */
  private static Optional<Kind> reached(Sample sample, OperationCondition.Limits limits) {
    if (near(sample.progress().rowsPerSecond(), (double) limits.requests().maxRowsPerSecond())
        >= REACHED) {
      return Optional.of(Kind.ROWS_PER_SECOND);
    }
    return near(sample.bytesPerSecond(), (double) limits.requests().maxBytesPerSecond()) >= REACHED
        ? Optional.of(Kind.BYTES_PER_SECOND)
        : Optional.empty();
  }

  private static void part(Map<Kind, Double> parts, Kind kind, double seconds) {
    if (seconds > 0) {
      parts.merge(kind, seconds, Double::sum);
    }
  }

  /** The limit of the user that pauses requests, or that the sample is closest to. */
  private static Optional<Kind> ownLimit(Sample sample, OperationCondition.Limits limits) {
    Optional<Kind> bound = limits.boundedBy().filter(Kind::isSet);
    if (sample.paused() && bound.isPresent()) {
      return bound;
    }
    double rows = near(sample.rowsPerSecond(), (double) limits.requests().maxRowsPerSecond());
    double bytes = near(sample.bytesPerSecond(), (double) limits.requests().maxBytesPerSecond());
    double cpu =
        limits.maxCpuShare() >= 1 ? -1 : near(sample.process().cpuShare(), limits.maxCpuShare());
    double most = Math.max(rows, Math.max(bytes, cpu));
    if (most < 0) {
      return bound;
    }
    if (most == rows) {
      return Optional.of(Kind.ROWS_PER_SECOND);
    }
    return Optional.of(most == bytes ? Kind.BYTES_PER_SECOND : Kind.CPU_SHARE);
  }

  /** The used share of a limit; -1 without a limit. */
  private static double near(double used, double limit) {
    return limit > 0 ? used / limit : -1;
  }

  /** What makes the answers of the cluster late. */
  private static Kind cluster(Sample sample, Set<BottleneckKind> bottlenecks) {
    return sample.overloads() == 0 && bottlenecks.contains(BottleneckKind.CONTENTION)
        ? Kind.OTHER_JOB
        : Kind.CLUSTER;
  }

  /** What keeps requests from being sent. */
  private static Kind slots(OperationCondition.Limits limits, boolean areAllInUse) {
    if (!areAllInUse && limits.requests().maxInFlightPerNode() > 0) {
      return Kind.IN_FLIGHT_PER_NODE;
    }
    return limits.boundedBy().orElse(Kind.IN_FLIGHT);
  }

  /** What workers need that decode and encode. */
  private Kind computing(Sample sample, StageTimes times, Set<BottleneckKind> bottlenecks) {
    if (bottlenecks.contains(BottleneckKind.CLIENT_MEMORY)
        || sample.process().gcShare() >= COLLECTING) {
      return Kind.HEAP;
    }
    if (bottlenecks.contains(BottleneckKind.DISK)) {
      return storage(sample);
    }
    double computed = sample.process().cpuShare() * processors * sample.seconds();
    boolean waits =
        computed < COMPUTING * times.seconds(COMPUTED)
            && sample.process().machineCpuShare() < BUSY
            && sample.process().cpuShare() > 0;
    if (!waits) {
      return Kind.CLIENT_CPU;
    }
    // Iceberg and Parquet time the writes to object stores with the encoding.
    return storage(sample);
  }

  private static Kind storage(Sample sample) {
    return sample.process().diskFreeBytes() < 0 ? Kind.TARGET : Kind.DISK;
  }
}
