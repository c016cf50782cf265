package io.ringhaul.internal.text;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.VectorType;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.internal.cql.ValuePath;
import io.ringhaul.schema.ColumnDescription;
import java.util.ArrayList;
import java.util.List;

/** Makes the parsers of columns. */
final class ValueParsers {

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
      case ASCII -> new TextParsers.Ascii(path);
      case TEXT -> new TextParsers.Text(path);
      case BLOB -> new TextParsers.Blob(path, options.blobForm());
      case BOOLEAN -> new NumberParsers.Bool(path);
      case TINYINT -> new NumberParsers.Whole(path, kind, Byte.BYTES);
      case SMALLINT -> new NumberParsers.Whole(path, kind, Short.BYTES);
      case INT -> new NumberParsers.Whole(path, kind, Integer.BYTES);
      case BIGINT, COUNTER -> new NumberParsers.Whole(path, kind, Long.BYTES);
      case FLOAT, DOUBLE -> new NumberParsers.Real(path, kind);
      case DATE -> new TemporalParsers.Date(path, options);
      case TIME -> new TemporalParsers.Time(path, options);
      case TIMESTAMP -> new TemporalParsers.Timestamp(path, options);
      case DECIMAL -> new NumberParsers.Decimal(path);
      case VARINT -> new NumberParsers.Varint(path);
      case DURATION -> new DurationParser(path);
      case INET -> new TextParsers.Inet(path);
      case UUID, TIMEUUID -> new TextParsers.Uuid(path, kind);
      case LIST -> list(path, ((ListType) type).getElementType());
      case SET -> list(path, ((SetType) type).getElementType());
      case MAP -> {
        MapType map = (MapType) type;
        yield new NestedParsers.MapParser(
            path,
            of(path.child("key"), map.getKeyType()),
            of(path.child("value"), map.getValueType()));
      }
      case TUPLE -> new NestedParsers.TupleParser(path, fields(path, type));
      case UDT -> new NestedParsers.UdtParser(path, CqlTypes.fieldNames(type), fields(path, type));
      case VECTOR -> {
        VectorType vector = (VectorType) type;
        DataType element = vector.getElementType();
        yield NestedParsers.vector(
            path,
            of(path.child("element"), element),
            vector.getDimensions(),
            CqlKind.lengthInVector(element));
      }
      case CUSTOM -> throw TextWriters.customError(path, type);
    };
  }

  private ValueParser list(ValuePath path, DataType element) {
    return new NestedParsers.ListParser(path, of(path.child("element"), element), nullElements);
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
