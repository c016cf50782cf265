package io.ringhaul.internal.write;

import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.schema.RawRow;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * Divides the cells of one row into writes: usually one write for each distinct pair of write time
 * and expiry time. A list whose elements alternate between pairs needs more writes, because each
 * part is appended after the previous part. Used by one thread, for one row.
 */
final class CellSplitter {

  private record Pair(long writetime, long expiry) {}

  /** The protocol counts the statements of a batch in 16 bits. */
  static final int MOST_WRITES = 65_535;

  /** Up to this number, a linear search is faster than the index. */
  private static final int MOST_WITHOUT_INDEX = 16;

  private static final NavigableSet<Integer> NONE = new TreeSet<>();

  private final int slots;
  private final long readAt;
  private final long now;
  private final List<CellWrite> writes = new ArrayList<>(1);

  /** Finds writes by their times, when there are many. */
  private final Map<Pair, NavigableSet<Integer>> index = new HashMap<>(0);

  private int expired;
  private boolean appends;

  /**
   * @param slots the number of value variables in each write
   * @param readAt when the TTLs were read, in seconds since the epoch
   * @param now cells that expire at this time or before have expired
   */
  CellSplitter(int slots, long readAt, long now) {
    this.slots = slots;
    this.readAt = readAt;
    this.now = now;
  }

  /** The writes, in the order in which they must be executed. */
  List<CellWrite> writes() {
    return writes;
  }

  /** Expired cells, which are in no write. */
  int expired() {
    return expired;
  }

  /** Whether a write appends to a list. */
  boolean appends() {
    return appends;
  }

  /** Adds the cells of a value, from its first slot on. */
  void add(TimedColumn column, int slot, RawRow row) {
    ByteBuffer value = row.bytes(column.value());
    if (value == null) {
      return;
    }
    CellTimesOfValue times = new CellTimesOfValue(column, row, readAt);
    switch (column.form()) {
      case WHOLE -> {
        times.whole();
        put(column, slot, value, times);
      }
      case FIELDS -> addFields(column, slot, value, times);
      case SET, LIST, MAP -> addElements(column, slot, value, times);
    }
  }

  private void put(TimedColumn column, int slot, ByteBuffer value, CellTimesOfValue times) {
    if (times.expiry() <= now) {
      expired++;
    } else {
      writes.get(find(column, times, 0)).put(slot, value);
    }
  }

  private void addFields(TimedColumn column, int slot, ByteBuffer value, CellTimesOfValue times) {
    int at = value.position();
    int fields = CqlTypes.fieldTypes(column.column().type()).size();
    // A value that was written before a field was added to its type has no bytes for the field.
    for (int i = 0; i < fields && at < value.limit(); i++) {
      int length = length(column, value, at);
      at += Integer.BYTES;
      times.next();
      if (length >= 0) {
        put(column, slot + i, value.slice(at, length), times);
        at += length;
      }
    }
  }

  private void addElements(TimedColumn column, int slot, ByteBuffer value, CellTimesOfValue times) {
    int count = length(column, value, value.position());
    times.requireCount(count);
    if (count == 0) {
      return;
    }
    boolean isList = column.form() == TimedColumn.Form.LIST;
    if (areAlike(times, count)) {
      if (times.expiry() <= now) {
        expired += count;
      } else {
        writes.get(find(column, times, 0)).put(slot, value);
        appends |= isList;
      }
      return;
    }
    int at = value.position() + Integer.BYTES;
    int previous = -1;
    for (int i = 0; i < count; i++) {
      int end = skip(column, value, at);
      if (column.form() == TimedColumn.Form.MAP) {
        end = skip(column, value, end);
      }
      times.next();
      if (times.expiry() <= now) {
        expired++;
      } else {
        if (!isList) {
          previous = find(column, times, 0);
        } else if (previous < 0 || !writes.get(previous).isAt(times.writetime(), times.expiry())) {
          // Elements of a list are appended in their order.
          previous = find(column, times, previous + 1);
        }
        writes.get(previous).add(slot, value, at, end);
        appends |= isList;
      }
      at = end;
    }
  }

  /** Whether all elements have equal times. Leaves the times at the first element. */
  private static boolean areAlike(CellTimesOfValue times, int count) {
    times.next();
    long writetime = times.writetime();
    long expiry = times.expiry();
    boolean alike = true;
    for (int i = 1; alike && i < count; i++) {
      times.next();
      alike = times.writetime() == writetime && times.expiry() == expiry;
    }
    times.rewind();
    if (alike) {
      times.next();
    }
    return alike;
  }

  /** The first write from this index on with these times, or a new write. */
  private int find(TimedColumn column, CellTimesOfValue times, int from) {
    if (writes.size() <= MOST_WITHOUT_INDEX) {
      for (int i = from; i < writes.size(); i++) {
        if (writes.get(i).isAt(times.writetime(), times.expiry())) {
          return i;
        }
      }
    } else {
      Integer found = indexed(times).ceiling(from);
      if (found != null) {
        return found;
      }
    }
    if (writes.size() == MOST_WRITES) {
      throw tooMany(column.column().name(), MOST_WRITES + 1);
    }
    writes.add(new CellWrite(times.writetime(), times.expiry(), slots));
    if (writes.size() > MOST_WITHOUT_INDEX) {
      for (int i = index.isEmpty() ? 0 : writes.size() - 1; i < writes.size(); i++) {
        CellWrite write = writes.get(i);
        index
            .computeIfAbsent(new Pair(write.writetime(), write.expiry()), pair -> new TreeSet<>())
            .add(i);
      }
    }
    return writes.size() - 1;
  }

  private NavigableSet<Integer> indexed(CellTimesOfValue times) {
    return index.getOrDefault(new Pair(times.writetime(), times.expiry()), NONE);
  }

  /** The error for a row that needs more writes than a batch may have. */
  static UnrepresentableValueException tooMany(String column, int writes) {
    return new UnrepresentableValueException(
        column,
        String.format(
            "its cells have so many different times that it takes %d writes or more, and a batch"
                + " takes %d; import it with %s",
            writes, MOST_WRITES, Setting.IGNORE_CELL_TIMES.mark()));
  }

  private static int skip(TimedColumn column, ByteBuffer value, int at) {
    int length = length(column, value, at);
    if (length < 0) {
      throw malformed(column);
    }
    return at + Integer.BYTES + length;
  }

  private static int length(TimedColumn column, ByteBuffer value, int at) {
    if (at + Integer.BYTES > value.limit()) {
      throw malformed(column);
    }
    int length = value.getInt(at);
    if (length > value.limit() - at - Integer.BYTES) {
      throw malformed(column);
    }
    return length;
  }

  private static UnrepresentableValueException malformed(TimedColumn column) {
    return new UnrepresentableValueException(
        column.column().name(),
        column.column().name() + " holds bytes that are no serialized value of its type");
  }
}
