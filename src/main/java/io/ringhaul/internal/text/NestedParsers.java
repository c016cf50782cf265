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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Collections, vectors, tuples and user-defined types: JSON, or text that is JSON. */
final class NestedParsers {

  private static final int NULL = -1;

  private NestedParsers() {}

  private abstract static class Nested implements ValueParser {

    final ValuePath path;
    private final JsonToken start;

    Nested(ValuePath path, JsonToken start) {
      this.path = path;
      this.start = start;
    }

    @Override
    public final void parse(String text, ByteSink out) {
      try (JsonParser json = JsonInput.open(text)) {
        if (json.nextToken() == null) {
          throw path.error("is empty where a JSON " + ScalarParser.describe(start) + " must be");
        }
        parse(json, out);
        if (json.nextToken() != null) {
          throw path.error("goes on after its value: \"" + ScalarParser.excerpt(text) + "\"");
        }
      } catch (JsonProcessingException e) {
        throw path.error(
            "holds \""
                + ScalarParser.excerpt(text)
                + "\", which is no JSON: "
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
                + " must be");
      }
      parseParts(json, out);
    }

    /** Parses what is between the brackets, from the opening one to the closing one. */
    abstract void parseParts(JsonParser json, ByteSink out) throws IOException;

    /** Appends the value that starts at the current token, after its length of four bytes. */
    static void parseWithLength(ValueParser parser, JsonParser json, ByteSink out)
        throws IOException {
      int index = out.size();
      out.putInt(0);
      parser.parse(json, out);
      out.setInt(index, out.size() - index - Integer.BYTES);
    }

    final void requireNotNull(JsonParser json) {
      if (json.currentToken() == JsonToken.VALUE_NULL) {
        throw path.error("holds a null, which no collection can");
      }
    }
  }

  /** A list or a set. The server sorts a set and takes equal elements for one. */
  static final class ListParser extends Nested {

    private final ValueParser element;
    private final boolean nullable;

    /**
     * @param nullable whether elements may be null
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

  static final class MapParser extends Nested {

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
      // Of two equal keys the server would keep one.
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

  static final class VectorParser extends Nested {

    private final ValueParser element;
    private final int dimension;
    private final boolean variable;

    /**
     * @param variable whether each element carries its length
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

  /** A tuple: an array with all of its fields. */
  static final class TupleParser extends Nested {

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

  /** A user-defined type: an object, in which a field that is absent is null. */
  static final class UdtParser extends Nested {

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
      // The object's order is free, that of the serialized fields is not.
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

  /** The parser of a vector whose elements are of the given kind of length. */
  static ValueParser vector(ValuePath path, ValueParser element, int dimension, int elementLength) {
    return new VectorParser(path, element, dimension, elementLength == CqlKind.VARIABLE);
  }
}
