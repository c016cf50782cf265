package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import io.ringhaul.Tolerance;
import io.ringhaul.VerifyResult.CellDifference;
import io.ringhaul.VerifyResult.Times;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.internal.cql.CqlLiteral;
import io.ringhaul.internal.cql.RowKey;
import io.ringhaul.internal.ring.Murmur3;
import io.ringhaul.internal.write.CellTimeNames;
import io.ringhaul.internal.write.CellTimeTypes;
import io.ringhaul.internal.write.TimedValue;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * How the rows of both sides are encoded to compare them: the values of the primary key first, each
 * with its length before it. With times, the times of its cells follow each other value.
 */
final class ComparedRows {

  /**
   * TTLs are whole seconds, and the seconds of the server's clock may change between the time of a
   * TTL and the time at which it was read.
   */
  private static final long EXPIRY_TOLERANCE_SECONDS = 2;

  private final TableDescription table;
  private final List<ColumnDescription> columns;
  private final boolean areTimed;

  /** Whether each column is a collection that is not frozen. */
  private final boolean[] isCollection;

  /** How the values of each column are replaced; null for values that stay as they are. */
  private final @Nullable ToleratedValues[] tolerated;

  private final int keyColumns;
  private final RowKey key;

  /**
   * @param ofSource the names of the columns of the source
   * @param areTimed whether rows have the times of their cells
   * @param tolerances differences of values that do not count
   * @param fixedScales the columns of the source whose decimals have the scale of the column, so
   *     that another scale is no difference
   */
  ComparedRows(
      TableDescription table,
      List<String> ofSource,
      boolean areTimed,
      Set<Tolerance> tolerances,
      Set<String> fixedScales) {
    this.table = table;
    this.columns =
        Stream.concat(
                table.primaryKey().stream(),
                table.columns().stream()
                    .filter(column -> !column.isPrimaryKey() && ofSource.contains(column.name())))
            .toList();
    this.areTimed = areTimed;
    this.isCollection = new boolean[columns.size()];
    this.tolerated = new ToleratedValues[columns.size()];
    for (int i = 0; i < isCollection.length; i++) {
      DataType type = columns.get(i).type();
      isCollection[i] = CellTimeTypes.isMultiCell(type) && !(type instanceof UserDefinedType);
      ToleratedValues values =
          tolerated(columns.get(i).kind(), tolerances, fixedScales.contains(columns.get(i).name()));
      tolerated[i] = values.concern(type) ? values : null;
    }
    this.keyColumns = table.primaryKey().size();
    this.key = new RowKey(table, columns);
  }

  /** Clustering columns with decimals of equal value name one row, whatever their scale. */
  private static ToleratedValues tolerated(
      ColumnDescription.Kind kind, Set<Tolerance> tolerances, boolean hasFixedScale) {
    Set<Tolerance> some = EnumSet.noneOf(Tolerance.class);
    some.addAll(tolerances);
    if (hasFixedScale) {
      some.add(Tolerance.DECIMAL_SCALE);
    }
    switch (kind) {
      case PARTITION_KEY -> some.clear();
      case CLUSTERING -> some.retainAll(EnumSet.of(Tolerance.DECIMAL_SCALE));
      default -> {
        // All of them.
      }
    }
    return new ToleratedValues(some);
  }

  TableDescription table() {
    return table;
  }

  List<ColumnDescription> columns() {
    return columns;
  }

  /** What the times of a row take in memory, if each value is one cell. */
  long bytesOfTimes() {
    return (long) (columns.size() - keyColumns) * (Integer.BYTES + 2 * Long.BYTES);
  }

  /** Where the values are in the rows of one side. */
  static final class Side {

    private final int[] positions;
    private final TimedValue.Reader times;

    private Side(int[] positions, TimedValue.Reader times) {
      this.positions = positions;
      this.times = times;
    }

    TimedValue.Reader times() {
      return times;
    }
  }

