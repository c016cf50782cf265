package io.ringhaul.internal.csv;

import io.ringhaul.internal.text.TextSink;
import java.nio.charset.StandardCharsets;

/**
 * Lines in the making. They are written to a file when they are complete, so that a row that is
 * refused leaves no trace.
 */
final class LineBuffer {

  private static final int FIRST_CAPACITY = 1 << 12;

  /** What is kept; the room of larger lines is given back. */
  private static final int LARGEST_KEPT = 1 << 20;

  private final FieldQuoting quoting;
  private final byte delimiter;
  private final byte quote;
  private final byte escape;
  private TextSink text = new TextSink(FIRST_CAPACITY);
  private int lineStart;
  private int fieldStart;
  private boolean first = true;

  LineBuffer(CsvSyntax syntax) {
    quoting = new FieldQuoting(syntax);
    delimiter = (byte) syntax.delimiter();
    quote = (byte) syntax.quote();
    escape = (byte) syntax.escape();
  }

  /** Begins a field that is not null; its text is to be added to what this gives. */
  TextSink beginField() {
    putNull();
    return text;
  }

  /** Ends a field that is not null. */
  void endField() {
    if (quoting.isNeeded(text.array(), fieldStart, text.size())) {
      quoteField();
    }
  }

  /** A field that holds the text. */
  void put(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    beginField().put(bytes, 0, bytes.length);
    endField();
  }

  /** A field that is null. */
  void putNull() {
    if (!first) {
      text.put((char) delimiter);
    }
    first = false;
    fieldStart = text.size();
  }

  /** Ends the line. */
  void endLine() {
    text.put((char) CsvSyntax.LF);
    beginLine(text.size());
  }

  /** Forgets what there is of a line that has not ended. */
  void dropLine() {
    text.resize(lineStart);
    beginLine(lineStart);
  }

  /** Forgets all lines. */
  void clear() {
    if (text.array().length > LARGEST_KEPT) {
      text = new TextSink(FIRST_CAPACITY);
    }
    text.clear();
    beginLine(0);
  }

  /** The lines' bytes from index 0; valid until something is added. */
  byte[] array() {
    return text.array();
  }

  /** How many bytes the lines have. */
  int size() {
    return text.size();
  }

  private void beginLine(int start) {
    lineStart = start;
    first = true;
  }

  private void quoteField() {
    int from = fieldStart;
    int to = text.size();
    int escapes = 0;
    byte[] bytes = text.array();
    for (int i = from; i < to; i++) {
      if (bytes[i] == quote || bytes[i] == escape) {
        escapes++;
      }
    }
    text.reserve(Math.addExact(escapes, 2));
    bytes = text.array();
    int write = to + escapes + 1;
    text.resize(write + 1);
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
}
