package io.ringhaul.format;

import io.ringhaul.schema.RawRow;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the rows of one task. One thread uses it. */
public interface RowReader extends AutoCloseable {

  /**
   * Returns the next row with its values in the order of the plan's columns; null after the last
   * row.
   *
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if CQL cannot hold a value of the
   *     row; the next call returns the next row
   * @throws io.ringhaul.exceptions.MalformedRecordException if a record is not a row; the next call
   *     returns the next row
   */
  @Nullable RawRow next();

  /**
   * Returns the record that the last call of {@link #next()} returned or rejected; empty if the
   * reader does not keep it. Called rarely: it may cost more than reading the row.
   */
  default Optional<SourceRecord> lastRecord() {
    return Optional.empty();
  }

  /**
   * Returns the form of a file of rejected records that the source can read again with the same
   * settings after they are corrected; empty if records are not text or if no such file is
   * possible.
   */
  default Optional<RecordForm> recordForm() {
    return Optional.empty();
  }

  /**
   * Returns the bytes of the source that were read for the rows so far. The progress of the import
   * is computed from it. The total over all tasks is close to the bytes of the plan; a single task
   * may differ. Called every few rows, so it must be cheap.
   *
   * @return -1 if unknown; the task then counts when it ends
   */
  default long bytesRead() {
    return -1;
  }

  /** Closes the files. */
  @Override
  void close();
}
