package io.ringhaul.internal.parquet;

import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.ValuePath;
import java.nio.ByteBuffer;
import java.time.LocalTime;
import java.util.stream.Stream;
import org.apache.iceberg.DoubleFieldMetrics;
import org.apache.iceberg.FieldMetrics;
import org.apache.iceberg.FloatFieldMetrics;
import org.apache.parquet.column.ColumnDescriptor;

/** The values whose serialized length follows from their type. */
final class FixedCells {

  private FixedCells() {}

  private abstract static class FixedCell extends LeafCell {

    private final CqlKind kind;
    private final int width;

    FixedCell(ValuePath path, ColumnDescriptor descriptor, CqlKind kind, int width) {
      super(path, descriptor);
      this.kind = kind;
      this.width = width;
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (length != width) {
        throw path().lengthError(kind, length);
      }
    }
  }

  static final class BooleanCell extends FixedCell {

    BooleanCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor, CqlKind.BOOLEAN, 1);
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      super.check(bytes, offset, length);
      path().requireCanonical((bytes.get(offset) & ~1) == 0, "a boolean of neither 0 nor 1");
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      column.writeBoolean(repetitionLevel, bytes.get(offset) != 0);
    }
  }

  static final class TinyintCell extends FixedCell {

    TinyintCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor, CqlKind.TINYINT, Byte.BYTES);
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      column.writeInteger(repetitionLevel, bytes.get(offset));
    }
  }

  static final class SmallintCell extends FixedCell {

    SmallintCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor, CqlKind.SMALLINT, Short.BYTES);
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      column.writeInteger(repetitionLevel, bytes.getShort(offset));
    }
  }

  static final class IntCell extends FixedCell {

    IntCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor, CqlKind.INT, Integer.BYTES);
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      column.writeInteger(repetitionLevel, bytes.getInt(offset));
    }
  }

  /** A bigint or a counter. */
  static final class LongCell extends FixedCell {

    LongCell(ValuePath path, ColumnDescriptor descriptor, CqlKind kind) {
      super(path, descriptor, kind, Long.BYTES);
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      column.writeLong(repetitionLevel, bytes.getLong(offset));
    }
  }

  /** A time as its nanoseconds since midnight: Cassandra takes any number, CQL only one day's. */
  static final class TimeCell extends FixedCell {

    private static final long LAST = LocalTime.MAX.toNanoOfDay();

    TimeCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor, CqlKind.TIME, Long.BYTES);
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      super.check(bytes, offset, length);
      long nanos = bytes.getLong(offset);
      if (nanos < 0 || nanos > LAST) {
        throw path()
            .error("is a time of " + nanos + " ns since midnight, out of the range 0 to " + LAST);
      }
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      column.writeLong(repetitionLevel, bytes.getLong(offset));
    }
  }

  /** A date: CQL counts its days from -2^31 on, Iceberg from the epoch. */
  static final class DateCell extends FixedCell {

    DateCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor, CqlKind.DATE, Integer.BYTES);
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      column.writeInteger(repetitionLevel, bytes.getInt(offset) ^ Integer.MIN_VALUE);
    }
  }

  /** A timestamp: milliseconds in CQL, microseconds in Iceberg. */
  static final class TimestampCell extends FixedCell {

    private static final long MICROS_PER_MILLI = 1_000;
    private static final long GREATEST = Long.MAX_VALUE / MICROS_PER_MILLI;

    TimestampCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor, CqlKind.TIMESTAMP, Long.BYTES);
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      super.check(bytes, offset, length);
      long millis = bytes.getLong(offset);
      if (millis > GREATEST || millis < -GREATEST) {
        throw path()
            .error(
                "is a timestamp of "
                    + millis
                    + " ms since the epoch; Iceberg's timestamps end at "
                    + GREATEST
                    + " ms before and after it");
      }
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      column.writeLong(repetitionLevel, bytes.getLong(offset) * MICROS_PER_MILLI);
    }
  }

  static final class UuidCell extends FixedCell {

    UuidCell(ValuePath path, ColumnDescriptor descriptor, CqlKind kind) {
      super(path, descriptor, kind, 2 * Long.BYTES);
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      column.writeBinary(repetitionLevel, binary(bytes, offset, length));
    }
  }

  /**
   * A float by its raw bits. Parquet's own way turns every NaN into one; four bytes are the same
   * plain encoding, little-endian, whether they are an integer or a float. That takes a column
   * without a dictionary and without Parquet's statistics ({@link
   * CqlParquetWriters#fileProperties}); Iceberg's metrics are kept here instead.
   */
  static final class FloatCell extends FixedCell {

    private final FloatFieldMetrics.Builder metrics;

    FloatCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor, CqlKind.FLOAT, Float.BYTES);
      metrics = new FloatFieldMetrics.Builder(descriptor.getPrimitiveType().getId().intValue());
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      int bits = bytes.getInt(offset);
      column.writeInteger(repetitionLevel, bits);
      metrics.addValue(Float.intBitsToFloat(bits));
    }

    @Override
    public Stream<FieldMetrics<?>> metrics() {
      return Stream.of(metrics.build());
    }
  }

  /** A double by its raw bits, as {@link FloatCell}. */
  static final class DoubleCell extends FixedCell {

    private final DoubleFieldMetrics.Builder metrics;

    DoubleCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor, CqlKind.DOUBLE, Double.BYTES);
      metrics = new DoubleFieldMetrics.Builder(descriptor.getPrimitiveType().getId().intValue());
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      long bits = bytes.getLong(offset);
      column.writeLong(repetitionLevel, bits);
      metrics.addValue(Double.longBitsToDouble(bits));
    }

    @Override
    public Stream<FieldMetrics<?>> metrics() {
      return Stream.of(metrics.build());
    }
  }
}
