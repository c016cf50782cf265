package io.ringhaul.internal.request;

import io.ringhaul.monitor.LimitingFactor.Kind;
import java.util.Optional;

/** The parameters of a sender that may change while it sends. Thread-safe. */
public interface Steering {

  /**
   * Returns the maximum number of requests in flight, without overloads and {@linkplain #ceiling
   * ceilings}.
   */
  int parallelism();

  /**
   * Sets the maximum number of requests in flight, in place of {@link
   * RequestSettings#parallelism()}.
   *
   * @param requests 1 or more
   */
  void parallelism(int requests);

  /**
   * Sets one of several ceilings on the requests in flight. The lowest of all ceilings and the
   * parallelism applies. Requests in flight continue.
   *
   * @param why the reason, which identifies the ceiling; a new value replaces the previous one
   * @param requests 0 or more; 0 pauses, and {@link Integer#MAX_VALUE} removes the ceiling
   */
  void ceiling(Kind why, int requests);

  /** Sets the throttle for threads that read or write rows. */
  void throttle(Throttle throttle);

  /** Returns the number of requests with a slot, including those that pause before a retry. */
  int inFlight();

  /**
   * Returns the current bound on requests in flight, which is lower than allowed after an overload.
   */
  int inFlightBound();

  /**
   * Returns the reason for a bound on requests in flight below {@link #parallelism()}: that of the
   * lowest {@linkplain #ceiling ceiling}, or the cluster after an overload; empty without such a
   * bound.
   */
  Optional<Kind> boundedBy();
}
