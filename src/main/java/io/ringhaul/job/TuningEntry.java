package io.ringhaul.job;

import java.time.Instant;
import java.util.Optional;

/**
 * A change of a parameter of a running job, or the advice to change it.
 *
 * @param id identifies it within its job
 * @param time when it was made or advised
 * @param parameter the name, such as {@code inFlight}
 * @param before the value before
 * @param after the value after
 * @param reason a sentence with the reason
 * @param effect the measured effect, such as {@code +12 % rows/s}; empty until it is measured
 * @param state its state
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

  /** The state of a change. */
  public enum State {

    /** Advised and not made. */
    ADVISED,

    /** Requested, and not yet taken by the job. */
    REQUESTED,

    /** Made. */
    APPLIED,

    /** Made and reverted because it did not help. */
    REVERTED
  }
}
