package io.ringhaul.text;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.VectorType;
import io.ringhaul.cql.CqlKind;
import io.ringhaul.cql.CqlTypes;
import io.ringhaul.cql.Site;
import io.ringhaul.exceptions.UnrepresentableValueException;
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
    return new TextWriters(true, isFact(column)).plain(Site.of(column), column.type());
  }

  /**
   * A writer of JSON values.
   *
   * @throws UnrepresentableValueException if the column is of a type without a text form
   */
  public static TextWriter json(ColumnDescription column) {
    return new TextWriters(false, isFact(column)).json(Site.of(column), column.type());
  }

  private static boolean isFact(ColumnDescription column) {
    return column.kind() == ColumnDescription.Kind.METADATA;
  }

  private TextWriter plain(Site site, DataType type) {
    CqlKind kind = CqlKind.of(type);
    return switch (kind) {
      case ASCII -> new VariableWriters.Ascii(site);
      case TEXT -> new VariableWriters.Text(site);
      case BLOB -> new VariableWriters.Blob();
      case BOOLEAN -> new FixedWriters.BooleanText(site);
      case TINYINT -> new FixedWriters.TinyintText(site);
      case SMALLINT -> new FixedWriters.SmallintText(site);
      case INT -> new FixedWriters.IntText(site);
      case BIGINT, COUNTER -> new FixedWriters.LongText(site, kind);
      case FLOAT -> new FixedWriters.FloatText(site, false);
      case DOUBLE -> new FixedWriters.DoubleText(site, false);
      case DATE -> new FixedWriters.DateText(site);
      case TIME -> new FixedWriters.TimeText(site);
      case TIMESTAMP -> new FixedWriters.TimestampText(site);
      case DECIMAL -> new VariableWriters.Decimal(site);
      case VARINT -> new VariableWriters.Varint(site);
      case DURATION -> new DurationWriter(site);
      case INET -> new VariableWriters.Inet(site);
      case UUID, TIMEUUID -> new FixedWriters.UuidText(site, kind);
      case LIST, SET, MAP, TUPLE, UDT, VECTOR -> nested(site, type);
      case CUSTOM -> throw customError(site, type);
    };
  }

  private TextWriter json(Site site, DataType type) {
    return switch (CqlKind.of(type)) {
      case ASCII, TEXT -> new StringWriters.Escaped(plain(site, type));
      case FLOAT -> new FixedWriters.FloatText(site, true);
      case DOUBLE -> new FixedWriters.DoubleText(site, true);
      case DECIMAL ->
          decimalsQuoted
              ? new StringWriters.Quoted(plain(site, type))
              : new JsonDecimal(plain(site, type));
      case BLOB, DATE, TIME, TIMESTAMP, DURATION, INET, UUID, TIMEUUID ->
          new StringWriters.Quoted(plain(site, type));
      case BOOLEAN, TINYINT, SMALLINT, INT, BIGINT, COUNTER, VARINT -> plain(site, type);
      case LIST, SET, MAP, TUPLE, UDT, VECTOR -> nested(site, type);
      case CUSTOM -> throw customError(site, type);
    };
  }

  private TextWriter nested(Site site, DataType type) {
    return switch (CqlKind.of(type)) {
      case LIST -> list(site, ((ListType) type).getElementType());
      case SET -> list(site, ((SetType) type).getElementType());
      case MAP -> {
        MapType map = (MapType) type;
        yield new NestedWriters.MapText(
            site,
            key(site.child("key"), map.getKeyType()),
            json(site.child("value"), map.getValueType()));
      }
      case VECTOR -> {
        VectorType vector = (VectorType) type;
        yield new NestedWriters.VectorText(
            site,
            json(site.child("element"), vector.getElementType()),
            vector.getDimensions(),
            CqlKind.lengthInVector(vector.getElementType()));
      }
      default -> struct(site, type);
    };
  }

  private TextWriter list(Site site, DataType element) {
    return new NestedWriters.ListText(site, json(site.child("element"), element), nullElements);
  }

  /** A key of a JSON object is a string: the plain text of the key. */
  private TextWriter key(Site site, DataType type) {
    TextWriter plain = new TextWriters(true, nullElements).plain(site, type);
    return switch (CqlKind.of(type)) {
      case ASCII, TEXT, LIST, SET, MAP, TUPLE, UDT, VECTOR -> new StringWriters.Escaped(plain);
      default -> new StringWriters.Quoted(plain);
    };
  }

  private TextWriter struct(Site site, DataType type) {
    List<String> names = CqlTypes.fieldNames(type);
    List<DataType> types = CqlTypes.fieldTypes(type);
    List<TextWriter> fields = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      fields.add(json(site.child(names.get(i)), types.get(i)));
    }
    boolean isNamed = CqlKind.of(type) == CqlKind.UDT;
    return new NestedWriters.StructText(site, isNamed ? names : List.of(), fields);
  }

  static UnrepresentableValueException customError(Site site, DataType type) {
    return site.error(
        "is of the custom type "
            + CqlTypes.text(type)
            + ", which has no text form; leave the column out");
  }
}
