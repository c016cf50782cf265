package io.ringhaul.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Writer;
import org.jspecify.annotations.Nullable;

/**
 * Escapes text for a terminal. Data, names and errors may contain characters that control a
 * terminal: control characters, which start escape sequences, and characters that change the text
 * direction. They are shown by their code; ESC as a backslash and {@code u001b}. Line breaks and
 * tabs stay.
 */
final class TerminalText {

  private TerminalText() {}

  /** The text with control characters escaped. */
  static String escaped(String text) {
    StringBuilder escaped = null;
    for (int i = 0; i < text.length(); i++) {
      char each = text.charAt(i);
      if (isUnsafe(each)) {
        if (escaped == null) {
          escaped = new StringBuilder(text.length() + 16).append(text, 0, i);
        }
        escaped.append(String.format("\\u%04x", (int) each));
      } else if (escaped != null) {
        escaped.append(each);
      }
    }
    return escaped == null ? text : escaped.toString();
  }

  private static boolean isUnsafe(char each) {
    if (each == '\n' || each == '\t') {
      return false;
    }
    return Character.isISOControl(each)
        || each == '\u061c'
        || each == '\u200e'
        || each == '\u200f'
        || (each >= '\u2028' && each <= '\u202e')
        || (each >= '\u2066' && each <= '\u2069');
  }

  /** Standard output with escaping. */
  static PrintWriter out() {
    return writer(System.out);
  }

  /** Standard error with escaping. */
  static PrintWriter err() {
    return writer(System.err);
  }

  /** A writer to a stream, with escaping. */
  static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(new Escaping(stream), true);
  }

  /** A stream to another stream, with escaping. */
  static PrintStream stream(PrintStream stream) {
    return new EscapingStream(stream);
  }

  /** Escapes text and leaves the encoding to the stream. */
  private static final class Escaping extends Writer {

    private final PrintStream out;

    private Escaping(PrintStream out) {
      this.out = out;
    }

    @Override
    public void write(char[] text, int start, int length) {
      out.print(escaped(new String(text, start, length)));
    }

    @Override
    public void write(String text, int start, int length) {
      out.print(escaped(text.substring(start, start + length)));
    }

    @Override
    public void flush() {
      out.flush();
    }

    @Override
    public void close() {
      out.flush();
    }
  }

  /** Escapes in the methods that loggers and stack traces use. */
  private static final class EscapingStream extends PrintStream {

    private EscapingStream(PrintStream out) {
      super(out, true);
    }

    @Override
    public void print(@Nullable String text) {
      super.print(escaped(String.valueOf(text)));
    }

    @Override
    public void println(@Nullable String text) {
      super.println(escaped(String.valueOf(text)));
    }

    @Override
    public void println(@Nullable Object value) {
      super.println(escaped(String.valueOf(value)));
    }
  }
}
