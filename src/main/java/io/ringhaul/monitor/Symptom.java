package io.ringhaul.monitor;

import java.util.Map;
import java.util.Optional;

/**
 * What a detector sees in one sample: a {@link Finding} if it lasts.
 *
 * @param component see {@link Finding#component()}; the others likewise
 */
record Symptom(
    String component,
    Map<String, Double> evidence,
    String reason,
    String recommendation,
    Optional<Finding.Proposal> proposal) {

  /** One that no parameter of the job would help against. */
  Symptom(String component, Map<String, Double> evidence, String reason, String recommendation) {
    this(component, evidence, reason, recommendation, Optional.empty());
  }
}
