package io.ringhaul.format;

import io.ringhaul.schema.RawRow;
import org.jspecify.annotations.Nullable;

/** Reads the rows of one split. Used by one thread. */
public interface RowReader extends AutoCloseable {

  /**
   * The next row, its values in the order of the plan's columns; null after the last one.
   *
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if CQL cannot hold a value of the
   *     row; the call after it gives the next row
   */
  @Nullable RawRow next();

  /** Closes the files. */
  @Override
  void close();
}
