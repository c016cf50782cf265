package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.cql.BoundStatement;
import io.ringhaul.schema.RawRow;
import java.util.List;

/** Makes statements of the rows of one task. Used by one thread. */
public interface RowBinder {

  /**
   * The row as statements on its partition, which are to be done together and in this order; none
   * if nothing of it is to be written.
   *
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if it cannot be written
   * @throws io.ringhaul.exceptions.RowRejectedException if the cluster refuses what the binder
   *     writes by itself
   */
  List<BoundStatement> bind(RawRow row) throws InterruptedException;

  /** Rows so far that took no statements since the binder itself has written what they hold. */
  default long writtenAside() {
    return 0;
  }

  /** Whether the binder has written something by itself of which the outcome is not known. */
  default boolean isInDoubt() {
    return false;
  }

  /** Rows so far of which all cells had expired. */
  default long expiredRows() {
    return 0;
  }

  /** Cells so far that were left out since they had expired, those of expired rows among them. */
  default long expiredCells() {
    return 0;
  }
}
