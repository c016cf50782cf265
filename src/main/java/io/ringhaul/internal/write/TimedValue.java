package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import io.ringhaul.internal.cql.ByteSink;
import io.ringhaul.internal.cql.CqlLiteral;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.internal.write.TimedColumn.Form;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A value with the times of its cells.
 *
 * @param bytes the serialized value
 * @param times the write time and the expiry time of each cell, as two longs
 */
public record TimedValue(ByteBuffer bytes, ByteBuffer times) {

  /** Stands for an unknown write time, and for that of a field that is null. */
  public static final long UNKNOWN_WRITETIME = CellWrite.NOW;

  /** The expiry time of a cell that does not expire. */
  public static final long NEVER = CellWrite.NEVER;

  /** Stands for an unknown expiry time. */
  public static final long UNKNOWN_EXPIRY = CellWrite.UNKNOWN;

  private static final int PAIR = 2 * Long.BYTES;
  private static final int NULL = -1;

  /**
   * A cell of a value.
   *
   * @param name what follows the name of the column: nothing, an element such as {@code [7]}, or a
   *     field such as {@code .street}
   * @param writetime microseconds since the epoch, or {@link #UNKNOWN_WRITETIME}
   * @param expiry seconds since the epoch, {@link #NEVER} or {@link #UNKNOWN_EXPIRY}
   */
  public record Cell(String name, long writetime, long expiry) {}

  /** The number of cells with times: one if no times of elements or fields are known. */
  public int count() {
    return times.remaining() / PAIR;
  }

  /** The cells with their times. */
  public List<Cell> cells(DataType type) {
    List<Part> parts = isWhole(type) ? List.of() : parts(type);
    List<Cell> cells = new ArrayList<>();
    for (int i = 0; i < count(); i++) {
      String name = parts.isEmpty() ? "" : name(type, i, parts.get(i));
      cells.add(new Cell(name, writetime(i), expiry(i)));
    }
    return cells;
  }

  private String name(DataType type, int cell, Part part) {
    if (TimedColumn.form(type) == Form.FIELDS) {
      return "." + CqlTypes.fieldNames(type).get(cell);
    }
    ByteBuffer key =
        bytes.slice(part.start() + Integer.BYTES, Math.max(0, bytes.getInt(part.start())));
    if (type instanceof MapType map) {
      return "[" + CqlLiteral.of(map.getKeyType(), key) + "]";
    }
    return type instanceof SetType set
        ? "[" + CqlLiteral.of(set.getElementType(), key) + "]"
        : "[" + cell + "]";
  }

  /** Whether a cell was written at this moment or later, in microseconds since the epoch. */
  public boolean isWrittenSince(long moment) {
    for (int i = 0; i < count(); i++) {
      if (writetime(i) >= moment) {
        return true;
      }
    }
    return false;
  }

  /** The expiry time of the cell that expires first. */
  public long firstExpiry() {
    long first = NEVER;
    for (int i = 0; i < count(); i++) {
      first = Math.min(first, expiry(i));
    }
    return first;
  }

