package io.ringhaul.internal.text;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.ringhaul.internal.cql.ByteSink;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.VInts;
import io.ringhaul.internal.cql.ValuePath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The parsers and writers of collections, vectors, tuples and user-defined types. Their text is
 * JSON without spaces.
 */
final class NestedText {

  private static final int NULL = -1;

  private NestedText() {}

  private abstract static class NestedParser implements ValueParser {

    final ValuePath path;
    private final JsonToken start;

    NestedParser(ValuePath path, JsonToken start) {
      this.path = path;
      this.start = start;
    }

    @Override
    public final void parse(String text, ByteSink out) {
      try (JsonParser json = JsonInput.open(text)) {
        if (json.nextToken() == null) {
          throw path.error("is empty; a JSON " + ScalarParser.describe(start) + " is required");
        }
        parse(json, out);
        if (json.nextToken() != null) {
          throw path.error(
              "has text after the end of its JSON value: \"" + ScalarParser.excerpt(text) + "\"");
        }
      } catch (JsonProcessingException e) {
        throw path.error(
            "holds \""
                + ScalarParser.excerpt(text)
                + "\", which is not valid JSON: "
                + JsonInput.reason(e));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public final void parse(JsonParser json, ByteSink out) throws IOException {
      if (json.currentToken() != start) {
        throw path.error(
            "is a JSON "
                + ScalarParser.describe(json.currentToken())
                + " where a JSON "
                + ScalarParser.describe(start)
                + " is required");
      }
      parseParts(json, out);
    }

    /**
     * Parses the parts. The parser stands at the opening bracket and is left at the closing one.
     */
    abstract void parseParts(JsonParser json, ByteSink out) throws IOException;

    /** Appends the value that starts at the current token, preceded by its length in four bytes. */
    static void parseWithLength(ValueParser parser, JsonParser json, ByteSink out)
        throws IOException {
      int index = out.size();
      out.putInt(0);
      parser.parse(json, out);
      out.setInt(index, out.size() - index - Integer.BYTES);
    }

    final void requireNotNull(JsonParser json) {
      if (json.currentToken() == JsonToken.VALUE_NULL) {
        throw path.error("holds a null, which a collection cannot hold");
      }
    }
  }

  /** Parses a list or a set. The server sorts the elements of a set and removes duplicates. */
  static final class ListParser extends NestedParser {

    private final ValueParser element;
    private final boolean nullable;

    /**
     * @param nullable true if elements may be null
     */
    ListParser(ValuePath path, ValueParser element, boolean nullable) {
      super(path, JsonToken.START_ARRAY);
      this.element = element;
      this.nullable = nullable;
    }

    @Override
    void parseParts(JsonParser json, ByteSink out) throws IOException {
      int index = out.size();
      int count = 0;
      out.putInt(0);
      while (json.nextToken() != JsonToken.END_ARRAY) {
        if (nullable && json.currentToken() == JsonToken.VALUE_NULL) {
          out.putInt(NULL);
        } else {
          requireNotNull(json);
          parseWithLength(element, json, out);
        }
        count++;
      }
      out.setInt(index, count);
    }
  }

  static final class MapParser extends NestedParser {

    private final ValueParser key;
    private final ValueParser value;

    MapParser(ValuePath path, ValueParser key, ValueParser value) {
      super(path, JsonToken.START_OBJECT);
      this.key = key;
      this.value = value;
    }

    @Override
    void parseParts(JsonParser json, ByteSink out) throws IOException {
      int index = out.size();
      int count = 0;
      out.putInt(0);
      // The server would keep only one of two equal keys.
      Set<Object> seen = new HashSet<>();
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String name = json.currentName();
        ByteSink keyBytes = new ByteSink(0);
        key.parse(name, keyBytes);
        out.putInt(keyBytes.size());
        out.put(keyBytes);
        if (!seen.add(keyBytes.toBuffer())) {
          throw path.error("has the key \"" + ScalarParser.excerpt(name) + "\" twice");
        }
        json.nextToken();
        requireNotNull(json);
        parseWithLength(value, json, out);
        count++;
      }
      out.setInt(index, count);
    }
  }

  static final class VectorParser extends NestedParser {

    private final ValueParser element;
    private final int dimension;
    private final boolean variable;

    /**
     * @param variable true if each element is preceded by its length
     */
    VectorParser(ValuePath path, ValueParser element, int dimension, boolean variable) {
      super(path, JsonToken.START_ARRAY);
      this.element = element;
      this.dimension = dimension;
      this.variable = variable;
    }

    @Override
    void parseParts(JsonParser json, ByteSink out) throws IOException {
      ByteSink scratch = new ByteSink(0);
      int count = 0;
      while (json.nextToken() != JsonToken.END_ARRAY) {
        requireNotNull(json);
        if (count++ == dimension) {
          throw path.error("holds more elements than the vector's dimension of " + dimension);
        }
        if (variable) {
          scratch.clear();
          element.parse(json, scratch);
          VInts.write(scratch.size(), out);
          out.put(scratch);
        } else {
          element.parse(json, out);
        }
      }
      if (count < dimension) {
        throw path.error("holds " + count + " elements; the vector's dimension is " + dimension);
      }
    }
  }

