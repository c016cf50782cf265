package io.ringhaul.internal.parquet;

import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.VInts;
import io.ringhaul.internal.cql.ValuePath;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.parquet.column.ColumnDescriptor;

/** Tuples, user-defined types and durations. */
final class StructCells {

  private StructCells() {}

  /** A tuple or user-defined type: its fields, each after its length of four bytes. */
  static final class TupleCell extends NestedCell {

    /** The fields in the order of the file's columns. */
    private final CellWriter[] fields;

    /** The place of each of them in the CQL type. */
    private final int[] positions;

    /** Where the fields of the value at hand begin, and their lengths; -1 is null. */
    private final int[] offsets;

    private final int[] lengths;

    /**
     * @param fields the fields in the order of the file's columns
     * @param positions the place of each of them in the CQL type
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
        // A value from before a field was added to its type ends early.
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

  /** A duration: three signed vints, of which months and days have 32 bits. */
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
        throw path().malformed("a duration that is cut short");
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

    /** One of the three columns; its values come from {@link DurationCell} only. */
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
}
