package io.ringhaul.job;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What was found to hold a job back, as its store keeps it.
 *
 * @param id names it within its job: the same bottleneck of the same component keeps its id while
 *     it lasts
 * @param kind such as {@code SERVER_OVERLOAD}
 * @param component where, such as {@code node:10.0.0.1:9042}
 * @param evidence figures by name
 * @param reason a sentence
 * @param recommendation a sentence
 * @param parameter the parameter that would help, if one would
 * @param value what it should be set to
 * @param firstSeen when it began
 * @param lastSeen when it was seen last
 * @param open whether it lasts
 */
public record StoredBottleneck(
    String id,
    String kind,
    String component,
    Map<String, Double> evidence,
    String reason,
    String recommendation,
    Optional<String> parameter,
    Optional<Long> value,
    Instant firstSeen,
    Instant lastSeen,
    boolean open) {

  public StoredBottleneck {
    evidence = Map.copyOf(evidence);
  }

  /** Returns this bottleneck after its end. */
  public StoredBottleneck over() {
    return new StoredBottleneck(
        id,
        kind,
        component,
        evidence,
        reason,
        recommendation,
        parameter,
        value,
        firstSeen,
        lastSeen,
        false);
  }
}
