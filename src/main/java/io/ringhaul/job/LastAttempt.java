package io.ringhaul.job;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * When a partition was worked on last, and by whom, by the clock of the process that did.
 *
 * @param begun when its last attempt began, in milliseconds
 * @param ended when that was done or given up; empty while it is under way
 * @param worker the worker of the process, from 0; empty if unknown
 * @param replica the address of the node that was to be asked first; empty if unknown, and for an
 *     import
 */
public record LastAttempt(
    Instant begun, Optional<Instant> ended, OptionalInt worker, Optional<String> replica) {

  /** One that begins now. */
  public static LastAttempt beginning(OptionalInt worker, Optional<String> replica) {
    return new LastAttempt(now(), Optional.empty(), worker, replica);
  }

  /** Returns this attempt with its end, now unless it has ended before. */
  LastAttempt ending() {
    return ended.isPresent() ? this : new LastAttempt(begun, Optional.of(now()), worker, replica);
  }

  private static Instant now() {
    return Instant.ofEpochMilli(System.currentTimeMillis());
  }
}
