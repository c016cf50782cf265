package io.ringhaul.internal.text;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A growing run of UTF-8 text. Its array is open, so that formats can look at what was written. */
public final class TextSink {

  private static final int GREATEST_SIZE = Integer.MAX_VALUE - 8;

  private static final byte[] HEX = "0123456789ABCDEF".getBytes(ISO_8859_1);

  /** For each byte: how many more bytes it takes when escaped in a JSON string. */
  private static final byte[] EXTRA = new byte[256];

  /** For each byte: the character after the backslash, or 0 where there is none. */
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
   * @param capacity bytes to make room for at once; it grows beyond
   */
  public TextSink(int capacity) {
    bytes = new byte[capacity];
  }

  /** Bytes held. */
  public int size() {
    return size;
  }

  /** The bytes: those from 0 to {@link #size()} are held. Appending may replace the array. */
  public byte[] array() {
    return bytes;
  }

  /** Forgets what it holds and keeps the room. */
  public void clear() {
    size = 0;
  }

  /**
   * Sets the number of bytes held: fewer, or more of those that {@link #reserve} made room for and
   * the caller has put into the array.
   */
  public void resize(int newSize) {
    if (newSize < 0 || newSize > bytes.length) {
      throw new IndexOutOfBoundsException(newSize);
    }
    size = newSize;
  }

  /** Makes room for that many bytes more. */
  public void reserve(int length) {
    if (bytes.length - size < length) {
      int needed = Math.addExact(size, length);
      bytes = Arrays.copyOf(bytes, Math.max(needed, (int) Math.min(GREATEST_SIZE, 2L * size + 32)));
    }
  }

  /** Appends a byte. */
  public void put(char ascii) {
    reserve(1);
    bytes[size++] = (byte) ascii;
  }

  /** Appends text that is ASCII. */
  @SuppressWarnings("deprecation")
  public void putAscii(String text) {
    reserve(text.length());
    // Deprecated because it cuts characters to a byte each, which is what ASCII needs.
    text.getBytes(0, text.length(), bytes, size);
    size += text.length();
  }

  /** Appends the bytes. */
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

  /** Appends the range of an array. */
  public void put(byte[] source, int offset, int length) {
    reserve(length);
    System.arraycopy(source, offset, bytes, size, length);
    size += length;
  }

  /** Appends the range from the absolute index; the buffer's position is left as it is. */
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
   * Appends the last digits of a number that is not negative.
   *
   * @param width how many digits, with zeros before the number where it has fewer
   */
  public void putPadded(long value, int width) {
    reserve(width);
    long rest = value;
    int i = size + width;
    while (i > size) {
      // Division of int is several times as fast as that of long.
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

  /** How many decimal digits the number has, which is not negative; 1 for 0. */
  static int digits(long value) {
    int digits = 1;
    for (long bound = 10; digits < 19 && value >= bound; bound *= 10) {
      digits++;
    }
    return digits;
  }

  /** Escapes what was appended from the index on, as it must be within a JSON string. */
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
    // From the end: what is moved never runs over what is still to be read.
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

  /** Writes what it holds to the stream and keeps it. */
  public void writeTo(OutputStream out) throws IOException {
    out.write(bytes, 0, size);
  }
}
