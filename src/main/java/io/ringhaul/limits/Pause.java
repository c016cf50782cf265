package io.ringhaul.limits;

import java.time.Instant;
import java.util.Optional;

/**
 * Why a job asks the cluster for nothing just now, and until when.
 *
 * @param reason one sentence, without a full stop
 * @param since when it began
 * @param until when it ends; empty if nobody knows
 */
public record Pause(String reason, Instant since, Optional<Instant> until) {

  /** The pause of a job that is outside of its window from that moment on. */
  public static Pause outside(RunWindow window, Instant since) {
    Optional<Instant> until = window.nextOpen(since);
    return new Pause(
        String.format(
            "It is outside of its window %s%s",
            window,
            until
                .map(opens -> ", which opens at " + opens.atZone(window.zone()).toOffsetDateTime())
                .orElse("")),
        since,
        until);
  }
}
