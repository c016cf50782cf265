package io.ringhaul.monitor;

import io.ringhaul.internal.telemetry.Tunable;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A condition that holds a job back.
 *
 * @param id identifies it within its job: a lasting bottleneck keeps its id, a returning one gets a
 *     new id
 * @param kind its kind
 * @param component where it is: {@code process}, {@code heap}, {@code disk}, {@code queue}, {@code
 *     job}, {@code cluster}, {@code node:HOST:PORT} or {@code task:NUMBER}
 * @param evidence the figures by name when it was last seen
 * @param reason a sentence that describes it
 * @param recommendation a sentence that says what to do
 * @param proposal a parameter change that would help; empty if there is none
 * @param since when it was first seen
 * @param lastSeen when it was last seen
 * @param open whether it lasts
 */
public record Bottleneck(
    String id,
    BottleneckKind kind,
    String component,
    Map<String, Double> evidence,
    String reason,
    String recommendation,
    Optional<Proposal> proposal,
    Instant since,
    Instant lastSeen,
    boolean open) {

  private static final List<BottleneckKind> KINDS =
      List.of(
          BottleneckKind.ERROR_SPIKE,
          BottleneckKind.SERVER_OVERLOAD,
          BottleneckKind.CLIENT_MEMORY,
          BottleneckKind.DISK,
          BottleneckKind.CLIENT_CPU,
          BottleneckKind.CONTENTION,
          BottleneckKind.SKEW,
          BottleneckKind.LATENCY_SPIKE,
          BottleneckKind.QUEUE_GROWTH,
          BottleneckKind.THROUGHPUT_DROP);

  /** Causes first, then their consequences; within a kind, the earlier one first. */
  public static final Comparator<Bottleneck> BY_WEIGHT =
      Comparator.comparingInt((Bottleneck bottleneck) -> KINDS.indexOf(bottleneck.kind()))
          .thenComparing(Bottleneck::since)
          .thenComparing(Bottleneck::id);

  /**
   * A change of a parameter.
   *
   * @param parameter the name, as {@link Tunable#name()} has it
   * @param value the new value
   */
  public record Proposal(String parameter, long value) {}

  public Bottleneck {
    // Sorted, so that the order of the figures is stable.
    evidence = Collections.unmodifiableMap(new TreeMap<>(evidence));
  }

  /** Returns this bottleneck after its end. */
  public Bottleneck over() {
    return new Bottleneck(
        id, kind, component, evidence, reason, recommendation, proposal, since, lastSeen, false);
  }

  /** A short text for a progress line. */
  @Override
  public String toString() {
    return kind.label() + " (" + component + ")";
  }
}
