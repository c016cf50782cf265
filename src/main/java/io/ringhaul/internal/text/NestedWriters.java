package io.ringhaul.internal.text;

import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.VInts;
import io.ringhaul.internal.cql.ValuePath;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** Collections, vectors, tuples and user-defined types as JSON, without spaces. */
final class NestedWriters {

  private NestedWriters() {}

  private abstract static class Nested implements TextWriter {

    final ValuePath path;

    Nested(ValuePath path) {
      this.path = path;
    }

    final int intAt(ByteBuffer bytes, int index, int end) {
      if (end - index < Integer.BYTES) {
        throw path.malformed("a length is cut short");
      }
      return bytes.getInt(index);
    }

    final void requireWithin(int index, int length, int end) {
      if (length > end - index) {
        throw path.malformed("a part of " + length + " bytes is cut short");
      }
    }

    final void requireEnd(int index, int end) {
      if (index != end) {
        throw path.malformed((end - index) + " bytes too many");
      }
    }
  }

  /** A count of four bytes, then elements, each of them of parts after lengths of four bytes. */
  private abstract static class Counted extends Nested {

    private final TextWriter[] parts;
    private final boolean nullable;

    Counted(ValuePath path, boolean nullable, TextWriter... parts) {
      super(path);
      this.parts = parts;
      this.nullable = nullable;
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (length == 0) {
        // The server takes zero bytes for an empty collection, too.
        path.requireCanonical(false, "an empty collection of zero bytes");
        return;
      }
      int end = offset + length;
      int count = intAt(bytes, offset, end);
      if (count < 0) {
        throw path.malformed("a count of " + count);
      }
      int index = offset + Integer.BYTES;
      for (int i = 0; i < count; i++) {
        for (TextWriter part : parts) {
          int partLength = intAt(bytes, index, end);
          index += Integer.BYTES;
          if (partLength >= 0) {
            requireWithin(index, partLength, end);
            part.check(bytes, index, partLength);
            index += partLength;
          } else if (!nullable) {
            throw path.error("holds a null, which no collection can");
          }
        }
      }
      requireEnd(index, end);
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      boolean isMap = parts.length == 2;
      out.put(isMap ? '{' : '[');
      int count = length == 0 ? 0 : bytes.getInt(offset);
      int index = offset + Integer.BYTES;
      for (int i = 0; i < count; i++) {
        if (i > 0) {
          out.put(',');
        }
        for (int p = 0; p < parts.length; p++) {
          if (p > 0) {
            out.put(':');
          }
          int partLength = bytes.getInt(index);
          index += Integer.BYTES;
          if (partLength < 0) {
            out.putAscii("null");
          } else {
            parts[p].write(bytes, index, partLength, out);
            index += partLength;
          }
        }
      }
      out.put(isMap ? '}' : ']');
    }
  }

  /** A list or a set. */
  static final class ListText extends Counted {

    /**
     * @param nullable whether null elements are written, as facts about cells may have them
     */
    ListText(ValuePath path, TextWriter element, boolean nullable) {
      super(path, nullable, element);
    }
  }

  static final class MapText extends Counted {

    MapText(ValuePath path, TextWriter key, TextWriter value) {
      super(path, false, key, value);
    }
  }

  /** As many elements as the type says. */
  static final class VectorText extends Nested {

    private final TextWriter element;
    private final int dimension;
    private final int elementLength;

    /**
     * @param elementLength the length of each element; {@link CqlKind#VARIABLE} if each carries its
     *     own as an unsigned vint
     */
    VectorText(ValuePath path, TextWriter element, int dimension, int elementLength) {
      super(path);
      this.element = element;
      this.dimension = dimension;
      this.elementLength = elementLength;
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (length == 0) {
        throw path.lengthError(CqlKind.VECTOR, length);
      }
      int end = offset + length;
      int index = offset;
      for (int i = 0; i < dimension; i++) {
        int partLength = elementLength;
        if (elementLength == CqlKind.VARIABLE) {
          if (index == end || end - index < VInts.lengthFrom(bytes.get(index))) {
            throw path.malformed("a vector of fewer than " + dimension + " elements");
          }
          long read = VInts.read(bytes, index);
          index += VInts.lengthFrom(bytes.get(index));
          if (read < 0 || read > end - index) {
            throw path.malformed("an element of " + read + " bytes is cut short");
          }
          partLength = (int) read;
        } else if (end - index < elementLength) {
          throw path.malformed(length + " bytes for a vector of " + dimension + " elements");
        }
        element.check(bytes, index, partLength);
        index += partLength;
      }
      requireEnd(index, end);
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      out.put('[');
      int index = offset;
      for (int i = 0; i < dimension; i++) {
        if (i > 0) {
          out.put(',');
        }
        int partLength = elementLength;
        if (elementLength == CqlKind.VARIABLE) {
          partLength = (int) VInts.read(bytes, index);
          index += VInts.lengthFrom(bytes.get(index));
        }
        element.write(bytes, index, partLength, out);
        index += partLength;
      }
      out.put(']');
    }
  }

  /** A tuple as an array, or a user-defined type as an object. */
  static final class StructText extends Nested {

    private final TextWriter[] fields;

    /** What stands before each field: a bracket or comma, and the name where there are names. */
    private final byte[][] prefixes;

    private final char close;

    /**
     * @param names the fields' names; empty for a tuple
     */
    StructText(ValuePath path, List<String> names, List<TextWriter> fields) {
      super(path);
      this.fields = fields.toArray(new TextWriter[0]);
      this.prefixes = new byte[fields.size()][];
      boolean named = !names.isEmpty();
      TextSink prefix = new TextSink(0);
      for (int i = 0; i < prefixes.length; i++) {
        prefix.clear();
        prefix.put(i > 0 ? ',' : named ? '{' : '[');
        if (named) {
          prefix.putJsonString(names.get(i));
          prefix.put(':');
        }
        prefixes[i] = Arrays.copyOf(prefix.array(), prefix.size());
      }
      this.close = named ? '}' : ']';
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (length == 0) {
        throw path.lengthError(CqlKind.TUPLE, length);
      }
      int end = offset + length;
      int index = offset;
      for (TextWriter field : fields) {
        // A value from before a field was added to its type ends early.
        if (index == end) {
          path.requireCanonical(false, "a tuple that ends before its last field");
          break;
        }
        int fieldLength = intAt(bytes, index, end);
        index += Integer.BYTES;
        if (fieldLength >= 0) {
          requireWithin(index, fieldLength, end);
          field.check(bytes, index, fieldLength);
          index += fieldLength;
        }
      }
      requireEnd(index, end);
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      int end = offset + length;
      int index = offset;
      for (int i = 0; i < fields.length; i++) {
        out.put(prefixes[i]);
        int fieldLength = -1;
        if (index < end) {
          fieldLength = bytes.getInt(index);
          index += Integer.BYTES;
        }
        if (fieldLength < 0) {
          out.putAscii("null");
        } else {
          fields[i].write(bytes, index, fieldLength, out);
          index += fieldLength;
        }
      }
      out.put(close);
    }
  }
}