  /**
   * @param ofRows the columns of the rows of a side
   */
  Side side(CellTimeNames names, List<ColumnDescription> ofRows) {
    List<String> rowNames = ofRows.stream().map(ColumnDescription::name).toList();
    return new Side(
        columns.stream().mapToInt(column -> rowNames.indexOf(column.name())).toArray(),
        new TimedValue.Reader(names, ofRows));
  }

  String key(byte[] row) {
    return key.text(values(row)::get);
  }

  /** The key of an encoded row, in memory of its own. */
  ByteBuffer keyOf(byte[] row) {
    ByteBuffer all = ByteBuffer.wrap(row);
    for (int i = 0; i < keyColumns; i++) {
      int length = all.getInt();
      all.position(all.position() + Math.max(0, length));
    }
    return ByteBuffer.wrap(Arrays.copyOf(row, all.position()));
  }

  long token(byte[] row) {
    return Murmur3.token(
        values(row).subList(0, table.partitionKey().size()).toArray(ByteBuffer[]::new));
  }

  /** The names of the columns with other values in two encoded rows with the same key. */
  List<String> differing(byte[] expected, byte[] actual) {
    List<@Nullable ByteBuffer> one = values(expected);
    List<@Nullable ByteBuffer> other = values(actual);
    return IntStream.range(0, columns.size())
        .filter(i -> !Objects.equals(one.get(i), other.get(i)))
        .mapToObj(i -> columns.get(i).name())
        .toList();
  }

  /** The names of the columns for which only the second of two rows has a value. */
  List<String> lacking(byte[] expected, byte[] actual) {
    List<@Nullable ByteBuffer> one = values(expected);
    List<@Nullable ByteBuffer> other = values(actual);
    return IntStream.range(0, columns.size())
        .filter(i -> one.get(i) == null && other.get(i) != null)
        .mapToObj(i -> columns.get(i).name())
        .toList();
  }

  /**
   * The cells with other times in two encoded rows with the same key: of equal values, and of
   * values that are one cell. Times that one side does not know are equal to any.
   */
  List<CellDifference> differingCells(byte[] expected, byte[] actual) {
    if (!areTimed) {
      return List.of();
    }
    List<CellDifference> found = new ArrayList<>();
    List<@Nullable TimedValue> ofOne = timed(expected);
    List<@Nullable TimedValue> ofOther = timed(actual);
    for (int i = keyColumns; i < columns.size(); i++) {
      TimedValue one = ofOne.get(i - keyColumns);
      TimedValue other = ofOther.get(i - keyColumns);
      if (one == null
          || other == null
          || one.count() != other.count()
          || (one.count() != 1 && !one.bytes().equals(other.bytes()))) {
        continue;
      }
      DataType type = columns.get(i).type();
      List<TimedValue.Cell> ofSource = one.cells(type);
      List<TimedValue.Cell> ofTable = other.cells(type);
      for (int cell = 0; cell < ofSource.size(); cell++) {
        if (differ(ofSource.get(cell), ofTable.get(cell))) {
          found.add(
              new CellDifference(
                  columns.get(i).name() + ofTable.get(cell).name(),
                  times(ofTable.get(cell)),
                  times(ofSource.get(cell))));
        }
      }
    }
    return found;
  }

  private static boolean differ(TimedValue.Cell one, TimedValue.Cell other) {
    boolean areWrittenTogether =
        one.writetime() == other.writetime()
            || one.writetime() == TimedValue.UNKNOWN_WRITETIME
            || other.writetime() == TimedValue.UNKNOWN_WRITETIME;
    boolean expireTogether =
        one.expiry() == TimedValue.UNKNOWN_EXPIRY
            || other.expiry() == TimedValue.UNKNOWN_EXPIRY
            || Math.abs(one.expiry() - other.expiry()) <= EXPIRY_TOLERANCE_SECONDS;
    return !areWrittenTogether || !expireTogether;
  }

  private static Times times(TimedValue.Cell cell) {
    return new Times(
        cell.writetime() == TimedValue.UNKNOWN_WRITETIME
            ? OptionalLong.empty()
            : OptionalLong.of(cell.writetime()),
        cell.expiry() >= TimedValue.UNKNOWN_EXPIRY
            ? Optional.empty()
            : Optional.of(Instant.ofEpochSecond(cell.expiry())));
  }

