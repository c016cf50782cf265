package io.ringhaul.batch;

import io.ringhaul.statement.WriteKind;

/** After which passing failures a request is sent again. */
enum Repetition {

  /** After any: doing it twice is doing it once. */
  ALWAYS,

  /** Only where it was surely not applied, unless the writer's settings ask for more. */
  UNLESS_APPLIED,

  /** Only where a condition was surely not decided; nothing asks for more. */
  UNLESS_DECIDED,

  /** Never: a part of it may be applied before the failure. */
  NEVER;

  /** For a write without a condition. */
  static Repetition of(WriteKind kind) {
    return kind.isRepeatable() ? ALWAYS : UNLESS_APPLIED;
  }

  /** Whether the request counts as idempotent. */
  boolean isIdempotent() {
    return this == ALWAYS;
  }

  /**
   * Whether it is sent again after this failure, which passes. The sender itself holds back what is
   * not idempotent.
   */
  boolean isAfter(Throwable failed) {
    boolean isAllowed =
        switch (this) {
          case ALWAYS, UNLESS_APPLIED -> true;
          case UNLESS_DECIDED -> LostConditions.isSurelyNotApplied(failed);
          case NEVER -> false;
        };
    return isAllowed && !RefusedContent.is(failed);
  }
}
