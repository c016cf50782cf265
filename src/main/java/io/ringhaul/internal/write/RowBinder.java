package io.ringhaul.internal.write;

import io.ringhaul.schema.RawRow;

/** Binds the rows of one task to statements, and sends none of them. Used by one thread. */
public interface RowBinder {

  /**
   * Binds a row.
   *
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if it cannot be written
   */
  BoundRow bind(RawRow row);

  /**
   * Forgets which partition it binds rows of, so that the next row binds the shared columns of its
   * partition again. Called after a write of shared columns was refused.
   */
  default void forgetPartition() {}
}
