package io.ringhaul.internal.request;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.DriverTimeoutException;
import com.datastax.oss.driver.api.core.servererrors.ReadFailureException;
import com.datastax.oss.driver.api.core.servererrors.ReadTimeoutException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The limit that a read exceeded, so that a smaller read may succeed. */
public enum Excess {

  /** The read exceeded the timeout of the server or the driver. */
  TIME("it takes longer than the time allowed for a read"),

  /** A replica scanned more tombstones than one read may. */
  TOMBSTONES("it contains more tombstones than the server allows in one read"),

  /** A replica read more bytes than one read may. */
  SIZE("it contains more bytes than the server allows in one read");

  /** Reason codes of read failures in the native protocol. */
  private static final int TOO_MANY_TOMBSTONES = 1;

  private static final int TIMED_OUT = 2;
  private static final int TOO_LARGE = 4;

  private final String words;

  Excess(String words) {
    this.words = words;
  }

  /** Returns the end of a sentence about a range that cannot be read. */
  public String words() {
    return words;
  }

  /** Returns the limit that the failed read exceeded; empty if the failure has another cause. */
  public static Optional<Excess> of(Throwable failure) {
    Throwable cause = Failures.unwrap(failure);
    if (cause instanceof AllNodesFailedException all) {
      return all.getAllErrors().values().stream()
          .flatMap(List::stream)
          .map(Excess::of)
          .flatMap(Optional::stream)
          .findFirst();
    }
    if (cause instanceof ReadTimeoutException || cause instanceof DriverTimeoutException) {
      return Optional.of(TIME);
    }
    return cause instanceof ReadFailureException refused
        ? ofReasons(refused.getReasonMap().values())
        : Optional.empty();
  }

  private static Optional<Excess> ofReasons(Collection<Integer> reasons) {
    if (reasons.isEmpty() || reasons.contains(TOO_MANY_TOMBSTONES)) {
      // Protocol versions before 5 report no reasons. Tombstones are by far the most common one.
      return Optional.of(TOMBSTONES);
    }
    if (reasons.contains(TOO_LARGE)) {
      return Optional.of(SIZE);
    }
    return reasons.contains(TIMED_OUT) ? Optional.of(TIME) : Optional.empty();
  }
}
