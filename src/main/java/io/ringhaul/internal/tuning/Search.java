package io.ringhaul.internal.tuning;

import java.util.OptionalLong;

/**
 * The search for the best value of one parameter: multiplicative steps in one direction while they
 * help, then smaller ones, then the other direction. Far from the usual value it begins with large
 * steps towards that.
 */
final class Search {

  /** From 1 to 64, or from 10 rows to 2,560, in three or four steps. */
  static final double FAR = 4;

  /** The step around a value that is not known to be bad. */
  static final double NEAR = 2;

  /** The step of a second look: it costs little if it does not help. */
  static final double FINE = 1.5;

  private final Parameter parameter;
  private int direction;
  private double factor = NEAR;
  private boolean turned;
  private boolean settled;

  private boolean left;
  private boolean isBegun;

  /** A value that was too much: neither it nor more is tried. */
  private double ceiling = Double.POSITIVE_INFINITY;

  Search(Parameter parameter) {
    this.parameter = parameter;
  }

  Parameter parameter() {
    return parameter;
  }

  /** How far its value is from the usual one: by which factor, 1 or more. */
  double distance() {
    long usual = parameter.usual().getAsLong();
    double ratio = usual == 0 ? 1 : (double) parameter.value() / usual;
    return Math.max(ratio, 1 / ratio);
  }

  /** The value to try next; empty if nothing is left to be tried. */
  OptionalLong next() {
    if (!isBegun) {
      // Not before: what is usual may depend on what was read so far.
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
      // Many have found the usual value to be good: it is tried itself, and small steps from there.
      next = usual;
      factor = Math.min(factor, NEAR);
    }
    return parameter.within(next);
  }

  /** What was tried does not help. */
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

  /** What was tried was too much for the cluster or the heap. */
  void overloaded(long value) {
    ceiling = Math.min(ceiling, (double) value);
    factor = NEAR;
    refused();
  }

  /** What it had was too much, and it has less by now. */
  void halved(long value) {
    reopen(NEAR);
    ceiling = value;
    direction = -1;
  }

  /** Nothing more is tried: somebody has set the value, and knows why. */
  void leave() {
    left = true;
  }

  /** Whether its value is one that the search has found, and neither somebody's nor another's. */
  boolean isOwn() {
    return !left && !parameter.tunable().isFollowing();
  }

  /**
   * Looks once more, with steps of this factor, or with large ones towards the usual value if that
   * is far away; what was too much may be less so by now.
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
