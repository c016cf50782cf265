package io.ringhaul.internal.parquet;

import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.VInts;
import io.ringhaul.internal.cql.ValuePath;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.iceberg.FieldMetrics;
import org.apache.iceberg.parquet.TripleWriter;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriteStore;

/**
 * Writes values that consist of other values. The nested classes write collections, vectors,
 * tuples, user-defined types, durations and optional values.
 */
abstract class NestedCell implements CellWriter {

  private final ValuePath path;
  private final List<CellWriter> parts;
  private final List<TripleWriter<?>> columns;

  NestedCell(ValuePath path, List<CellWriter> parts) {
    this.path = path;
    this.parts = List.copyOf(parts);
    List<TripleWriter<?>> all = new ArrayList<>();
    parts.forEach(part -> all.addAll(part.columns()));
    this.columns = List.copyOf(all);
  }

  final ValuePath path() {
    return path;
  }

  @Override
  public void checkNull() {
    throw path.nullError();
  }

  @Override
  public void writeNull(int repetitionLevel) {
    throw new IllegalStateException(path.path() + " was written as null without a check");
  }

  @Override
  public final List<TripleWriter<?>> columns() {
    return columns;
  }

  @Override
  public final void setColumnStore(ColumnWriteStore store) {
    parts.forEach(part -> part.setColumnStore(store));
  }

  @Override
  public Stream<FieldMetrics<?>> metrics() {
    return parts.stream().flatMap(CellWriter::metrics);
  }

  /** Writes a null at the given definition level to each of the value's columns. */
  final void writeEnd(int repetitionLevel, int definitionLevel) {
    for (TripleWriter<?> column : columns) {
      column.writeNull(repetitionLevel, definitionLevel);
    }
  }

  /**
   * Returns the four-byte length, or count, at the index.
   *
   * @param end the index after the last byte of the enclosing value
   */
  final int lengthAt(ByteBuffer bytes, int index, int end) {
    if (end - index < Integer.BYTES) {
      throw path.malformed("a length is cut off");
    }
    return bytes.getInt(index);
  }

  /** Checks that a part that starts at the index ends within the value. */
  final void requireWithin(int index, int length, int end) {
    if (length > end - index) {
      throw path.malformed("a part of " + length + " bytes is cut off");
    }
  }

  /** Checks that no bytes follow the value's last part. */
  final void requireEnd(int index, int end) {
    if (index != end) {
      throw path.malformed((end - index) + " bytes after the last part");
    }
  }

  /**
   * The levels of a repeated group in the file's schema.
   *
   * @param definitionLevel the level at which the group has an element; an empty group ends one
   *     below
   * @param repetitionLevel the level of each element after the first
   */
  record Repetition(int definitionLevel, int repetitionLevel) {}

  /**
   * A list, set or map: a count of four bytes, then the elements, each after its length of four
   * bytes.
   */
  private abstract static class CountedCell extends NestedCell {

    private final CellWriter[] parts;
    private final Repetition repetition;

    /**
     * @param parts the writers of one element, or of a key and a value
     */
    CountedCell(ValuePath path, List<CellWriter> parts, Repetition repetition) {
      super(path, parts);
      this.parts = parts.toArray(new CellWriter[0]);
      this.repetition = repetition;
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (length == 0) {
        // The server also reads zero bytes as an empty collection.
        path().requireCanonical(false, "an empty collection of zero bytes");
        return;
      }
      int end = offset + length;
      int count = lengthAt(bytes, offset, end);
      if (count < 0) {
        throw path().malformed("a count of " + count);
      }
      int index = offset + Integer.BYTES;
      for (int i = 0; i < count; i++) {
        for (CellWriter part : parts) {
          int partLength = lengthAt(bytes, index, end);
          index += Integer.BYTES;
          if (partLength < 0) {
            throw path().error("contains a null, which no collection allows");
          }
          requireWithin(index, partLength, end);
          part.check(bytes, index, partLength);
          index += partLength;
        }
      }
      requireEnd(index, end);
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      int count = length == 0 ? 0 : bytes.getInt(offset);
      if (count == 0) {
        writeEnd(repetitionLevel, repetition.definitionLevel() - 1);
        return;
      }
      int index = offset + Integer.BYTES;
      for (int i = 0; i < count; i++) {
        int level = i == 0 ? repetitionLevel : repetition.repetitionLevel();
        for (CellWriter part : parts) {
          int partLength = bytes.getInt(index);
          index += Integer.BYTES;
          part.write(level, bytes, index, partLength);
          index += partLength;
        }
      }
    }
  }

