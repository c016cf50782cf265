package io.ringhaul.internal.text;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.VectorType;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.ringhaul.internal.cql.ByteSink;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.internal.cql.ValuePath;
import io.ringhaul.schema.ColumnDescription;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Parses text into serialized CQL values of one column. A text that is not exactly one value of the
 * column's type is rejected. Values written by {@link TextWriters} come back byte for byte, except
 * non-canonical encodings outside the partition key: a varint with redundant bytes, a tuple that
 * ends before its last field, an empty collection of zero bytes, a true encoded as a byte other
 * than 1.
 *
 * <p>Floats and doubles are rounded to the nearest value, but a finite number never becomes an
 * infinity and a nonzero number never becomes zero. Stateless and thread-safe.
 */
public final class TextReader {

  private final ValueParser parser;

  private TextReader(ValueParser parser) {
    this.parser = parser;
  }

  /**
   * Returns the reader of a column.
   *
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if the column's type has no text
   *     form
   */
  public static TextReader of(ColumnDescription column, TextOptions options) {
    return new TextReader(ValueParsers.of(column, options));
  }

  /**
   * Returns the reader of a value in a row.
   *
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if the type has no text form
   */
  public static TextReader of(ValuePath path, DataType type, TextOptions options) {
    return new TextReader(new ValueParsers(options, false).of(path, type));
  }

  /**
   * Parses a plain text. The empty text is the empty value of ascii, text and blob, and invalid for
   * other types.
   *
   * @return the value, positioned at its start; never null
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if the text is not a value of the
   *     column's type; the message has the path to the invalid part
   */
  public ByteBuffer read(String text) {
    ByteSink out = new ByteSink(0);
    parser.parse(text, out);
    return out.toBuffer();
  }

  /**
   * Appends the value of a plain text, see {@link #read(String)}.
   *
   * @param text well-formed UTF-8 in an array, from position to limit; position and limit are not
   *     changed
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if the text is not a value of the
   *     column's type; the message has the path to the invalid part, and {@code out} may hold a
   *     part of the value
   */
  public void read(ByteBuffer text, ByteSink out) {
    parser.parse(text, out);
  }

  /**
   * Appends the value of a JSON value.
   *
   * @param json stands at the value's first token and is left at its last
   * @return false for null
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if the JSON value is not a value
   *     of the column's type; the message has the path to the invalid part, and the parser stands
   *     within the value
   * @throws IOException if the text is not valid JSON
   */
  public boolean read(JsonParser json, ByteSink out) throws IOException {
    if (json.currentToken() == JsonToken.VALUE_NULL) {
      return false;
    }
    parser.parse(json, out);
    return true;
  }

  /** Creates the parsers of columns. */
  private static final class ValueParsers {

    private final TextOptions options;

    /** True if lists may hold nulls. */
    private final boolean nullElements;

    private ValueParsers(TextOptions options, boolean nullElements) {
      this.options = options;
      this.nullElements = nullElements;
    }

    static ValueParser of(ColumnDescription column, TextOptions options) {
      boolean nullElements = column.kind() == ColumnDescription.Kind.METADATA;
      ValueParser parser =
          new ValueParsers(options, nullElements).of(ValuePath.of(column), column.type());
      return parser instanceof NumberText.NumberParser numbers && options.numberLocale().isPresent()
          ? new LocalNumbers(numbers, options.numberLocale().get())
          : parser;
    }

    private ValueParser of(ValuePath path, DataType type) {
      CqlKind kind = CqlKind.of(type);
      return switch (kind) {
        case ASCII -> new StringText.AsciiParser(path);
        case TEXT -> new StringText.Utf8Parser(path);
        case BLOB -> new StringText.BlobParser(path, options.blobForm());
        case BOOLEAN -> new NumberText.BooleanParser(path, options.booleans());
        case TINYINT -> new NumberText.WholeParser(path, kind, Byte.BYTES);
        case SMALLINT -> new NumberText.WholeParser(path, kind, Short.BYTES);
        case INT -> new NumberText.WholeParser(path, kind, Integer.BYTES);
        case BIGINT, COUNTER -> new NumberText.WholeParser(path, kind, Long.BYTES);
        case FLOAT, DOUBLE -> new NumberText.RealParser(path, kind);
        case DATE -> new TemporalText.DateParser(path, options);
        case TIME -> new TemporalText.TimeParser(path, options);
        case TIMESTAMP -> new TemporalText.TimestampParser(path, options);
        case DECIMAL -> new NumberText.DecimalParser(path);
        case VARINT -> new NumberText.VarintParser(path);
        case DURATION -> new DurationText.DurationParser(path);
        case INET -> new StringText.InetParser(path);
        case UUID, TIMEUUID -> new StringText.UuidParser(path, kind);
        case LIST -> list(path, ((ListType) type).getElementType());
        case SET -> list(path, ((SetType) type).getElementType());
        case MAP -> {
          MapType map = (MapType) type;
          yield new NestedText.MapParser(
              path,
              of(path.child("key"), map.getKeyType()),
              of(path.child("value"), map.getValueType()));
        }
        case TUPLE -> new NestedText.TupleParser(path, fields(path, type));
        case UDT -> new NestedText.UdtParser(path, CqlTypes.fieldNames(type), fields(path, type));
        case VECTOR -> {
          VectorType vector = (VectorType) type;
          DataType element = vector.getElementType();
          yield NestedText.vector(
              path,
              of(path.child("element"), element),
              vector.getDimensions(),
              CqlKind.lengthInVector(element));
        }
        case CUSTOM -> throw TextWriters.customError(path, type);
      };
    }

    private ValueParser list(ValuePath path, DataType element) {
      return new NestedText.ListParser(path, of(path.child("element"), element), nullElements);
    }

    private List<ValueParser> fields(ValuePath path, DataType type) {
      List<String> names = CqlTypes.fieldNames(type);
      List<DataType> types = CqlTypes.fieldTypes(type);
      List<ValueParser> fields = new ArrayList<>();
      for (int i = 0; i < types.size(); i++) {
        fields.add(of(path.child(names.get(i)), types.get(i)));
      }
      return fields;
    }
  }
}
