package io.ringhaul.internal.text;

import java.nio.ByteBuffer;

/**
 * Writes serialized CQL values of one column as text. A value is the range of {@code length} bytes
 * from the absolute index {@code offset}; methods with these arguments neither use nor change the
 * buffer's position.
 *
 * <p>{@code check} is separate from {@code write}, so that a row can be rejected before any part of
 * it is in a file. {@code write} requires a checked value. Not thread-safe.
 */
public interface TextWriter {

  /**
   * Checks that text can hold the value exactly.
   *
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if text cannot hold the value
   *     exactly, or if the bytes are not a value of the column's type; the message has the path to
   *     the value
   */
  void check(ByteBuffer bytes, int offset, int length);

  /** Appends the text of a checked value. */
  void write(ByteBuffer bytes, int offset, int length, TextSink out);

  /** Checks the value between position and limit, see {@link #check(ByteBuffer, int, int)}. */
  default void check(ByteBuffer value) {
    check(value, value.position(), value.remaining());
  }

  /** Appends the text of the checked value between position and limit. */
  default void write(ByteBuffer value, TextSink out) {
    write(value, value.position(), value.remaining(), out);
  }
}
