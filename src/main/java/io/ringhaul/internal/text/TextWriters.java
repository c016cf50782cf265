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

/** Creates the {@linkplain TextWriter writers} of columns. */
public final class TextWriters {

  /** True if decimals are strings in JSON, for readers that parse JSON numbers as doubles. */
  private final boolean decimalsQuoted;

  /** True if lists may hold nulls. */
  private final boolean nullElements;

  private TextWriters(boolean decimalsQuoted, boolean nullElements) {
    this.decimalsQuoted = decimalsQuoted;
    this.nullElements = nullElements;
  }

  /**
   * Returns a writer of plain text: scalars unquoted, nested values as JSON.
   *
   * @throws UnrepresentableValueException if the column's type has no text form
   */
  public static TextWriter plain(ColumnDescription column) {
    return new TextWriters(true, isFact(column)).plain(ValuePath.of(column), column.type());
  }

  /**
   * Returns a writer of JSON values.
   *
   * @throws UnrepresentableValueException if the column's type has no text form
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
      case ASCII -> new StringText.AsciiWriter(path);
      case TEXT -> new StringText.Utf8Writer(path);
      case BLOB -> new StringText.BlobWriter();
      case BOOLEAN -> new NumberText.BooleanWriter(path);
      case TINYINT -> new NumberText.TinyintWriter(path);
      case SMALLINT -> new NumberText.SmallintWriter(path);
      case INT -> new NumberText.IntWriter(path);
      case BIGINT, COUNTER -> new NumberText.LongWriter(path, kind);
      case FLOAT -> new NumberText.FloatWriter(path, false);
      case DOUBLE -> new NumberText.DoubleWriter(path, false);
      case DATE -> new TemporalText.DateWriter(path);
      case TIME -> new TemporalText.TimeWriter(path);
      case TIMESTAMP -> new TemporalText.TimestampWriter(path);
      case DECIMAL -> new NumberText.DecimalWriter(path);
      case VARINT -> new NumberText.VarintWriter(path);
      case DURATION -> new DurationText.DurationWriter(path);
      case INET -> new StringText.InetWriter(path);
      case UUID, TIMEUUID -> new StringText.UuidWriter(path, kind);
      case LIST, SET, MAP, TUPLE, UDT, VECTOR -> nested(path, type);
      case CUSTOM -> throw customError(path, type);
    };
  }

  private TextWriter json(ValuePath path, DataType type) {
    return switch (CqlKind.of(type)) {
      case ASCII, TEXT -> new StringText.EscapedWriter(plain(path, type));
      case FLOAT -> new NumberText.FloatWriter(path, true);
      case DOUBLE -> new NumberText.DoubleWriter(path, true);
      case DECIMAL ->
          decimalsQuoted
              ? new StringText.QuotedWriter(plain(path, type))
              : new NumberText.JsonDecimalWriter(plain(path, type));
      case BLOB, DATE, TIME, TIMESTAMP, DURATION, INET, UUID, TIMEUUID ->
          new StringText.QuotedWriter(plain(path, type));
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
        yield new NestedText.MapWriter(
            path,
            key(path.child("key"), map.getKeyType()),
            json(path.child("value"), map.getValueType()));
      }
      case VECTOR -> {
        VectorType vector = (VectorType) type;
        yield new NestedText.VectorWriter(
            path,
            json(path.child("element"), vector.getElementType()),
            vector.getDimensions(),
            CqlKind.lengthInVector(vector.getElementType()));
      }
      default -> struct(path, type);
    };
  }

  private TextWriter list(ValuePath path, DataType element) {
    return new NestedText.ListWriter(path, json(path.child("element"), element), nullElements);
  }

  /**
   * Returns the writer of a map key: keys of JSON objects are strings, which hold the plain text of
   * the key.
   */
  private TextWriter key(ValuePath path, DataType type) {
    TextWriter plain = new TextWriters(true, nullElements).plain(path, type);
    return switch (CqlKind.of(type)) {
      case ASCII, TEXT, LIST, SET, MAP, TUPLE, UDT, VECTOR -> new StringText.EscapedWriter(plain);
      default -> new StringText.QuotedWriter(plain);
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
    return new NestedText.StructWriter(path, isNamed ? names : List.of(), fields);
  }

  static UnrepresentableValueException customError(ValuePath path, DataType type) {
    return path.error(
        "is of the custom type "
            + CqlTypes.text(type)
            + ", which has no text form; leave the column out");
  }
}
