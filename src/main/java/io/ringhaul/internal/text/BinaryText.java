package io.ringhaul.internal.text;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Bytes as Base64 (RFC 4648, padded) and as the literals of CQL. */
final class BinaryText {

  private static final byte[] ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".getBytes(ISO_8859_1);
  private static final byte[] VALUES = new byte[128];
  private static final byte[] HEX = "0123456789abcdef".getBytes(ISO_8859_1);

  static {
    Arrays.fill(VALUES, (byte) -1);
    for (int i = 0; i < ALPHABET.length; i++) {
      VALUES[ALPHABET[i]] = (byte) i;
    }
  }

  private BinaryText() {}

  /** Appends the bytes in Base64, or as a literal where Base64 could be taken for one. */
  static void putBlob(ByteBuffer bytes, int offset, int length, TextSink out) {
    int start = out.size();
    putBase64(bytes, offset, length, out);
    if (isLiteral(out.array(), start, out.size())) {
      out.resize(start);
      putLiteral(bytes, offset, length, out);
    }
  }

  private static void putBase64(ByteBuffer bytes, int offset, int length, TextSink out) {
    out.reserve(Math.multiplyExact(4, (int) ((length + 2L) / 3)));
    byte[] to = out.array();
    int t = out.size();
    int i = offset;
    int end = offset + length;
    for (; end - i >= 3; i += 3) {
      int bits =
          (bytes.get(i) & 0xff) << 16 | (bytes.get(i + 1) & 0xff) << 8 | (bytes.get(i + 2) & 0xff);
      to[t++] = ALPHABET[bits >> 18];
      to[t++] = ALPHABET[bits >> 12 & 0x3f];
      to[t++] = ALPHABET[bits >> 6 & 0x3f];
      to[t++] = ALPHABET[bits & 0x3f];
    }
    if (i < end) {
      boolean two = end - i == 2;
      int bits = (bytes.get(i) & 0xff) << 16 | (two ? (bytes.get(i + 1) & 0xff) << 8 : 0);
      to[t++] = ALPHABET[bits >> 18];
      to[t++] = ALPHABET[bits >> 12 & 0x3f];
      to[t++] = two ? ALPHABET[bits >> 6 & 0x3f] : (byte) '=';
      to[t++] = '=';
    }
    out.resize(t);
  }

  private static void putLiteral(ByteBuffer bytes, int offset, int length, TextSink out) {
    out.putAscii("0x");
    for (int i = offset; i < offset + length; i++) {
      byte b = bytes.get(i);
      out.put((char) HEX[(b >> 4) & 0xf]);
      out.put((char) HEX[b & 0xf]);
    }
  }

  private static boolean isLiteral(byte[] text, int start, int end) {
    if ((end - start) % 2 != 0
        || end - start < 2
        || text[start] != '0'
        || (text[start + 1] | 0x20) != 'x') {
      return false;
    }
    for (int i = start + 2; i < end; i++) {
      if (Character.digit(text[i], 16) < 0) {
        return false;
      }
    }
    return true;
  }

  /** The bytes of a literal, {@code 0x} and an even number of digits; null if it is none. */
  static byte @Nullable [] parseLiteral(String text) {
    if (text.length() % 2 != 0 || !(text.startsWith("0x") || text.startsWith("0X"))) {
      return null;
    }
    byte[] bytes = new byte[text.length() / 2 - 1];
    for (int i = 0; i < bytes.length; i++) {
      int high = hexDigit(text.charAt(2 * i + 2));
      int low = hexDigit(text.charAt(2 * i + 3));
      if (high < 0 || low < 0) {
        return null;
      }
      bytes[i] = (byte) (high << 4 | low);
    }
    return bytes;
  }

  /** The value of an ASCII digit of base 16; -1 if it is none. */
  static int hexDigit(char c) {
    return c < 0x80 ? Character.digit(c, 16) : -1;
  }

  /** The bytes of padded Base64; null if it is none, or if bits beyond the last byte are set. */
  static byte @Nullable [] parseBase64(String text) {
    int length = text.length();
    if (length % 4 != 0) {
      return null;
    }
    int padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
    byte[] bytes = new byte[length / 4 * 3 - padding];
    int t = 0;
    for (int i = 0; i < length; i += 4) {
      int bits = 0;
      for (int k = i; k < i + 4; k++) {
        char c = text.charAt(k);
        int value = k >= length - padding ? 0 : c < 0x80 ? VALUES[c] : -1;
        if (value < 0) {
          return null;
        }
        bits = bits << 6 | value;
      }
      for (int shift = 16; shift >= 0; shift -= 8) {
        if (t < bytes.length) {
          bytes[t++] = (byte) (bits >> shift);
        } else if ((bits >> shift & 0xff) != 0) {
          return null;
        }
      }
    }
    return bytes;
  }
}