  static final class ListCell extends CountedCell {

    ListCell(ValuePath path, CellWriter element, Repetition repetition) {
      super(path, List.of(element), repetition);
    }
  }

  static final class MapCell extends CountedCell {

    MapCell(ValuePath path, CellWriter key, CellWriter value, Repetition repetition) {
      super(path, List.of(key, value), repetition);
    }
  }

  /** A vector of elements of a fixed length. */
  static final class FixedVectorCell extends NestedCell {

    private final CellWriter element;
    private final Repetition repetition;
    private final int dimension;
    private final int elementLength;

    FixedVectorCell(
        ValuePath path,
        CellWriter element,
        Repetition repetition,
        int dimension,
        int elementLength) {
      super(path, List.of(element));
      this.element = element;
      this.repetition = repetition;
      this.dimension = dimension;
      this.elementLength = elementLength;
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (length != (long) dimension * elementLength) {
        throw length == 0
            ? path().lengthError(CqlKind.VECTOR, length)
            : path().malformed(length + " bytes for a vector of " + dimension + " elements");
      }
      for (int i = 0; i < dimension; i++) {
        element.check(bytes, offset + i * elementLength, elementLength);
      }
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      element.write(repetitionLevel, bytes, offset, elementLength);
      for (int i = 1; i < dimension; i++) {
        element.write(
            repetition.repetitionLevel(), bytes, offset + i * elementLength, elementLength);
      }
    }
  }

  /** A vector of elements of variable length, each after its length as an unsigned vint. */
  static final class VariableVectorCell extends NestedCell {

    private final CellWriter element;
    private final Repetition repetition;
    private final int dimension;

    VariableVectorCell(ValuePath path, CellWriter element, Repetition repetition, int dimension) {
      super(path, List.of(element));
      this.element = element;
      this.repetition = repetition;
      this.dimension = dimension;
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (length == 0) {
        throw path().lengthError(CqlKind.VECTOR, length);
      }
      int end = offset + length;
      int index = offset;
      for (int i = 0; i < dimension; i++) {
        if (index == end || end - index < VInts.lengthFrom(bytes.get(index))) {
          throw path().malformed("a vector of fewer than " + dimension + " elements");
        }
        long elementLength = VInts.read(bytes, index);
        index += VInts.lengthFrom(bytes.get(index));
        if (elementLength < 0 || elementLength > end - index) {
          throw path().malformed("an element of " + elementLength + " bytes is cut off");
        }
        element.check(bytes, index, (int) elementLength);
        index += (int) elementLength;
      }
      requireEnd(index, end);
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      int index = offset;
      for (int i = 0; i < dimension; i++) {
        int elementLength = (int) VInts.read(bytes, index);
        index += VInts.lengthFrom(bytes.get(index));
        element.write(
            i == 0 ? repetitionLevel : repetition.repetitionLevel(), bytes, index, elementLength);
        index += elementLength;
      }
    }
  }

  /** A tuple or user-defined type: its fields, each after its length of four bytes. */
  static final class TupleCell extends NestedCell {

    /** The fields in the order of the file's columns. */
    private final CellWriter[] fields;

    /** The position of each field in the CQL type. */
    private final int[] positions;

    /** Offsets and lengths of the current value's fields; a length of -1 is null. */
    private final int[] offsets;

    private final int[] lengths;

    /**
     * @param fields the fields in the order of the file's columns
     * @param positions the position of each field in the CQL type
     */
    TupleCell(ValuePath path, List<CellWriter> fields, int[] positions) {
      super(path, fields);
      this.fields = fields.toArray(new CellWriter[0]);
      this.positions = positions.clone();
      this.offsets = new int[positions.length];
      this.lengths = new int[positions.length];
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (length == 0) {
        throw path().lengthError(CqlKind.TUPLE, length);
      }
      int end = offset + length;
      int index = offset;
      for (int i = 0; i < lengths.length; i++) {
        // A value written before a field was added to the type ends early.
        if (index == end) {
          path().requireCanonical(false, "a tuple that ends before its last field");
          break;
        }
        int fieldLength = lengthAt(bytes, index, end);
        index += Integer.BYTES;
        requireWithin(index, fieldLength, end);
        index += Math.max(fieldLength, 0);
      }
      requireEnd(index, end);

      locate(bytes, offset, length);
      for (int i = 0; i < fields.length; i++) {
        int position = positions[i];
        if (lengths[position] < 0) {
          fields[i].checkNull();
        } else {
          fields[i].check(bytes, offsets[position], lengths[position]);
        }
      }
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      locate(bytes, offset, length);
      for (int i = 0; i < fields.length; i++) {
        int position = positions[i];
        if (lengths[position] < 0) {
          fields[i].writeNull(repetitionLevel);
        } else {
          fields[i].write(repetitionLevel, bytes, offsets[position], lengths[position]);
        }
      }
    }