  /** Whether a cell of an encoded row was written at this moment or later, in microseconds. */
  boolean isWrittenSince(byte[] row, long moment) {
    return timed(row).stream().anyMatch(value -> value != null && value.isWrittenSince(moment));
  }

  /**
   * The encoded row without the cells that have expired a little after a moment; the same row if
   * there are none.
   *
   * @param moment in seconds since the epoch
   */
  byte[] after(byte[] row, long moment) {
    long end = moment + EXPIRY_TOLERANCE_SECONDS;
    List<@Nullable TimedValue> values = timed(row);
    if (values.stream().noneMatch(value -> value != null && value.firstExpiry() <= end)) {
      return row;
    }
    Encoder left = new Encoder(this);
    entries(row).subList(0, keyColumns).forEach(left::append);
    for (int i = keyColumns; i < columns.size(); i++) {
      TimedValue value = values.get(i - keyColumns);
      TimedValue later = value == null ? null : value.after(columns.get(i).type(), end);
      left.append(later == null ? null : later.bytes());
      left.append(later == null ? null : later.times());
    }
    return Arrays.copyOf(left.bytes, left.length);
  }

  /** Whether none of the values of the row's own is left. */
  boolean isGone(byte[] row, byte[] left) {
    return row != left && hasValues(row) && !hasValues(left);
  }

  private boolean hasValues(byte[] row) {
    List<@Nullable ByteBuffer> values = values(row);
    boolean isOfPartition = values.get(keyColumns - 1) == null;
    return IntStream.range(keyColumns, columns.size())
        .anyMatch(
            i ->
                values.get(i) != null
                    && (isOfPartition || columns.get(i).kind() == ColumnDescription.Kind.REGULAR));
  }

  /** The values of an encoded row as CQL literals, without those of the primary key. */
  Map<String, String> literals(byte[] row) {
    List<@Nullable ByteBuffer> values = values(row);
    Map<String, String> literals = new LinkedHashMap<>();
    for (int i = keyColumns; i < columns.size(); i++) {
      ColumnDescription column = columns.get(i);
      literals.put(column.name(), CqlLiteral.of(column.type(), values.get(i)));
    }
    return literals;
  }

  /** The values of an encoded row with times, without those of the primary key. */
  private List<@Nullable TimedValue> timed(byte[] row) {
    List<@Nullable TimedValue> values = new ArrayList<>();
    if (!areTimed) {
      return values;
    }
    List<@Nullable ByteBuffer> entries = entries(row);
    for (int at = keyColumns; at < entries.size(); at += 2) {
      ByteBuffer bytes = entries.get(at);
      ByteBuffer times = entries.get(at + 1);
      values.add(bytes == null || times == null ? null : new TimedValue(bytes, times));
    }
    return values;
  }

  private List<@Nullable ByteBuffer> values(byte[] row) {
    List<@Nullable ByteBuffer> entries = entries(row);
    if (!areTimed) {
      return entries;
    }
    List<@Nullable ByteBuffer> values = new ArrayList<>(entries.subList(0, keyColumns));
    for (int at = keyColumns; at < entries.size(); at += 2) {
      values.add(entries.get(at));
    }
    return values;
  }

  private List<@Nullable ByteBuffer> entries(byte[] row) {
    int others = columns.size() - keyColumns;
    return values(ByteBuffer.wrap(row), keyColumns + (areTimed ? 2 * others : others));
  }

