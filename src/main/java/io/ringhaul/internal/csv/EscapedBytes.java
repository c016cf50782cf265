package io.ringhaul.internal.csv;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * Bytes that are no text in their encoding, amid text in UTF-8: byte {@code b} as the three bytes
 * that the lone surrogate U+DC00 + b would have, which UTF-8 does not allow.
 */
final class EscapedBytes {

  /** How many bytes stand for one. */
  static final int LENGTH = 3;

  private static final int FIRST = 0xed;

  private EscapedBytes() {}

  static void put(byte value, ByteBuffer target) {
    target
        .put((byte) FIRST)
        .put((byte) (0xb0 | (value & 0xff) >> 6))
        .put((byte) (0x80 | (value & 0x3f)));
  }

  /**
   * Text of UTF-8 and escaped bytes as it was in its encoding.
   *
   * @param mark how many bytes the encoding puts before every text, to be left out
   */
  static byte[] decode(byte[] text, Charset encoding, int mark) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(text.length);
    int from = 0;
    for (int i = 0; i + LENGTH <= text.length; i++) {
      if ((text[i] & 0xff) == FIRST && (text[i + 1] & 0xfc) == 0xb0) {
        putText(text, from, i, encoding, mark, out);
        out.write((text[i + 1] & 3) << 6 | (text[i + 2] & 0x3f));
        i += LENGTH - 1;
        from = i + 1;
      }
    }
    putText(text, from, text.length, encoding, mark, out);
    return out.toByteArray();
  }

  private static void putText(
      byte[] text, int from, int to, Charset encoding, int mark, ByteArrayOutputStream out) {
    if (from < to) {
      byte[] encoded = new String(text, from, to - from, StandardCharsets.UTF_8).getBytes(encoding);
      out.write(encoded, mark, encoded.length - mark);
    }
  }
}
