package io.ringhaul.internal.text;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.VectorType;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.internal.cql.ValuePath;
import io.ringhaul.schema.ColumnDescription;
import java.util.ArrayList;
import java.util.List;

/** Makes the {@linkplain TextWriter writers} of columns. */
public final class TextWriters {

  /** Whether decimals are strings in JSON, because who reads it would make doubles of numbers. */
  private final boolean decimalsQuoted;

  /** Whether lists may hold nulls. */
  private final boolean nullElements;

  private TextWriters(boolean decimalsQuoted, boolean nullElements) {
    this.decimalsQuoted = decimalsQuoted;
    this.nullElements = nullElements;
  }

  /**
   * A writer of plain text: a scalar as it is, anything nested as JSON text.
   *
   * @throws UnrepresentableValueException if the column is of a type without a text form
   */
  public static TextWriter plain(ColumnDescription column) {
    return new TextWriters(true, isFact(column)).plain(ValuePath.of(column), column.type());
  }

  /**
   * A writer of JSON values.
   *
   * @throws UnrepresentableValueException if the column is of a type without a text form
   */
  public static TextWriter json(ColumnDescription column) {
    return new TextWriters(false, isFact(column)).json(ValuePath.of(column), column.type());
  }

  private static boolean isFact(ColumnDescription column) {
    return column.kind() == ColumnDescription.Kind.METADATA;
  }

  private TextWriter plain(ValuePath path, DataType type) {
    CqlKind kind = CqlKind.of(type);
    return switch (kind) {
      case ASCII -> new VariableWriters.Ascii(path);
      case TEXT -> new VariableWriters.Text(path);
      case BLOB -> new VariableWriters.Blob();
      case BOOLEAN -> new FixedWriters.BooleanText(path);
      case TINYINT -> new FixedWriters.TinyintText(path);
      case SMALLINT -> new FixedWriters.SmallintText(path);
      case INT -> new FixedWriters.IntText(path);
      case BIGINT, COUNTER -> new FixedWriters.LongText(path, kind);
      case FLOAT -> new FixedWriters.FloatText(path, false);
      case DOUBLE -> new FixedWriters.DoubleText(path, false);
      case DATE -> new FixedWriters.DateText(path);
      case TIME -> new FixedWriters.TimeText(path);
      case TIMESTAMP -> new FixedWriters.TimestampText(path);
      case DECIMAL -> new VariableWriters.Decimal(path);
      case VARINT -> new VariableWriters.Varint(path);
      case DURATION -> new DurationWriter(path);
      case INET -> new VariableWriters.Inet(path);
      case UUID, TIMEUUID -> new FixedWriters.UuidText(path, kind);
      case LIST, SET, MAP, TUPLE, UDT, VECTOR -> nested(path, type);
      case CUSTOM -> throw customError(path, type);
    };
  }

  private TextWriter json(ValuePath path, DataType type) {
    return switch (CqlKind.of(type)) {
      case ASCII, TEXT -> new StringWriters.Escaped(plain(path, type));
      case FLOAT -> new FixedWriters.FloatText(path, true);
      case DOUBLE -> new FixedWriters.DoubleText(path, true);
      case DECIMAL ->
          decimalsQuoted
              ? new StringWriters.Quoted(plain(path, type))
              : new JsonDecimal(plain(path, type));
      case BLOB, DATE, TIME, TIMESTAMP, DURATION, INET, UUID, TIMEUUID ->
          new StringWriters.Quoted(plain(path, type));
      case BOOLEAN, TINYINT, SMALLINT, INT, BIGINT, COUNTER, VARINT -> plain(path, type);
      case LIST, SET, MAP, TUPLE, UDT, VECTOR -> nested(path, type);
      case CUSTOM -> throw customError(path, type);
    };
  }

  private TextWriter nested(ValuePath path, DataType type) {
    return switch (CqlKind.of(type)) {
      case LIST -> list(path, ((ListType) type).getElementType());
      case SET -> list(path, ((SetType) type).getElementType());
      case MAP -> {
        MapType map = (MapType) type;
        yield new NestedWriters.MapText(
            path,
            key(path.child("key"), map.getKeyType()),
            json(path.child("value"), map.getValueType()));
      }
      case VECTOR -> {
        VectorType vector = (VectorType) type;
        yield new NestedWriters.VectorText(
            path,
            json(path.child("element"), vector.getElementType()),
            vector.getDimensions(),
            CqlKind.lengthInVector(vector.getElementType()));
      }
      default -> struct(path, type);
    };
  }

  private TextWriter list(ValuePath path, DataType element) {
    return new NestedWriters.ListText(path, json(path.child("element"), element), nullElements);
  }

  /** A key of a JSON object is a string: the plain text of the key. */
  private TextWriter key(ValuePath path, DataType type) {
    TextWriter plain = new TextWriters(true, nullElements).plain(path, type);
    return switch (CqlKind.of(type)) {
      case ASCII, TEXT, LIST, SET, MAP, TUPLE, UDT, VECTOR -> new StringWriters.Escaped(plain);
      default -> new StringWriters.Quoted(plain);
    };
  }

  private TextWriter struct(ValuePath path, DataType type) {
    List<String> names = CqlTypes.fieldNames(type);
    List<DataType> types = CqlTypes.fieldTypes(type);
    List<TextWriter> fields = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      fields.add(json(path.child(names.get(i)), types.get(i)));
    }
    boolean isNamed = CqlKind.of(type) == CqlKind.UDT;
    return new NestedWriters.StructText(path, isNamed ? names : List.of(), fields);
  }

  static UnrepresentableValueException customError(ValuePath path, DataType type) {
    return path.error(
        "is of the custom type "
            + CqlTypes.text(type)
            + ", which has no text form; leave the column out");
  }
}
