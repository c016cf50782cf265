package io.ringhaul.job;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A stored bottleneck.
 *
 * @param id identifies it within its job: a bottleneck of a component keeps its id while it lasts
 * @param kind such as {@code SERVER_OVERLOAD}
 * @param component where it is, such as {@code node:10.0.0.1:9042}
 * @param evidence figures by name
 * @param reason a sentence that describes it
 * @param recommendation a sentence that says what to do
 * @param parameter the parameter whose change would help; empty if there is none
 * @param value the proposed value
 * @param firstSeen when it began
 * @param lastSeen when it was last seen
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