  /** The value that is left after this moment, in seconds since the epoch; null if none is. */
  public @Nullable TimedValue after(DataType type, long moment) {
    if (firstExpiry() > moment) {
      return this;
    }
    if (isWhole(type)) {
      return null;
    }
    boolean areFields = TimedColumn.form(type) == Form.FIELDS;
    List<Part> parts = parts(type);
    ByteSink leftBytes = new ByteSink(bytes.remaining());
    ByteSink leftTimes = new ByteSink(times.remaining());
    int left = 0;
    if (!areFields) {
      leftBytes.putInt(0);
    }
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      if (expiry(i) > moment) {
        leftBytes.put(bytes.slice(part.start(), part.end() - part.start()));
        leftTimes.putLong(writetime(i));
        leftTimes.putLong(expiry(i));
        left += part.isNull() ? 0 : 1;
      } else if (areFields) {
        leftBytes.putInt(NULL);
        leftTimes.putLong(UNKNOWN_WRITETIME);
        leftTimes.putLong(NEVER);
      }
    }
    if (!areFields) {
      leftBytes.setInt(0, left);
    }
    return left == 0 ? null : new TimedValue(leftBytes.toBuffer(), leftTimes.toBuffer());
  }

  private boolean isWhole(DataType type) {
    return TimedColumn.form(type) == Form.WHOLE || count() != parts(type).size();
  }

  private List<Part> parts(DataType type) {
    return Part.of(TimedColumn.form(type), bytes);
  }

  private long writetime(int cell) {
    return times.getLong(times.position() + cell * PAIR);
  }

  private long expiry(int cell) {
    return times.getLong(times.position() + cell * PAIR + Long.BYTES);
  }

  /** Where an element with its length, an entry of a map, or a field is in a value. */
  private record Part(int start, int end, boolean isNull) {

    static List<Part> of(Form form, ByteBuffer value) {
      List<Part> parts = new ArrayList<>();
      int at = value.position() + (form.isCollection() ? Integer.BYTES : 0);
      while (at < value.limit()) {
        int start = at;
        boolean isNull = value.getInt(at) < 0;
        for (int i = form == Form.MAP ? 2 : 1; i > 0; i--) {
          at += Integer.BYTES + Math.max(0, value.getInt(at));
        }
        parts.add(new Part(start, at, isNull));
      }
      return parts;
    }
  }

  /** Reads the times of the cells in the rows of one side. Thread-safe. */
  public static final class Reader {

    private final @Nullable TimedColumn[] columns;
    private final int readAt;

    /**
     * @param columns the columns of the rows, with times as {@link ColumnDescription.Kind#METADATA}
     */
    public Reader(CellTimeNames names, List<ColumnDescription> columns) {
      this.columns = new TimedColumn[columns.size()];
      TimedColumn.of(names, columns).forEach(column -> this.columns[column.value()] = column);
      this.readAt = TimedColumn.position(columns, names.readAt());
    }

    /** The names of the columns with write times. */
    public List<String> withWritetime() {
      return named(column -> column.writetime() != TimedColumn.ABSENT);
    }

    /** The names of the columns with TTLs. */
    public List<String> withTtl() {
      return named(column -> column.ttl() != TimedColumn.ABSENT);
    }

    private List<String> named(Predicate<TimedColumn> isMeant) {
      List<String> names = new ArrayList<>();
      for (TimedColumn column : columns) {
        if (column != null && isMeant.test(column)) {
          names.add(column.column().name());
        }
      }
      return names;
    }

    /** Whether the rows have the time at which their TTLs were read. */
    public boolean hasReadAt() {
      return readAt != TimedColumn.ABSENT;
    }

    /**
     * The times of the cells of a value.
     *
     * @param at the position of the value in the row
     */
    public ByteBuffer times(RawRow row, int at, ByteBuffer value) {
      TimedColumn column = columns[at];
      if (column == null) {
        return ByteBuffer.allocate(0);
      }
      ByteBuffer moment = readAt == TimedColumn.ABSENT ? null : row.bytes(readAt);
      CellTimesOfValue times =
          new CellTimesOfValue(
              column,
              row,
              moment == null
                  ? CellWrite.UNKNOWN
                  : Math.floorDiv(moment.getLong(moment.position()), 1_000L));
      boolean isWhole = column.form() == Form.WHOLE;
      int cells = isWhole ? 1 : Part.of(column.form(), value).size();
      if (column.form().isCollection()) {
        times.requireCount(cells);
      }
      ByteBuffer pairs = ByteBuffer.allocate(cells * PAIR);
      for (int i = 0; i < cells; i++) {
        if (isWhole) {
          times.whole();
        } else {
          times.next();
        }
        pairs.putLong(times.writetime()).putLong(times.expiry());
      }
      return pairs.flip();
    }
  }
}
