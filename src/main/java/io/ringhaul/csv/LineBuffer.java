package io.ringhaul.csv;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One line in the making. It is written to a file when it is complete, so that a row that is
 * refused leaves no trace.
 */
final class LineBuffer {

  private static final int FIRST_CAPACITY = 1 << 10;

  /** What is kept between lines; the room of a larger line is given back. */
  private static final int LARGEST_KEPT = 1 << 20;

  private final FieldQuoting quoting;
  private final byte delimiter;
  private final byte quote;
  private final byte escape;
  private byte[] bytes = new byte[FIRST_CAPACITY];
  private int size;
  private int fields;

  LineBuffer(CsvSyntax syntax) {
    quoting = new FieldQuoting(syntax);
    delimiter = (byte) syntax.delimiter();
    quote = (byte) syntax.quote();
    escape = (byte) syntax.escape();
  }

  /** Begins a line. */
  void clear() {
    if (bytes.length > LARGEST_KEPT) {
      bytes = new byte[FIRST_CAPACITY];
    }
    size = 0;
    fields = 0;
  }

  /** A field that is null. */
  void putNull() {
    beginField();
  }

  /** A field that holds the text in UTF-8 between position and limit, which stay as they are. */
  void put(ByteBuffer text) {
    int length = text.remaining();
    beginField();
    int from = size;
    reserve(length);
    text.get(text.position(), bytes, from, length);
    size += length;
    quoteWhereNeeded(from);
  }

  /** A field that holds the text in UTF-8 in the range. */
  void put(byte[] text, int offset, int length) {
    beginField();
    int from = size;
    reserve(length);
    System.arraycopy(text, offset, bytes, from, length);
    size += length;
    quoteWhereNeeded(from);
  }

  /** Ends the line. */
  void end() {
    reserve(1);
    bytes[size++] = CsvSyntax.LF;
  }

  /** The line's bytes from index 0; valid until the line is changed. */
  byte[] array() {
    return bytes;
  }

  /** How many bytes the line has. */
  int size() {
    return size;
  }

  private void beginField() {
    if (fields++ > 0) {
      reserve(1);
      bytes[size++] = delimiter;
    }
  }

  private void quoteWhereNeeded(int from) {
    int to = size;
    if (!quoting.isNeeded(bytes, from, to)) {
      return;
    }
    int escapes = 0;
    for (int i = from; i < to; i++) {
      if (bytes[i] == quote || bytes[i] == escape) {
        escapes++;
      }
    }
    reserve(escapes + 2);
    int write = to + escapes + 1;
    size = write + 1;
    bytes[write] = quote;
    // From the end to the front, so that nothing is overwritten before it has moved.
    for (int read = to - 1; read >= from; read--) {
      byte each = bytes[read];
      bytes[--write] = each;
      if (each == quote || each == escape) {
        bytes[--write] = escape;
      }
    }
    bytes[from] = quote;
  }

  private void reserve(int length) {
    int needed = Math.addExact(size, length);
    if (needed > bytes.length) {
      long doubled = Math.min(2L * bytes.length, Integer.MAX_VALUE - 8);
      bytes = Arrays.copyOf(bytes, (int) Math.max(needed, doubled));
    }
  }
}
