package io.ringhaul.internal.text;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A growing buffer of UTF-8 text. Formats access its array directly to inspect written text. */
public final class TextSink {

  private static final int GREATEST_SIZE = Integer.MAX_VALUE - 8;

  private static final byte[] HEX = "0123456789ABCDEF".getBytes(ISO_8859_1);

  /** For each byte: the additional bytes of its escaped form in a JSON string. */
  private static final byte[] EXTRA = new byte[256];

  /** For each byte: the character after the backslash, or 0 if the byte has no short escape. */
  private static final byte[] SHORT_ESCAPE = new byte[256];

  static {
    Arrays.fill(EXTRA, 0, 0x20, (byte) 5);
    String escaped = "\"\\\b\f\n\r\t";
    String letters = "\"\\bfnrt";
    for (int i = 0; i < escaped.length(); i++) {
      EXTRA[escaped.charAt(i)] = 1;
      SHORT_ESCAPE[escaped.charAt(i)] = (byte) letters.charAt(i);
    }
  }

  private byte[] bytes;
  private int size;

  /**
   * @param capacity initial capacity in bytes
   */
  public TextSink(int capacity) {
    bytes = new byte[capacity];
  }

  /** Returns the number of bytes held. */
  public int size() {
    return size;
  }

  /** Returns the array; bytes 0 to {@link #size()} are held. Appending may replace the array. */
  public byte[] array() {
    return bytes;
  }

  /** Removes all bytes and keeps the capacity. */
  public void clear() {
    size = 0;
  }

  /**
   * Sets the number of bytes held: a smaller number, or a larger one after {@link #reserve} if the
   * caller has filled the bytes in the array.
   */
  public void resize(int newSize) {
    if (newSize < 0 || newSize > bytes.length) {
      throw new IndexOutOfBoundsException(newSize);
    }
    size = newSize;
  }

  /** Ensures capacity for that many more bytes. */
  public void reserve(int length) {
    if (bytes.length - size < length) {
      int needed = Math.addExact(size, length);
      bytes = Arrays.copyOf(bytes, Math.max(needed, (int) Math.min(GREATEST_SIZE, 2L * size + 32)));
    }
  }

  /** Appends an ASCII character. */
  public void put(char ascii) {
    reserve(1);
    bytes[size++] = (byte) ascii;
  }

  /** Appends ASCII text. */
  @SuppressWarnings("deprecation")
  public void putAscii(String text) {
    reserve(text.length());
    // Deprecated because it truncates each character to a byte, which is correct for ASCII.
    text.getBytes(0, text.length(), bytes, size);
    size += text.length();
  }

  public void put(byte[] source) {
    put(source, 0, source.length);
  }

  /** Appends the text as a JSON string, in quotes. */
  public void putJsonString(String text) {
    put('"');
    int start = size;
    put(text.getBytes(UTF_8));
    escapeJson(start);
    put('"');
  }

  /** Appends a range of an array. */
  public void put(byte[] source, int offset, int length) {
    reserve(length);
    System.arraycopy(source, offset, bytes, size, length);
    size += length;
  }

  /** Appends the range from the absolute index; does not change the buffer's position. */
  public void put(ByteBuffer source, int offset, int length) {
    reserve(length);
    source.get(offset, bytes, size, length);
    size += length;
  }

  /** Appends the number in decimal digits. */
  public void putNumber(long value) {
    if (value == Long.MIN_VALUE) {
      putAscii("-9223372036854775808");
      return;
    }
    if (value < 0) {
      put('-');
    }
    long absolute = Math.abs(value);
    putPadded(absolute, digits(absolute));
  }

  /**
   * Appends the last digits of a nonnegative number.
   *
   * @param width number of digits; shorter numbers are padded with zeros
   */
  public void putPadded(long value, int width) {
    reserve(width);
    long rest = value;
    int i = size + width;
    while (i > size) {
      // Division of int is several times faster than division of long.
      if (rest <= Integer.MAX_VALUE) {
        int small = (int) rest;
        while (i > size) {
          bytes[--i] = (byte) ('0' + small % 10);
          small /= 10;
        }
        break;
      }
      bytes[--i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    size += width;
  }

  /** Returns the number of decimal digits of a nonnegative number; 1 for 0. */
  static int digits(long value) {
    int digits = 1;
    for (long bound = 10; digits < 19 && value >= bound; bound *= 10) {
      digits++;
    }
    return digits;
  }

  /** Escapes the bytes from the index on for a JSON string. */
  public void escapeJson(int start) {
    long extra = 0;
    for (int i = start; i < size; i++) {
      extra += EXTRA[bytes[i] & 0xff];
    }
    if (extra == 0) {
      return;
    }
    reserve(Math.toIntExact(extra));
    int from = size;
    size += (int) extra;
    int to = size;
    // Moves bytes from the end, so that no unread byte is overwritten.
    while (to > from) {
      int b = bytes[--from] & 0xff;
      if (EXTRA[b] == 0) {
        bytes[--to] = (byte) b;
      } else if (SHORT_ESCAPE[b] != 0) {
        bytes[--to] = SHORT_ESCAPE[b];
        bytes[--to] = '\\';
      } else {
        bytes[--to] = HEX[b & 0xf];
        bytes[--to] = HEX[b >> 4];
        bytes[--to] = '0';
        bytes[--to] = '0';
        bytes[--to] = 'u';
        bytes[--to] = '\\';
      }
    }
  }

  /** Writes the bytes held to the stream; they stay in the buffer. */
  public void writeTo(OutputStream out) throws IOException {
    out.write(bytes, 0, size);
  }
}
