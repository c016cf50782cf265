package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.NoNodeAvailableException;
import com.datastax.oss.driver.api.core.NodeUnavailableException;
import io.ringhaul.internal.cql.WriteKind;

/** The transient failures after which a request is sent again. */
enum Repetition {

  /** After any, because the request is idempotent. */
  ALWAYS,

  /** Only if it was certainly not applied, unless the writer's settings allow more. */
  UNLESS_APPLIED,

  /** Only if the condition was certainly not decided, regardless of settings. */
  UNLESS_DECIDED,

  /** Only if no node received it: before any other failure, a part of it may have been applied. */
  NEVER;

  /** The value for a write without a condition. */
  static Repetition of(WriteKind kind) {
    return kind.isRepeatable() ? ALWAYS : UNLESS_APPLIED;
  }

  /**
   * Whether the driver must send the request to one node only. After an unavailable exception the
   * driver otherwise tries the next node even for non-idempotent requests, although a part may have
   * been applied.
   */
  boolean isForOneNode() {
    return this == UNLESS_DECIDED || this == NEVER;
  }

  /** Whether the request counts as idempotent. */
  boolean isIdempotent() {
    return this == ALWAYS;
  }

  /**
   * Whether the request is sent again after this transient failure. The sender itself does not
   * resend non-idempotent requests.
   */
  boolean isAfter(Throwable failed) {
    boolean isAllowed =
        switch (this) {
          case ALWAYS, UNLESS_APPLIED -> true;
          case UNLESS_DECIDED -> LostConditions.isSurelyNotApplied(failed);
          case NEVER -> isUnsent(failed);
        };
    return isAllowed && !RefusedContent.is(failed);
  }

  private static boolean isUnsent(Throwable failed) {
    return failed instanceof NodeUnavailableException || failed instanceof NoNodeAvailableException;
  }
}
