package io.ringhaul.job;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The last attempt of a partition, by the clock of its process.
 *
 * @param begun when it began, in milliseconds
 * @param ended when it succeeded or failed; empty while it runs
 * @param worker the number of the worker, from 0; empty if unknown
 * @param replica the address of the preferred node; empty if unknown, and for an import
 */
public record LastAttempt(
    Instant begun, Optional<Instant> ended, OptionalInt worker, Optional<String> replica) {}
