package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.NoNodeAvailableException;
import com.datastax.oss.driver.api.core.NodeUnavailableException;
import io.ringhaul.internal.cql.WriteKind;

/** After which passing failures a request is sent again. */
enum Repetition {

  /** After any: doing it twice is doing it once. */
  ALWAYS,

  /** Only where it was surely not applied, unless the writer's settings ask for more. */
  UNLESS_APPLIED,

  /** Only where a condition was surely not decided; nothing asks for more. */
  UNLESS_DECIDED,

  /** Only where no node has got it: a part of it may be applied before any other failure. */
  NEVER;

  /** For a write without a condition. */
  static Repetition of(WriteKind kind) {
    return kind.isRepeatable() ? ALWAYS : UNLESS_APPLIED;
  }

  /**
   * Whether the driver is to send it to one node alone. Where too few replicas are alive it goes on
   * to the next node otherwise, whatever is idempotent; but of these something may be done by then.
   */
  boolean isForOneNode() {
    return this == UNLESS_DECIDED || this == NEVER;
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
          case NEVER -> isUnsent(failed);
        };
    return isAllowed && !RefusedContent.is(failed);
  }

  private static boolean isUnsent(Throwable failed) {
    return failed instanceof NodeUnavailableException || failed instanceof NoNodeAvailableException;
  }
}
