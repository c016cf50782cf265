package io.ringhaul.job;

import java.time.Instant;
import java.util.Optional;

/**
 * A change of a parameter while a job runs, or the advice to change it.
 *
 * @param id names it within its job
 * @param time when
 * @param parameter such as {@code inFlight}
 * @param before its value before
 * @param after its value after
 * @param reason a sentence
 * @param effect what came of it, such as {@code +12 % rows/s}; empty until it is measured
 * @param state where it stands
 */
public record TuningEntry(
    String id,
    Instant time,
    String parameter,
    long before,
    long after,
    String reason,
    Optional<String> effect,
    State state) {

  /** Where a change stands. */
  public enum State {

    /** It would help, and was not made. */
    ADVISED,

    /** Somebody asked for it, and the job has not taken it up. */
    REQUESTED,

    /** It was made. */
    APPLIED,

    /** It was made and taken back, since it did not help. */
    REVERTED
  }
}
