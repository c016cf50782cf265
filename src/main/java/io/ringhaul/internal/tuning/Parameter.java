package io.ringhaul.internal.tuning;

import io.ringhaul.internal.telemetry.Tunable;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * A tunable parameter.
 *
 * @param tunable reads and changes the value
 * @param usual the current default value; 0 if unknown
 * @param preference the choice between two equally fast values
 */
public record Parameter(Tunable tunable, LongSupplier usual, Preference preference) {

  /** The choice between two equally fast values. */
  public enum Preference {

    /** The smaller value, which puts less load on the cluster or the heap. */
    LESS,

    /** The value nearer to the usual value. */
    USUAL,

    /** None: only the user changes it. */
    KEPT
  }

  String name() {
    return tunable.name();
  }

  long value() {
    return tunable.value();
  }

  /** The beginning of a sentence about a value that is far from the usual one. */
  String farFromUsual() {
    return String.format(
        Locale.ROOT, "%,d is far from the default of %,d", value(), usual.getAsLong());
  }

  /** The nearest value within the bounds. */
  long within(long value) {
    return Math.max(tunable.least(), Math.min(tunable.most(), value));
  }
}
