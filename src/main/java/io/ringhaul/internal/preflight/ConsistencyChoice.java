package io.ringhaul.internal.preflight;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Proposes a consistency level in place of one that a guardrail refuses. */
final class ConsistencyChoice {

  /** The most suitable for bulk operations first. */
  private static final List<DefaultConsistencyLevel> CANDIDATES =
      List.of(
          DefaultConsistencyLevel.LOCAL_QUORUM,
          DefaultConsistencyLevel.QUORUM,
          DefaultConsistencyLevel.LOCAL_ONE,
          DefaultConsistencyLevel.ONE,
          DefaultConsistencyLevel.ALL);

  private ConsistencyChoice() {}

  static Optional<ConsistencyLevel> instead(
      ConsistencyLevel refused, Predicate<ConsistencyLevel> isAllowed) {
    return CANDIDATES.stream()
        .map(ConsistencyLevel.class::cast)
        .filter(level -> !level.equals(refused))
        .filter(isAllowed)
        .findFirst();
  }

  static PreflightProblem refused(
      String requests, ConsistencyLevel level, Optional<ConsistencyLevel> instead) {
    return PreflightProblem.error(
        String.format(
            "The cluster does not allow %ss at consistency level %s (guardrail"
                + " %s_consistency_levels)",
            requests, level, requests),
        instead
            .map(other -> "choose another one, such as " + other)
            .orElse("have an administrator allow one of the common levels"));
  }
}
