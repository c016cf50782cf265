package io.ringhaul.internal.text;

import java.nio.ByteBuffer;

/** Plain text as JSON strings. */
final class StringWriters {

  private StringWriters() {}

  /** In quotes: text in which nothing needs an escape. */
  record Quoted(TextWriter plain) implements TextWriter {

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      plain.check(bytes, offset, length);
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      out.put('"');
      plain.write(bytes, offset, length, out);
      out.put('"');
    }
  }

  /** In quotes, with escapes. */
  record Escaped(TextWriter plain) implements TextWriter {

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      plain.check(bytes, offset, length);
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      out.put('"');
      int start = out.size();
      plain.write(bytes, offset, length, out);
      out.escapeJson(start);
      out.put('"');
    }
  }
}
