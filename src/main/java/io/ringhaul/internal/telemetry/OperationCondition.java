package io.ringhaul.internal.telemetry;

import io.ringhaul.internal.request.RequestLimits;
import io.ringhaul.limits.Pause;
import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.BottleneckKind;
import io.ringhaul.monitor.Health;
import io.ringhaul.monitor.Health.State;
import io.ringhaul.monitor.LimitingFactor;
import io.ringhaul.monitor.LimitingFactor.Kind;
import io.ringhaul.monitor.Progress;
import io.ringhaul.monitor.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Decides how an operation is and what limits it, in one place for progress, samples, the job store
 * and everything that reads these. Thread-safe.
 */
public final class OperationCondition {

  /** A usual cluster answers one of several requests sooner. */
  private static final Duration LEAST_STALL = Duration.ofSeconds(2);

  private static final Duration MOST_STALL = Duration.ofSeconds(30);

  /** Before the first answers the usual latency is unknown. */
  private static final Duration FIRST_STALL = Duration.ofSeconds(5);

  /** Requests that usually take long, such as large counts, may take this many times as long. */
  private static final int STALL_FACTOR = 4;

  /** A few slow requests may leave a second with failures only. */
  private static final int FAILED_SAMPLES = 2;

  /** What is usual is the median of this many samples. */
  private static final int LATENCIES = 60;

  /** A bottleneck stays open for seconds after its last symptom; the operation is well by then. */
  private static final Duration FRESH = Duration.ofSeconds(3);

  /** The bottlenecks that make an operation slower than usual. */
  private static final Set<BottleneckKind> SLOWING =
      EnumSet.of(
          BottleneckKind.SERVER_OVERLOAD,
          BottleneckKind.LATENCY_SPIKE,
          BottleneckKind.THROUGHPUT_DROP,
          BottleneckKind.CONTENTION,
          BottleneckKind.CLIENT_MEMORY,
          BottleneckKind.SKEW);

  /**
   * The limits of an operation at a time.
   *
   * @param requests the limits on its requests
   * @param maxCpuShare the share of the CPU time that it may use; 1 for no limit
   * @param protectedMillis the latency that it protects; empty without one
   * @param isInFlightSet whether the user set the number of requests in flight
   * @param boundedBy the reason for a lower bound on requests in flight; empty without one
   */
  public record Limits(
      RequestLimits requests,
      double maxCpuShare,
      OptionalLong protectedMillis,
      boolean isInFlightSet,
      Optional<Kind> boundedBy) {}

  /**
   * The nodes that may get requests.
   *
   * @param all their number; 0 if unknown
   * @param unconnected the addresses of those to which the session has no connection
   */
  public record Nodes(int all, List<String> unconnected) {

    /** So many addresses fit into a sentence. */
    private static final int NAMED = 3;

    private boolean isCutOff() {
      return all > 0 && unconnected.size() == all;
    }

    /** A sentence for {@link #isCutOff}. */
    private String cutOff() {
      return all == 1
          ? "No connection to the only node, " + names()
          : FigureText.of("No connection to any of the %d nodes: %s", all, names());
    }

    /** The end of a sentence about requests without success; empty if all nodes are connected. */
    private String note() {
      return unconnected.isEmpty()
          ? ""
          : FigureText.of(
              "; no connection to %d of %d nodes: %s", unconnected.size(), all, names());
    }

    private String names() {
      int more = unconnected.size() - NAMED;
      return more <= 0
          ? String.join(", ", unconnected)
          : FigureText.of("%s and %d more", String.join(", ", unconnected.subList(0, NAMED)), more);
    }
  }

  private final LimitTally tally;
  private final Supplier<Limits> limits;
  private final Supplier<Nodes> nodes;
  private final Supplier<Optional<Pause>> pause;
  private final Supplier<List<Bottleneck>> bottlenecks;
  private final LongSupplier clock;

