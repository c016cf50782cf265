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
 * What was found to hold a job back.
 *
 * @param id names it within its job: what lasts keeps its id, what comes back has another
 * @param kind what it is
 * @param component where it is: {@code process}, {@code heap}, {@code disk}, {@code queue}, {@code
 *     job}, {@code cluster}, {@code node:HOST:PORT} or {@code task:NUMBER}
 * @param evidence the figures that it was found by, by name; of the last time that it was seen
 * @param reason a sentence that says what is so
 * @param recommendation a sentence that says what to do
 * @param proposal the parameter of the job that would help, if one would
 * @param since when it was seen first
 * @param lastSeen when it was seen last
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

  /** Causes come before what follows from them, and then what was there first. */
  public static final Comparator<Bottleneck> BY_WEIGHT =
      Comparator.comparingInt((Bottleneck bottleneck) -> KINDS.indexOf(bottleneck.kind()))
          .thenComparing(Bottleneck::since)
          .thenComparing(Bottleneck::id);

  /**
   * A change of a parameter.
   *
   * @param parameter its name, as {@link Tunable#name()} has it
   * @param value what to set it to
   */
  public record Proposal(String parameter, long value) {}

  public Bottleneck {
    // In one order, so that the figures read the same each time.
    evidence = Collections.unmodifiableMap(new TreeMap<>(evidence));
  }

  /** Returns this bottleneck after its end. */
  public Bottleneck over() {
    return new Bottleneck(
        id, kind, component, evidence, reason, recommendation, proposal, since, lastSeen, false);
  }

  /** A few words for a line of progress. */
  @Override
  public String toString() {
    return kind.label() + " (" + component + ")";
  }
}
