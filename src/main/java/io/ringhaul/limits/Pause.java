package io.ringhaul.limits;

import java.time.Instant;
import java.util.Optional;

/**
 * Why a job sends no requests at the moment, and until when.
 *
 * @param reason one sentence without the end of the pause and without a full stop
 * @param since start of the pause
 * @param until end of the pause; empty if unknown
 */
public record Pause(String reason, Instant since, Optional<Instant> until) {

  /** Returns the pause of a job that is outside of its window from that moment on. */
  public static Pause outside(RunWindow window, Instant since) {
    return new Pause(
        "The current time is outside of the run window " + window, since, window.nextOpen(since));
  }
}
