package io.ringhaul.batch;

import io.ringhaul.statement.WriteKind;
import java.util.function.Predicate;

/** After which passing failures a request is sent again. */
enum Repetition {

  /** After any: doing it twice is doing it once. */
  ALWAYS(failed -> true),

  /** Only where it was surely not applied, unless the writer's settings ask for more. */
  UNLESS_APPLIED(failed -> true),

  /** Only where a condition was surely not decided; nothing asks for more. */
  UNLESS_DECIDED(LostConditions::isSurelyNotApplied),

  /** Never: a part of it may be applied before the failure. */
  NEVER(failed -> false);

  private final Predicate<Throwable> retryable;

  Repetition(Predicate<Throwable> retryable) {
    this.retryable = retryable;
  }

  /** For a write without a condition. */
  static Repetition of(WriteKind kind) {
    return kind.isRepeatable() ? ALWAYS : UNLESS_APPLIED;
  }

  /** Whether the request counts as idempotent. */
  boolean isIdempotent() {
    return this == ALWAYS;
  }

  /** Whether it is sent again after this failure, which passes. */
  boolean isAfter(Throwable failed) {
    return retryable.test(failed) && !RefusedContent.is(failed);
  }
}
