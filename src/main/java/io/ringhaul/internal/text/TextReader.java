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
 * Reads text as serialized CQL values of one column. It is strict: a text that does not say exactly
 * one value of the column's type is refused. What {@link TextWriters} wrote comes back byte for
 * byte, but for unusual spellings outside the partition key: a varint with more bytes than it
 * needs, a tuple that ends before its last field, an empty collection of zero bytes, a true of
 * another byte than 1.
 *
 * <p>Floats and doubles take the value nearest to the text, but never an infinity or zero for a
 * number that is neither. A reader keeps no state and can be shared by threads.
 */
public final class TextReader {

  private final ValueParser parser;

  private TextReader(ValueParser parser) {
    this.parser = parser;
  }

  /**
   * The reader of a column.
   *
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if the column is of a type without
   *     a text form
   */
  public static TextReader of(ColumnDescription column, TextOptions options) {
    return new TextReader(ValueParsers.of(column, options));
  }

  /**
   * The value of a plain text, ready to be read, never null. The empty text is the empty value of
   * ascii, text and blob, and no value of other types.
   *
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if the text is no value of the
   *     column's type, with the path to what is wrong
   */
  public ByteBuffer read(String text) {
    ByteSink out = new ByteSink(0);
    parser.parse(text, out);
    return out.toBuffer();
  }

  /**
   * Appends the value of a plain text, as {@link #read(String)} gives it.
   *
   * @param text well-formed UTF-8 in an array, from the position to the limit; both stay
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if the text is no value of the
   *     column's type, with the path to what is wrong; something may have been appended then
   */
  public void read(ByteBuffer text, ByteSink out) {
    parser.parse(text, out);
  }

  /**
   * Appends the value of a JSON value.
   *
   * @param json stands at the value's first token and is left at its last
   * @return whether it has one: false for null
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if it is no value of the column's
   *     type, with the path to what is wrong; the parser then stands somewhere within the value
   * @throws IOException if the text is no JSON
   */
  public boolean read(JsonParser json, ByteSink out) throws IOException {
    if (json.currentToken() == JsonToken.VALUE_NULL) {
      return false;
    }
    parser.parse(json, out);
    return true;
  }

  /** Makes the parsers of columns. */
  private static final class ValueParsers {

    private final TextOptions options;

    /** Whether lists may hold nulls. */
    private final boolean nullElements;

    private ValueParsers(TextOptions options, boolean nullElements) {
      this.options = options;
      this.nullElements = nullElements;
    }

    static ValueParser of(ColumnDescription column, TextOptions options) {
      boolean nullElements = column.kind() == ColumnDescription.Kind.METADATA;
      return new ValueParsers(options, nullElements).of(ValuePath.of(column), column.type());
    }

    private ValueParser of(ValuePath path, DataType type) {
      CqlKind kind = CqlKind.of(type);
      return switch (kind) {
        case ASCII -> new StringText.AsciiParser(path);
        case TEXT -> new StringText.Utf8Parser(path);
        case BLOB -> new StringText.BlobParser(path, options.blobForm());
        case BOOLEAN -> new NumberText.BooleanParser(path);
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