  /** The first values of a row whose bytes were encoded. */
  static List<@Nullable ByteBuffer> values(ByteBuffer row, int count) {
    ByteBuffer left = row.duplicate();
    List<@Nullable ByteBuffer> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int length = left.getInt();
      values.add(length < 0 ? null : left.slice(left.position(), length));
      left.position(left.position() + Math.max(0, length));
    }
    return values;
  }

  /** Encodes one row after the other. Used by one thread. */
  static final class Encoder {

    private final ComparedRows rows;
    private final ByteBuffer[] partitionKey;
    private final CRC32C crc = new CRC32C();
    private byte[] bytes = new byte[1_024];
    private int length;
    private int keyLength;
    private long token;
    private long firstExpiry;
    private boolean isGone;
    private RawRow asRead = column -> null;

    Encoder(ComparedRows rows) {
      this.rows = rows;
      this.partitionKey = new ByteBuffer[rows.table.partitionKey().size()];
    }

    void encode(RawRow row, Side side) {
      encode(row, side, rows.columns.size());
    }

    /** The key of a row, valid until the next row. */
    ByteBuffer key(RawRow row, Side side) {
      encode(row, side, rows.keyColumns);
      return key();
    }

    private void encode(RawRow row, Side side, int count) {
      length = 0;
      isGone = false;
      asRead = column -> row.bytes(side.positions[column]);
      firstExpiry = TimedValue.NEVER;
      for (int i = 0; i < count; i++) {
        int at = side.positions[i];
        ByteBuffer value = row.bytes(at);
        if (value != null && rows.isCollection[i] && value.getInt(value.position()) == 0) {
          // Cassandra does not keep an empty collection that is not frozen: it reads as null.
          value = null;
        }
        ToleratedValues tolerated = rows.tolerated[i];
        if (value != null && tolerated != null) {
          value = tolerated.of(rows.columns.get(i).type(), value);
        }
        if (i < partitionKey.length) {
          if (value == null) {
            String name = rows.columns.get(i).name();
            throw new UnrepresentableValueException(
                name,
                String.format(
                    "A row to compare with %s has no value for %s of its partition key",
                    rows.table, TableDescription.quote(name)));
          }
          partitionKey[i] = value;
        }
        append(value);
        if (i + 1 == rows.keyColumns) {
          keyLength = length;
        } else if (i >= rows.keyColumns && rows.areTimed) {
          ByteBuffer times = value == null ? null : side.times.times(row, at, value);
          append(times);
          if (value != null && times != null) {
            firstExpiry = Math.min(firstExpiry, new TimedValue(value, times).firstExpiry());
          }
        }
      }
      token = Murmur3.token(partitionKey);
    }

    private void append(@Nullable ByteBuffer value) {
      int size = value == null ? 0 : value.remaining();
      if (bytes.length - length < Integer.BYTES + size) {
        bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + Integer.BYTES + size));
      }
      ByteBuffer out = ByteBuffer.wrap(bytes, length, Integer.BYTES + size);
      out.putInt(value == null ? -1 : size);
      if (value != null) {
        out.put(value.duplicate());
      }
      length = out.position();
    }

    /** Leaves out the cells that expire a little after a moment or before, in seconds. */
    void leaveOutExpired(long moment) {
      if (firstExpiry <= moment + EXPIRY_TOLERANCE_SECONDS) {
        byte[] row = row();
        byte[] left = rows.after(row, moment);
        isGone = rows.isGone(row, left);
        bytes = left;
        length = left.length;
      }
    }

    /** Whether no value is left of a row that had values. */
    boolean isGone() {
      return isGone;
    }

    /** The encoded row, in memory of its own. */
    byte[] row() {
      return Arrays.copyOf(bytes, length);
    }

    /**
     * The row with the values that were read, also those that are replaced to compare them; its
     * columns are the compared ones. Valid until the next row.
     */
    RawRow asRead() {
      return asRead;
    }

    /** The key of the encoded row, valid until the next row. */
    ByteBuffer key() {
      return ByteBuffer.wrap(bytes, 0, keyLength);
    }

    boolean isEqualTo(byte[] other) {
      return Arrays.equals(other, 0, other.length, bytes, 0, length);
    }

    int keyLength() {
      return keyLength;
    }

    int length() {
      return length;
    }

    long token() {
      return token;
    }

    long hash() {
      return Murmur3.token(ByteBuffer.wrap(bytes, 0, length));
    }

    long keyHash() {
      return Murmur3.token(key());
    }

    /** A second hash of another kind, so that the sums of two different sets of rows differ. */
    long checksum() {
      crc.reset();
      crc.update(bytes, 0, length);
      return crc.getValue();
    }
  }
}