  /** Parses a tuple: an array with all fields. */
  static final class TupleParser extends NestedParser {

    private final ValueParser[] fields;

    TupleParser(ValuePath path, List<ValueParser> fields) {
      super(path, JsonToken.START_ARRAY);
      this.fields = fields.toArray(new ValueParser[0]);
    }

    @Override
    void parseParts(JsonParser json, ByteSink out) throws IOException {
      int count = 0;
      while (json.nextToken() != JsonToken.END_ARRAY) {
        if (count == fields.length) {
          throw path.error("holds more than the " + count + " fields of the tuple");
        }
        if (json.currentToken() == JsonToken.VALUE_NULL) {
          out.putInt(NULL);
        } else {
          parseWithLength(fields[count], json, out);
        }
        count++;
      }
      if (count < fields.length) {
        throw path.error(
            "holds " + count + " elements; the tuple has " + fields.length + " fields");
      }
    }
  }

  /** Parses a user-defined type: an object. An absent field is null. */
  static final class UdtParser extends NestedParser {

    private final Map<String, Integer> positions = new HashMap<>();
    private final ValueParser[] fields;

    UdtParser(ValuePath path, List<String> names, List<ValueParser> fields) {
      super(path, JsonToken.START_OBJECT);
      for (int i = 0; i < names.size(); i++) {
        positions.put(names.get(i), i);
      }
      this.fields = fields.toArray(new ValueParser[0]);
    }

    @Override
    void parseParts(JsonParser json, ByteSink out) throws IOException {
      // The fields of the object may come in any order; serialized fields have a fixed order.
      ByteSink[] values = new ByteSink[fields.length];
      boolean[] seen = new boolean[fields.length];
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String name = json.currentName();
        Integer position = positions.get(name);
        if (position == null) {
          throw path.error(
              "has no field " + ScalarParser.excerpt(name) + ", so its value would be lost");
        }
        if (seen[position]) {
          throw path.error("has the field " + name + " twice");
        }
        seen[position] = true;
        if (json.nextToken() != JsonToken.VALUE_NULL) {
          values[position] = new ByteSink(0);
          fields[position].parse(json, values[position]);
        }
      }
      for (ByteSink value : values) {
        if (value == null) {
          out.putInt(NULL);
        } else {
          out.putInt(value.size());
          out.put(value);
        }
      }
    }
  }

  /**
   * Returns the parser of a vector. {@code elementLength} is {@link CqlKind#VARIABLE} or the length
   * in bytes.
   */
  static ValueParser vector(ValuePath path, ValueParser element, int dimension, int elementLength) {
    return new VectorParser(path, element, dimension, elementLength == CqlKind.VARIABLE);
  }

  private abstract static class NestedWriter implements TextWriter {

    final ValuePath path;

    NestedWriter(ValuePath path) {
      this.path = path;
    }

    final int intAt(ByteBuffer bytes, int index, int end) {
      if (end - index < Integer.BYTES) {
        throw path.malformed("a truncated length");
      }
      return bytes.getInt(index);
    }

    final void requireWithin(int index, int length, int end) {
      if (length > end - index) {
        throw path.malformed("a truncated part of " + length + " bytes");
      }
    }

    final void requireEnd(int index, int end) {
      if (index != end) {
        throw path.malformed((end - index) + " trailing bytes");
      }
    }
  }

  /**
   * Writes a count of four bytes and its elements. Each part of an element is preceded by its
   * length in four bytes.
   */
  private abstract static class CountedWriter extends NestedWriter {

    private final TextWriter[] parts;
    private final boolean nullable;

    CountedWriter(ValuePath path, boolean nullable, TextWriter... parts) {
      super(path);
      this.parts = parts;
      this.nullable = nullable;
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (length == 0) {
        // The server also accepts zero bytes as an empty collection.
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
            throw path.error("holds a null, which a collection cannot hold");
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

  /** Writes a list or a set. */
  static final class ListWriter extends CountedWriter {

    /**
     * @param nullable true if elements may be null, as in the lists of metadata columns
     */
    ListWriter(ValuePath path, TextWriter element, boolean nullable) {
      super(path, nullable, element);
    }
  }

  static final class MapWriter extends CountedWriter {

    MapWriter(ValuePath path, TextWriter key, TextWriter value) {
      super(path, false, key, value);
    }
  }

  /** Writes a vector. The type sets the number of elements. */
  static final class VectorWriter extends NestedWriter {

    private final TextWriter element;
    private final int dimension;
    private final int elementLength;

    /**
     * @param elementLength bytes of each element; {@link CqlKind#VARIABLE} if an unsigned vint with
     *     the length precedes each element
     */
    VectorWriter(ValuePath path, TextWriter element, int dimension, int elementLength) {
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
            throw path.malformed("a truncated element of " + read + " bytes");
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

  /** Writes a tuple as an array and a user-defined type as an object. */
  static final class StructWriter extends NestedWriter {

    private final TextWriter[] fields;

    /** The text before each field: a bracket or a comma, and the name for a user-defined type. */
    private final byte[][] prefixes;

    private final char close;

    /**
     * @param names the field names; empty for a tuple
     */
    StructWriter(ValuePath path, List<String> names, List<TextWriter> fields) {
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
        // A value that was written before a field was added to the type ends early.
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
