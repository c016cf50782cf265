package io.ringhaul.internal.batch;

import io.ringhaul.exceptions.InvalidSettingException;

/**
 * The limits of a unit of operations.
 *
 * @param maxOperations maximum number of operations, 1 to 65,535
 * @param splits whether a larger UNLOGGED unit is split into several batches
 */
public record UnitLimits(int maxOperations, boolean splits) {

  /** 100 operations, not split. */
  public static final UnitLimits DEFAULT = new UnitLimits(100, false);

  public UnitLimits {
    if (maxOperations < 1 || maxOperations > 65_535) {
      throw new InvalidSettingException(
          "maxOperations", "maxOperations is " + maxOperations + "; it takes 1 to 65,535");
    }
  }

  /** The number of operations from which a unit is logged as large. */
  int warnOperations() {
    return Math.max(1, maxOperations / 2);
  }

  public UnitLimits withMaxOperations(int most) {
    return new UnitLimits(most, splits);
  }

  public UnitLimits splitting() {
    return new UnitLimits(maxOperations, true);
  }
}
