package io.ringhaul.internal.request;

/** What may change of a sender while it sends. Thread-safe. */
public interface Steering {

  /** How many requests may be in flight but for overloads and {@linkplain #ceiling ceilings}. */
  int parallelism();

  /**
   * Allows so many requests in flight from now on, in place of {@link
   * RequestSettings#parallelism()}.
   *
   * @param requests 1 or more
   */
  void parallelism(int requests);

  /**
   * Holds the requests in flight down for a reason of its own; the lowest of all ceilings and the
   * parallelism counts. Requests under way go on.
   *
   * @param whose names the reason; its next ceiling takes the place of this one
   * @param requests 0 or more; 0 pauses, and {@link Integer#MAX_VALUE} ends it
   */
  void ceiling(Object whose, int requests);

  /** From now on, whoever hands over or takes rows goes at this pace. */
  void throttle(Throttle throttle);

  /** Requests that have a slot and no answer just now, those that pause included. */
  int inFlight();

  /** How many requests may be in flight just now: fewer than allowed after an overload. */
  int inFlightBound();
}
