package io.ringhaul.internal.tuning;

import java.util.OptionalLong;

/**
 * The search for the best value of one parameter: multiplicative steps in one direction while they
 * help, then smaller steps, then the other direction. Far from the usual value the search starts
 * with large steps towards it.
 */
final class Search {

  /** Factor of large steps: from 1 to 64, or from 10 rows to 2,560, in three or four steps. */
  static final double FAR = 4;

  /** Factor of normal steps. */
  static final double NEAR = 2;

  /** Factor of steps in a repeated search, which costs little if it does not help. */
  static final double FINE = 1.5;

  private final Parameter parameter;
  private int direction;
  private double factor = NEAR;
  private boolean turned;
  private boolean settled;

  private boolean left;
  private boolean isBegun;

  /** A value that caused an overload; only smaller values are tried. */
  private double ceiling = Double.POSITIVE_INFINITY;

  Search(Parameter parameter) {
    this.parameter = parameter;
  }

  Parameter parameter() {
    return parameter;
  }

  /** The factor between the value and the usual value, 1 or more. */
  double distance() {
    long usual = parameter.usual().getAsLong();
    double ratio = usual == 0 ? 1 : (double) parameter.value() / usual;
    return Math.max(ratio, 1 / ratio);
  }

  /** The value to try next; empty if the search has ended. */
  OptionalLong next() {
    if (!isBegun) {
      // Deferred until now, because the usual value may depend on rows read so far.
      reopen(NEAR);
    }
    while (!settled && !left) {
      long candidate = candidate();
      if (candidate != parameter.value() && candidate < ceiling) {
        return OptionalLong.of(candidate);
      }
      refused();
    }
    return OptionalLong.empty();
  }

  private long candidate() {
    long value = parameter.value();
    long usual = parameter.usual().getAsLong();
    long next =
        direction > 0
            ? Math.max(value + 1, Math.round(value * factor))
            : Math.min(value - 1, Math.round(value / factor));
    boolean passesUsual = usual > 0 && (value < usual ? next > usual : next < usual);
    if (passesUsual && value != usual && (next > value) == (usual > value)) {
      // Do not step over the usual value, which is good for most jobs; continue from there with
      // small steps.
      next = usual;
      factor = Math.min(factor, NEAR);
    }
    return parameter.within(next);
  }

  /** Continues after a value that did not help. */
  void refused() {
    if (factor > NEAR) {
      factor = NEAR;
    } else if (!turned) {
      turned = true;
      direction = -direction;
    } else {
      settled = true;
    }
  }

  /** Continues after a value that overloaded the cluster or the heap. */
  void overloaded(long value) {
    ceiling = Math.min(ceiling, (double) value);
    factor = NEAR;
    refused();
  }

  /** Continues after this value caused an overload and was halved. */
  void halved(long value) {
    reopen(NEAR);
    ceiling = value;
    direction = -1;
  }

  /** Ends the search, because a user has set the value. */
  void leave() {
    left = true;
  }

  /** Whether the search determines the value, and neither a user nor another parameter does. */
  boolean isOwn() {
    return !left && !parameter.tunable().isFollowing();
  }

  /**
   * Restarts the search with this factor, or with large steps if the usual value is far away.
   * Raises the ceiling, because a value that caused an overload may fit by now.
   */
  void reopen(double step) {
    boolean isFar = step >= NEAR && distance() > NEAR;
    isBegun = true;
    ceiling *= step;
    factor = isFar ? FAR : step;
    direction = isFar && parameter.value() > parameter.usual().getAsLong() ? -1 : 1;
    turned = false;
    settled = false;
  }
}