  /** How long the cluster may usually not answer, in milliseconds, for each sample. */
  private final Deque<Double> latencies = new ArrayDeque<>();

  private Optional<LimitingFactor> recent = Optional.empty();
  private Optional<Health> failing = Optional.empty();
  private int failedSamples;
  private State lastSampled = State.RUNNING_WELL;
  private boolean lastShared;
  private State state = State.RUNNING_WELL;
  private long stateSince;
  private long rows;
  private long rowsAt;
  private long endedStillNanos;

  /**
   * @param bottlenecks the open bottlenecks, with the greatest weight first
   */
  public OperationCondition(
      OperationKind work,
      Supplier<Limits> limits,
      Supplier<Nodes> nodes,
      Supplier<Optional<Pause>> pause,
      Supplier<List<Bottleneck>> bottlenecks) {
    this(work, limits, nodes, pause, bottlenecks, System::nanoTime);
  }

  OperationCondition(
      OperationKind work,
      Supplier<Limits> limits,
      Supplier<Nodes> nodes,
      Supplier<Optional<Pause>> pause,
      Supplier<List<Bottleneck>> bottlenecks,
      LongSupplier clock) {
    this.tally = new LimitTally(work, Runtime.getRuntime().availableProcessors());
    this.limits = limits;
    this.nodes = nodes;
    this.pause = pause;
    this.bottlenecks = bottlenecks;
    this.clock = clock;
    this.stateSince = clock.getAsLong();
    this.rowsAt = stateSince;
  }

  /** Returns a progress with the condition at this moment. */
  public synchronized Progress at(Progress progress) {
    Optional<Pause> held = pause.get();
    Health health = health(progress, held, Instant.now());
    return progress.withCondition(limitedBy(health), health, held);
  }

  /** Adds a sample, and returns its progress with the condition at its end. */
  public synchronized Progress sampled(Sample sample) {
    if (sample.requests() > 0) {
      failedSamples = 0;
    } else if (sample.errors() > 0) {
      failedSamples++;
    }
    failing =
        failedSamples >= FAILED_SAMPLES
            ? Optional.of(
                new Health(
                    State.FAILING,
                    "Requests fail, and none succeeds" + nodes.get().note(),
                    Duration.ZERO))
            : Optional.empty();
    Optional<Pause> held = pause.get();
    Health health = health(sample.progress(), held, sample.time());
    Set<BottleneckKind> open = EnumSet.noneOf(BottleneckKind.class);
    bottlenecks.get().forEach(each -> open.add(each.kind()));
    boolean shares = open.contains(BottleneckKind.CONTENTION);
    if (isMoving(health.state()) != isMoving(lastSampled) || shares != lastShared) {
      // The samples before say nothing about the ones that follow.
      tally.restart();
    }
    lastSampled = health.state();
    lastShared = shares;
    switch (health.state()) {
      case PAUSED -> tally.add(Kind.RUN_WINDOW, sample.seconds());
      case STALLED -> tally.add(Kind.CLUSTER, sample.seconds());
      default -> {
        learn(sample);
        tally.add(sample, limits.get(), open);
      }
    }
    recent = tally.now();
    return sample.progress().withCondition(limitedBy(health), health, held);
  }

  private static boolean isMoving(State state) {
    return state != State.PAUSED && state != State.STALLED;
  }

  private void learn(Sample sample) {
    if (sample.latency().count() > 0) {
      latencies.addLast(
          Math.max(STALL_FACTOR * sample.latency().p50Millis(), sample.latency().p99Millis()));
      if (latencies.size() > LATENCIES) {
        latencies.removeFirst();
      }
    }
  }

  /** How long no rows have flowed so far because of pauses and stalls. */
  public synchronized Duration still() {
    return Duration.ofNanos(
        endedStillNanos + (isMoving(state) ? 0 : clock.getAsLong() - stillSince()));
  }

