package io.ringhaul.internal.write;

import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.schema.RawRow;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The times of the cells of one value: one pair for a value that is written as a whole, otherwise
 * one pair for each element or field in turn.
 */
final class CellTimesOfValue {

  private final TimedColumn column;
  private final @Nullable ByteBuffer writetimes;
  private final @Nullable ByteBuffer ttls;
  private final long readAt;
  private final boolean isList;
  private int writetimeAt;
  private int ttlAt;
  private long writetime;
  private long expiry;

  /**
   * @param readAt when the TTLs were read, in seconds since the epoch; {@link CellWrite#UNKNOWN} if
   *     the row has no such time
   */
  CellTimesOfValue(TimedColumn column, RawRow row, long readAt) {
    this.column = column;
    this.writetimes =
        column.writetime() == TimedColumn.ABSENT ? null : row.bytes(column.writetime());
    this.ttls = column.ttl() == TimedColumn.ABSENT ? null : row.bytes(column.ttl());
    this.readAt = readAt;
    this.isList = column.form().isCollection();
    rewind();
  }

  /** Goes back to the first cell. */
  void rewind() {
    writetimeAt = writetimes == null ? 0 : writetimes.position() + (isList ? Integer.BYTES : 0);
    ttlAt = ttls == null ? 0 : ttls.position() + (isList ? Integer.BYTES : 0);
  }

  /** The times of a value that is written as a whole. */
  void whole() {
    writetime = writetimes == null ? CellWrite.NOW : writetimes.getLong(writetimes.position());
    expiry = expiry(ttls == null ? 0 : ttls.getInt(ttls.position()));
  }

  /** Goes on to the times of the next element or field. */
  void next() {
    writetime = CellWrite.NOW;
    if (writetimes != null && writetimeAt < writetimes.limit()) {
      int length = writetimes.getInt(writetimeAt);
      writetimeAt += Integer.BYTES;
      if (length > 0) {
        writetime = writetimes.getLong(writetimeAt);
        writetimeAt += Long.BYTES;
      }
    }
    int ttl = 0;
    if (ttls != null && ttlAt < ttls.limit()) {
      int length = ttls.getInt(ttlAt);
      ttlAt += Integer.BYTES;
      if (length > 0) {
        ttl = ttls.getInt(ttlAt);
        ttlAt += Integer.BYTES;
      }
    }
    expiry = expiry(ttl);
  }

  /** Checks that there are times for this number of elements, or none. */
  void requireCount(int elements) {
    requireCount(writetimes, elements, "write times");
    requireCount(ttls, elements, "TTLs");
  }

  /** The write time of the current cell. */
  long writetime() {
    return writetime;
  }

  /** The expiry time of the current cell. */
  long expiry() {
    return expiry;
  }

  private long expiry(int ttl) {
    if (column.ttl() == TimedColumn.ABSENT) {
      return CellWrite.UNKNOWN;
    }
    if (ttl == 0) {
      return CellWrite.NEVER;
    }
    if (ttl < 0) {
      throw new UnrepresentableValueException(
          column.column().name(), column.column().name() + " has the negative TTL " + ttl);
    }
    if (readAt == CellWrite.UNKNOWN) {
      throw new UnrepresentableValueException(
          column.column().name(),
          column.column().name()
              + " has a TTL, and the row does not say when it was read; say it with "
              + Setting.TTL_READ_AT.mark()
              + ", or leave all times aside with "
              + Setting.IGNORE_CELL_TIMES.mark());
    }
    return readAt + ttl;
  }

  private void requireCount(@Nullable ByteBuffer times, int elements, String what) {
    if (times != null && times.getInt(times.position()) != elements) {
      throw new UnrepresentableValueException(
          column.column().name(),
          String.format(
              "%s has %d elements and %d %s",
              column.column().name(), elements, times.getInt(times.position()), what));
    }
  }
}
