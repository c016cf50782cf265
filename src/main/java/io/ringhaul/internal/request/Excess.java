package io.ringhaul.internal.request;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.DriverTimeoutException;
import com.datastax.oss.driver.api.core.servererrors.ReadFailureException;
import com.datastax.oss.driver.api.core.servererrors.ReadTimeoutException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** In which way a read was too much, so that less of it may succeed. */
public enum Excess {

  /** It was not done in the time that the server or the driver gives a read. */
  TIME("it takes longer than the time allowed for a read"),

  /** A replica met more deleted cells or rows than one read may. */
  TOMBSTONES("it holds more tombstones than the server lets one read pass"),

  /** A replica read more bytes than one read may. */
  SIZE("it holds more bytes than the server lets one read take");

  /** The reasons by which replicas refuse, as the native protocol numbers them. */
  private static final int TOO_MANY_TOMBSTONES = 1;

  private static final int TIMED_OUT = 2;
  private static final int TOO_LARGE = 4;

  private final String words;

  Excess(String words) {
    this.words = words;
  }

  /** What is too much, for people: the end of a sentence on a range that cannot be read. */
  public String words() {
    return words;
  }

  /** In which way the read that failed so was too much; empty if it was not. */
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
      // Before version 5 the protocol has no reasons; tombstones are by far the most common.
      return Optional.of(TOMBSTONES);
    }
    if (reasons.contains(TOO_LARGE)) {
      return Optional.of(SIZE);
    }
    return reasons.contains(TIMED_OUT) ? Optional.of(TIME) : Optional.empty();
  }
}
