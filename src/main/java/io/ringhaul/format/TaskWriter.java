package io.ringhaul.format;

import io.ringhaul.schema.RawRow;

/** Writes the rows of one task. Used by one thread. */
public interface TaskWriter extends AutoCloseable {

  /**
   * Writes a row; its values stand in the order of the export's columns. A row that is refused
   * leaves no trace, and the next one can be written.
   *
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if the format cannot hold a value
   */
  void write(RawRow row);

  /**
   * About how many bytes its files have so far, with what is held back for them. Asked often, so it
   * must be cheap.
   *
   * @return 0 if it cannot tell before they are ended
   */
  default long bytes() {
    return 0;
  }

  /** Ends the files, durably, and describes them. Called once, after the last row. */
  TaskOutput finish();

  /** Releases everything; removes the files unless {@link #finish()} has ended them. */
  @Override
  void close();
}
