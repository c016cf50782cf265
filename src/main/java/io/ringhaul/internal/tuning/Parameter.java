package io.ringhaul.internal.tuning;

import io.ringhaul.internal.telemetry.Tunable;
import java.util.function.LongSupplier;

/**
 * A parameter that may be tuned.
 *
 * @param tunable changes it
 * @param usual the value that it has by default, by what is known now; 0 if it is not known
 * @param preference which of two values is taken that are equally fast
 */
public record Parameter(Tunable tunable, LongSupplier usual, Preference preference) {

  /** Which of two values is taken that are equally fast. */
  public enum Preference {

    /** The smaller one: it asks less of the cluster or of the heap. */
    LESS,

    /** The one nearer to the usual value. */
    USUAL
  }

  String name() {
    return tunable.name();
  }

  long value() {
    return tunable.value();
  }

  /** The value nearest to this one that it takes. */
  long within(long value) {
    return Math.max(tunable.least(), Math.min(tunable.most(), value));
  }
}
