package io.ringhaul.internal.write;

import io.ringhaul.internal.cql.ByteSink;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The cells of a row that are written with one write time and one expiry time. */
final class CellWrite {

  /** Stands for an unknown write time: the cell is written with the current time. */
  static final long NOW = Long.MIN_VALUE;

  /** The expiry time of cells that never expire. */
  static final long NEVER = Long.MAX_VALUE;

  /** Stands for an unknown expiry time: the table's default TTL applies. */
  static final long UNKNOWN = Long.MAX_VALUE - 1;

  /** A part of a collection under construction. */
  private static final class Collection {
    private final ByteSink bytes = new ByteSink(FIRST_CAPACITY);
    private int count;

    private Collection() {
      bytes.putInt(count);
    }

    private ByteBuffer serialized() {
      bytes.setInt(0, count);
      return bytes.toBuffer();
    }
  }

  private static final int FIRST_CAPACITY = 256;

  private final long writetime;
  private final long expiry;
  private final @Nullable ByteBuffer[] values;
  private final @Nullable Collection[] collections;

  /**
   * @param writetime microseconds since the epoch, or {@link #NOW}
   * @param expiry seconds since the epoch, or {@link #NEVER} or {@link #UNKNOWN}
   * @param slots the number of value variables of the statement
   */
  CellWrite(long writetime, long expiry, int slots) {
    this.writetime = writetime;
    this.expiry = expiry;
    this.values = new ByteBuffer[slots];
    this.collections = new Collection[slots];
  }

  long writetime() {
    return writetime;
  }

  long expiry() {
    return expiry;
  }

  /** The lifetime of the cells, for comparison. An unknown default counts as unlimited. */
  long lifetime() {
    return expiry == UNKNOWN ? NEVER : expiry;
  }

  boolean isLaterThan(CellWrite other) {
    return other.writetime != NOW && (writetime == NOW || writetime > other.writetime);
  }

  boolean isAt(long otherWritetime, long otherExpiry) {
    return writetime == otherWritetime && expiry == otherExpiry;
  }

  boolean isFree(int slot) {
    return values[slot] == null && collections[slot] == null;
  }

  void put(int slot, ByteBuffer value) {
    values[slot] = value;
  }

  /** Adds an element, or a map's key and value, to the collection in the slot. */
  void add(int slot, ByteBuffer from, int start, int end) {
    Collection collection = collections[slot];
    if (collection == null) {
      collection = new Collection();
      collections[slot] = collection;
    }
    collection.bytes.put(from.slice(start, end - start));
    collection.count++;
  }

  /** Removes and returns the value of the slot; null if the slot has none. */
  @Nullable ByteBuffer take(int slot) {
    Collection collection = collections[slot];
    ByteBuffer value = collection == null ? values[slot] : collection.serialized();
    collections[slot] = null;
    values[slot] = null;
    return value;
  }
}
