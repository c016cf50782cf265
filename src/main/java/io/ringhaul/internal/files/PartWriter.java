package io.ringhaul.internal.files;

import io.ringhaul.schema.RawRow;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Turns the rows of one task into part files, one file after another: {@link #begin}, {@link
 * #write} for each row, {@link #end}. Used by one thread.
 */
public interface PartWriter extends AutoCloseable {

  /**
   * Begins a file, with its header if it has one.
   *
   * @param out takes the file's bytes; the caller compresses, buffers lightly, forces and closes it
   */
  void begin(OutputStream out) throws IOException;

  /**
   * Appends a row. A row that is refused leaves no trace, and the next one can be written.
   *
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if the format cannot hold a value
   */
  void write(RawRow row) throws IOException;

  /**
   * About how many bytes the writer holds back that the current file will take. Asked after each
   * row, so it must be cheap.
   */
  long bufferedBytes();

  /** Ends the current file: writes what is held back, and the footer. Does not close the stream. */
  void end() throws IOException;

  /** Releases everything. The current file, if it was not ended, is given up. */
  @Override
  void close();
}
