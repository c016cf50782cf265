package io.ringhaul.internal.files;

import io.ringhaul.schema.RawRow;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Writes the rows of one task to part files, one after another: {@link #begin}, {@link #write} for
 * each row, {@link #end}. Not thread-safe.
 */
public interface PartWriter extends AutoCloseable {

  /**
   * Begins a file and writes its header, if the format has one.
   *
   * @param out receives the file's bytes; the caller compresses, buffers, forces and closes it
   */
  void begin(OutputStream out) throws IOException;

  /**
   * Appends a row. After a rejected row the file is unchanged and the next row can be written.
   *
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if the format cannot represent a
   *     value
   */
  void write(RawRow row) throws IOException;

  /**
   * Returns approximately how many bytes of the current file the writer still buffers. Called after
   * each row, so it must be cheap.
   */
  long bufferedBytes();

  /** Ends the current file: writes the buffered bytes and the footer. Does not close the stream. */
  void end() throws IOException;

  /** Releases all resources. A current file that was not ended stays incomplete. */
  @Override
  void close();
}
