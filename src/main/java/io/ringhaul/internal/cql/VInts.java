package io.ringhaul.internal.cql;

import java.nio.ByteBuffer;

/**
 * The variable-length integers of the native protocol. The leading ones of the first byte count the
 * bytes that follow; the other bits are the value, most significant first. Signed values are mapped
 * to unsigned ones (zigzag).
 */
public final class VInts {

  private VInts() {}

  /** Returns the length in bytes, 1 to 9, of the integer that starts with the given byte. */
  public static int lengthFrom(byte first) {
    return 1 + Integer.numberOfLeadingZeros(~first & 0xff) - 24;
  }

  /** Reads the unsigned integer at the index; the buffer must have all of its bytes. */
  public static long read(ByteBuffer bytes, int index) {
    byte first = bytes.get(index);
    int following = lengthFrom(first) - 1;
    long value = first & (0xff >> following);
    for (int i = 1; i <= following; i++) {
      value = (value << 8) | (bytes.get(index + i) & 0xff);
    }
    return value;
  }

  /** Returns the signed value of a zigzag value. */
  public static long unfold(long value) {
    return (value >>> 1) ^ -(value & 1);
  }

  /** Returns the zigzag value of a signed value. */
  public static long fold(long value) {
    return (value << 1) ^ (value >> 63);
  }

  /** Appends the shortest form of the unsigned integer. */
  public static void write(long value, ByteSink out) {
    int following = (63 - Long.numberOfLeadingZeros(value | 1)) / 7;
    if (following >= 8) {
      out.putByte(0xff);
      out.putLong(value);
      return;
    }
    // Each byte has seven bits of the value and one bit of the length.
    int lengthBits = 0xff & ~(0xff >> following);
    out.putByte(lengthBits | (int) (value >>> (8 * following)));
    for (int i = following - 1; i >= 0; i--) {
      out.putByte((int) (value >>> (8 * i)));
    }
  }
}
