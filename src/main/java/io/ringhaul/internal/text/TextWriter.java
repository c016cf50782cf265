package io.ringhaul.internal.text;

import java.nio.ByteBuffer;

/**
 * Writes serialized CQL values of one column as text. A value is the range of {@code length} bytes
 * from the absolute index {@code offset}; the buffer's position is neither moved nor, with these
 * arguments, read.
 *
 * <p>Checking is apart from writing, so that a row can be refused before any part of it is in a
 * file. Writing relies on the check. A writer is used by one thread at a time.
 */
public interface TextWriter {

  /**
   * Checks that the text holds the value exactly.
   *
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if not, or if the bytes are no
   *     value of the column's type; the message names the path to the value
   */
  void check(ByteBuffer bytes, int offset, int length);

  /** Appends the text of a value that was checked. */
  void write(ByteBuffer bytes, int offset, int length, TextSink out);

  /** Checks the value between position and limit, as {@link #check(ByteBuffer, int, int)}. */
  default void check(ByteBuffer value) {
    check(value, value.position(), value.remaining());
  }

  /** Appends the text of the value between position and limit, which was checked. */
  default void write(ByteBuffer value, TextSink out) {
    write(value, value.position(), value.remaining(), out);
  }
}
