package io.ringhaul.internal.telemetry;

import io.ringhaul.monitor.Bottleneck;
import java.util.Map;
import java.util.Optional;

/**
 * What a detector sees in one sample: a {@link Bottleneck} if it lasts.
 *
 * @param component see {@link Bottleneck#component()}; the others likewise
 */
record Detection(
    String component,
    Map<String, Double> evidence,
    String reason,
    String recommendation,
    Optional<Bottleneck.Proposal> proposal) {

  /** One that no parameter of the job would help against. */
  Detection(String component, Map<String, Double> evidence, String reason, String recommendation) {
    this(component, evidence, reason, recommendation, Optional.empty());
  }
}