  /** Pages that arrived before a stall or pause still move the operation on. */
  private long stillSince() {
    return Math.max(stateSince, rowsAt);
  }

  /** What limited the operation so far; empty if it was too short. */
  public synchronized Optional<LimitingFactor> overall() {
    return tally.overall();
  }

  private Optional<LimitingFactor> limitedBy(Health health) {
    return switch (health.state()) {
      case PAUSED -> Optional.of(tally.factor(Kind.RUN_WINDOW, 1));
      case STALLED -> Optional.of(tally.factor(Kind.CLUSTER, 1));
      default -> recent;
    };
  }

  private Health health(Progress progress, Optional<Pause> held, Instant time) {
    Health now = judge(progress, held, time);
    if (now.state() != state) {
      long begin = clock.getAsLong() - now.since().toNanos();
      if (!isMoving(state)) {
        endedStillNanos += Math.max(0, begin - stillSince());
      }
      state = now.state();
      stateSince = begin;
    }
    if (progress.rows() != rows) {
      rows = progress.rows();
      rowsAt = clock.getAsLong();
    }
    return new Health(
        state, now.text(), Duration.ofNanos(Math.max(0, clock.getAsLong() - stateSince)));
  }

  /** Returns the health with the time that is known of a new state. */
  private Health judge(Progress progress, Optional<Pause> held, Instant time) {
    if (progress.completed() >= 1) {
      return Health.WELL;
    }
    if (held.isPresent()) {
      return new Health(State.PAUSED, held.get().reason(), Duration.ZERO);
    }
    Nodes known = nodes.get();
    Duration unanswered = progress.unanswered();
    if (progress.inFlight() > 0 && known.isCutOff()) {
      return new Health(State.STALLED, known.cutOff(), unanswered);
    }
    if (failing.isPresent()) {
      // Failures are answers, until a request succeeds.
      return failing.get();
    }
    if (unanswered.compareTo(stall()) >= 0) {
      return new Health(
          State.STALLED,
          FigureText.of(
              "The cluster has not answered for %d s%s", unanswered.toSeconds(), known.note()),
          unanswered);
    }
    List<Bottleneck> open =
        bottlenecks.get().stream()
            .filter(each -> each.lastSeen().plus(FRESH).isAfter(time))
            .toList();
    return open.stream()
        .filter(OperationCondition::isFailing)
        .findFirst()
        .map(each -> of(State.FAILING, each))
        .or(
            () ->
                // Later answers do not slow down an operation at the rate that its user allows.
                tally.isAtRate()
                    ? Optional.empty()
                    : open.stream()
                        .filter(each -> SLOWING.contains(each.kind()))
                        .findFirst()
                        .map(each -> of(State.SLOWED, each)))
        .orElse(Health.WELL);
  }

  private static boolean isFailing(Bottleneck bottleneck) {
    return bottleneck.kind() == BottleneckKind.ERROR_SPIKE
        // The disk will be full before the operation ends.
        || (bottleneck.kind() == BottleneckKind.DISK
            && bottleneck.evidence().containsKey(ClientDetectors.FREE_BYTES));
  }

  private static Health of(State state, Bottleneck bottleneck) {
    String reason = bottleneck.reason();
    return new Health(
        state,
        reason.endsWith(".") ? reason.substring(0, reason.length() - 1) : reason,
        Duration.ZERO);
  }

  /** How long the cluster may not answer before the operation counts as stalled. */
  private Duration stall() {
    double[] sorted = latencies.stream().mapToDouble(each -> each).sorted().toArray();
    if (sorted.length == 0) {
      return FIRST_STALL;
    }
    Duration stall = Duration.ofMillis((long) sorted[sorted.length / 2]);
    if (stall.compareTo(LEAST_STALL) < 0) {
      return LEAST_STALL;
    }
    return stall.compareTo(MOST_STALL) > 0 ? MOST_STALL : stall;
  }
}
