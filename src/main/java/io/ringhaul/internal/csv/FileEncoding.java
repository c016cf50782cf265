package io.ringhaul.internal.csv;

import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** How a file's text is encoded; records are read in UTF-8. */
final class FileEncoding {

  private final Charset charset;
  private final boolean utf8;

  /** The byte order mark that the encoding puts before every text. */
  private final byte[] mark;

  FileEncoding(Charset charset) {
    this.charset = charset;
    this.utf8 = charset.equals(StandardCharsets.UTF_8);
    this.mark = utf8 ? new byte[0] : mark(charset);
  }

  private static byte[] mark(Charset charset) {
    if (!charset.canEncode()) {
      return new byte[0];
    }
    byte[] one = "x".getBytes(charset);
    byte[] two = "xx".getBytes(charset);
    return Arrays.copyOf(one, 2 * one.length - two.length);
  }

  /** Its name, for messages. */
  String name() {
    return charset.name();
  }

  /** Whether texts can be put back into the encoding. */
  boolean canEncode() {
    return charset.canEncode();
  }

  /** The file's text in UTF-8. */
  InputStream decoded(InputStream content) {
    return utf8 ? content : new TranscodedInput(content, charset);
  }

  /** A text of the file as it stands there. */
  byte[] encoded(byte[] text) {
    return utf8 ? text : EscapedBytes.decode(text, charset, mark.length);
  }

  /** What a file begins with. */
  byte[] start(byte[] text) {
    byte[] encoded = encoded(text);
    byte[] start = Arrays.copyOf(mark, mark.length + encoded.length);
    System.arraycopy(encoded, 0, start, mark.length, encoded.length);
    return start;
  }
}