    private void locate(ByteBuffer bytes, int offset, int length) {
      int end = offset + length;
      int index = offset;
      for (int i = 0; i < lengths.length; i++) {
        if (index == end) {
          lengths[i] = -1;
          continue;
        }
        lengths[i] = bytes.getInt(index);
        index += Integer.BYTES;
        offsets[i] = index;
        index += Math.max(lengths[i], 0);
      }
    }
  }

  /** A duration: months and days as signed vints of 32 bits, nanoseconds as one of 64 bits. */
  static final class DurationCell extends NestedCell {

    private final Part months;
    private final Part days;
    private final Part nanoseconds;

    DurationCell(ValuePath path, Part months, Part days, Part nanoseconds) {
      super(path, List.of(months, days, nanoseconds));
      this.months = months;
      this.days = days;
      this.nanoseconds = nanoseconds;
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (length == 0) {
        throw path().lengthError(CqlKind.DURATION, length);
      }
      int end = offset + length;
      int index = checkVint(bytes, offset, end, true);
      index = checkVint(bytes, index, end, true);
      index = checkVint(bytes, index, end, false);
      requireEnd(index, end);
    }

    private int checkVint(ByteBuffer bytes, int index, int end, boolean of32Bits) {
      if (index == end || end - index < VInts.lengthFrom(bytes.get(index))) {
        throw path().malformed("a duration that is cut off");
      }
      long value = VInts.unfold(VInts.read(bytes, index));
      if (of32Bits && value != (int) value) {
        throw path().malformed("a duration of " + value + " months or days");
      }
      return index + VInts.lengthFrom(bytes.get(index));
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      int daysIndex = offset + VInts.lengthFrom(bytes.get(offset));
      int nanosecondsIndex = daysIndex + VInts.lengthFrom(bytes.get(daysIndex));
      months.writeInt(repetitionLevel, (int) VInts.unfold(VInts.read(bytes, offset)));
      days.writeInt(repetitionLevel, (int) VInts.unfold(VInts.read(bytes, daysIndex)));
      nanoseconds.writeLong(repetitionLevel, VInts.unfold(VInts.read(bytes, nanosecondsIndex)));
    }

    /** One of the three columns; {@link DurationCell} checks and writes its values. */
    static final class Part extends LeafCell {

      Part(ValuePath path, ColumnDescriptor descriptor) {
        super(path, descriptor);
      }

      void writeInt(int repetitionLevel, int value) {
        column.writeInteger(repetitionLevel, value);
      }

      void writeLong(int repetitionLevel, long value) {
        column.writeLong(repetitionLevel, value);
      }

      @Override
      public void check(ByteBuffer bytes, int offset, int length) {
        throw new UnsupportedOperationException();
      }

      @Override
      public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
        throw new UnsupportedOperationException();
      }
    }
  }

  /** An optional value. */
  static final class NullableCell extends NestedCell {

    private final CellWriter value;
    private final int definitionLevel;
    private long nulls;

    /**
     * @param definitionLevel the level at which the value is present; null is one below
     */
    NullableCell(ValuePath path, CellWriter value, int definitionLevel) {
      super(path, List.of(value));
      this.value = value;
      this.definitionLevel = definitionLevel;
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      value.check(bytes, offset, length);
    }

    @Override
    public void checkNull() {
      // Null is allowed.
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      value.write(repetitionLevel, bytes, offset, length);
    }

    @Override
    public void writeNull(int repetitionLevel) {
      nulls++;
      writeEnd(repetitionLevel, definitionLevel - 1);
    }

    @Override
    public Stream<FieldMetrics<?>> metrics() {
      return value.metrics().map(this::withNulls);
    }

    private <T> FieldMetrics<T> withNulls(FieldMetrics<T> metrics) {
      return new FieldMetrics<>(
          metrics.id(),
          metrics.valueCount() + nulls,
          metrics.nullValueCount() + nulls,
          metrics.nanValueCount(),
          metrics.lowerBound(),
          metrics.upperBound());
    }
  }
}
