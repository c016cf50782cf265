package io.ringhaul.internal.parquet;

import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.VInts;
import io.ringhaul.internal.cql.ValuePath;
import java.nio.ByteBuffer;
import java.util.List;

/** Lists, sets, maps and vectors. */
final class CollectionCells {

  private CollectionCells() {}

  /**
   * The place of a repeated group in the file's schema.
   *
   * @param definitionLevel the level at which it has an element; an empty one ends one below
   * @param repetitionLevel the level of every element but the first
   */
  record Repetition(int definitionLevel, int repetitionLevel) {}

  /** A count of four bytes, then elements, each after its length of four bytes. */
  private abstract static class CountedCell extends NestedCell {

    private final CellWriter[] parts;
    private final Repetition repetition;

    /**
     * @param parts what one element consists of: itself, or key and value
     */
    CountedCell(ValuePath path, List<CellWriter> parts, Repetition repetition) {
      super(path, parts);
      this.parts = parts.toArray(new CellWriter[0]);
      this.repetition = repetition;
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (length == 0) {
        // The server takes zero bytes for an empty collection, too.
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
            throw path().error("holds a null, which no collection can");
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

  /** As many elements as the type says, one after the other. */
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

  /** As many elements as the type says, each after its length as an unsigned vint. */
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
          throw path().malformed("an element of " + elementLength + " bytes is cut short");
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
}
