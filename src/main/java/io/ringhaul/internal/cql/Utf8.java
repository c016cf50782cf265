package io.ringhaul.internal.cql;

import java.nio.ByteBuffer;

/**
 * Checks strict UTF-8. The server accepts some invalid sequences (an overlong zero, lone
 * surrogates), which readers of a file would replace silently.
 */
public final class Utf8 {

  private static final long HIGH_BITS = 0x8080808080808080L;

  private Utf8() {}

  /** Returns whether the range is well-formed UTF-8. */
  public static boolean isWellFormed(ByteBuffer bytes, int offset, int length) {
    int end = offset + length;
    int i = offset;
    while (i < end) {
      if (end - i >= Long.BYTES && (bytes.getLong(i) & HIGH_BITS) == 0) {
        i += Long.BYTES;
        continue;
      }
      byte first = bytes.get(i);
      if (first >= 0) {
        i++;
        continue;
      }
      int sequence = sequenceLength(bytes, i, end);
      if (sequence == 0) {
        return false;
      }
      i += sequence;
    }
    return true;
  }

  /**
   * Returns the length of the well-formed sequence of two or more bytes at the index; 0 if there is
   * none.
   */
  private static int sequenceLength(ByteBuffer bytes, int i, int end) {
    int first = bytes.get(i) & 0xff;
    int length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    if (length == 0 || end - i < length) {
      return 0;
    }
    int second = bytes.get(i + 1) & 0xff;
    // The bounds of the second byte exclude overlong forms, surrogates and code points above
    // U+10FFFF.
    int least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    int greatest = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (second < least || second > greatest) {
      return 0;
    }
    for (int k = 2; k < length; k++) {
      if ((bytes.get(i + k) & 0xc0) != 0x80) {
        return 0;
      }
    }
    return length;
  }

  /** Returns whether the text has a lone surrogate, which UTF-8 cannot represent. */
  public static boolean hasLoneSurrogate(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        if (Character.isLowSurrogate(c)
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          return true;
        }
        i++;
      }
    }
    return false;
  }
}
