package io.ringhaul.internal.batch;

import io.ringhaul.internal.batch.BulkTally.Given;

/**
 * A try to write a row of an upsert.
 *
 * @param number counts the tries of the row, from 1
 * @param way 0 to create the row; more for the ways to write over it
 * @param isCounted whether an earlier try was answered, with which the row counts as sent
 * @param isInDoubt whether an earlier try may have been applied, or not
 */
record UpsertStep(Given given, int number, int way, boolean isCounted, boolean isInDoubt) {

  /** Others win so often only if they do nothing else than to write and delete the row. */
  static final int MOST = 20;

  static UpsertStep first(Given given) {
    return new UpsertStep(given, 1, 0, false, false);
  }

  boolean isLast() {
    return number >= MOST;
  }

  /** As how many rows it counts. */
  int counted() {
    return isCounted ? 0 : 1;
  }

  /** Returns the step after all statements that overwrite the row were tried. */
  UpsertStep toCreate() {
    return new UpsertStep(given, number, 0, isCounted, isInDoubt);
  }

  /** The condition did not hold, or no longer if the try has been in doubt itself. */
  UpsertStep afterNotApplied(boolean wasInDoubt) {
    return new UpsertStep(given, number + 1, way + 1, true, isInDoubt || wasInDoubt);
  }

  /** The answer was lost; most likely the row is there. */
  UpsertStep afterLost() {
    return new UpsertStep(given, number + 1, Math.max(way, 1), isCounted, true);
  }
}
