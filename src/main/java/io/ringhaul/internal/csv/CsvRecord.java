package io.ringhaul.internal.csv;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The fields of one record as bytes, without quotes. The object is reused for each record. */
final class CsvRecord {

  private static final int FIRST_CAPACITY = 1 << 12;
  private static final int LARGEST_KEPT = 1 << 20;

  private byte[] bytes = new byte[FIRST_CAPACITY];
  private int size;
  private int[] ends = new int[16];
  private boolean[] quoted = new boolean[16];
  private int fields;

  void clear() {
    if (bytes.length > LARGEST_KEPT) {
      bytes = new byte[FIRST_CAPACITY];
    }
    size = 0;
    fields = 0;
  }

  /** Returns the number of fields. */
  int fields() {
    return fields;
  }

  /** Returns true if the field had quotes. */
  boolean isQuoted(int field) {
    return quoted[field];
  }

  /** Returns the bytes of the field. */
  int length(int field) {
    return ends[field] - start(field);
  }

  /** Returns the index of the field in {@link #array()}. */
  int start(int field) {
    return field == 0 ? 0 : ends[field - 1];
  }

  /** Returns the bytes of all fields; valid until the next record is read. */
  byte[] array() {
    return bytes;
  }

  /** Returns the bytes of the field; valid until the next record is read. */
  ByteBuffer field(int field) {
    return ByteBuffer.wrap(bytes, start(field), length(field));
  }

  /** Returns the number of bytes of all fields. */
  int size() {
    return size;
  }

  void append(byte value) {
    reserve(1);
    bytes[size++] = value;
  }

  void append(byte[] source, int from, int to) {
    reserve(to - from);
    System.arraycopy(source, from, bytes, size, to - from);
    size += to - from;
  }

  void endField(boolean wasQuoted) {
    if (fields == ends.length) {
      ends = Arrays.copyOf(ends, 2 * fields);
      quoted = Arrays.copyOf(quoted, 2 * fields);
    }
    ends[fields] = size;
    quoted[fields++] = wasQuoted;
  }

  private void reserve(int length) {
    int needed = Math.addExact(size, length);
    if (needed > bytes.length) {
      long doubled = Math.min(2L * bytes.length, Integer.MAX_VALUE - 8);
      bytes = Arrays.copyOf(bytes, (int) Math.max(needed, doubled));
    }
  }
}
