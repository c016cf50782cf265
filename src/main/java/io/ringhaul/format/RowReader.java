package io.ringhaul.format;

import io.ringhaul.schema.RawRow;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the rows of one task. Used by one thread. */
public interface RowReader extends AutoCloseable {

  /**
   * The next row, its values in the order of the plan's columns; null after the last one.
   *
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if CQL cannot hold a value of the
   *     row; the call after it gives the next row
   * @throws io.ringhaul.exceptions.MalformedRecordException if a record is no row; the call after
   *     it gives the next row
   */
  @Nullable RawRow next();

  /**
   * The record that the last call of {@link #next()} gave or refused; empty for a reader that does
   * not know. Asked for seldom: it may cost more than reading the row.
   */
  default Optional<SourceRecord> lastRecord() {
    return Optional.empty();
  }

  /**
   * How the texts of this reader's records become a file that the source can read again, with the
   * same settings, once they are corrected; empty for records that are no text, and where no such
   * file can be made.
   */
  default Optional<RecordForm> recordForm() {
    return Optional.empty();
  }

  /**
   * How many bytes of the source the rows read so far have taken, by which the progress of the
   * import is told; -1 for a reader that does not know, whose task counts at its end. The bytes of
   * all tasks come to about those of the plan, those of one task need not. Asked for every few
   * rows, so it must be cheap.
   */
  default long bytesRead() {
    return -1;
  }

  /** Closes the files. */
  @Override
  void close();
}
