package io.ringhaul.text;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.VectorType;
import io.ringhaul.cql.CqlKind;
import io.ringhaul.cql.CqlTypes;
import io.ringhaul.cql.Site;
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
    return new ValueParsers(options, nullElements).of(Site.of(column), column.type());
  }

  private ValueParser of(Site site, DataType type) {
    CqlKind kind = CqlKind.of(type);
    return switch (kind) {
      case ASCII -> new TextParsers.Ascii(site);
      case TEXT -> new TextParsers.Text(site);
      case BLOB -> new TextParsers.Blob(site, options.blobForm());
      case BOOLEAN -> new NumberParsers.Bool(site);
      case TINYINT -> new NumberParsers.Whole(site, kind, Byte.BYTES);
      case SMALLINT -> new NumberParsers.Whole(site, kind, Short.BYTES);
      case INT -> new NumberParsers.Whole(site, kind, Integer.BYTES);
      case BIGINT, COUNTER -> new NumberParsers.Whole(site, kind, Long.BYTES);
      case FLOAT, DOUBLE -> new NumberParsers.Real(site, kind);
      case DATE -> new TemporalParsers.Date(site, options);
      case TIME -> new TemporalParsers.Time(site, options);
      case TIMESTAMP -> new TemporalParsers.Timestamp(site, options);
      case DECIMAL -> new NumberParsers.Decimal(site);
      case VARINT -> new NumberParsers.Varint(site);
      case DURATION -> new DurationParser(site);
      case INET -> new TextParsers.Inet(site);
      case UUID, TIMEUUID -> new TextParsers.Uuid(site, kind);
      case LIST -> list(site, ((ListType) type).getElementType());
      case SET -> list(site, ((SetType) type).getElementType());
      case MAP -> {
        MapType map = (MapType) type;
        yield new NestedParsers.MapParser(
            site,
            of(site.child("key"), map.getKeyType()),
            of(site.child("value"), map.getValueType()));
      }
      case TUPLE -> new NestedParsers.TupleParser(site, fields(site, type));
      case UDT -> new NestedParsers.UdtParser(site, CqlTypes.fieldNames(type), fields(site, type));
      case VECTOR -> {
        VectorType vector = (VectorType) type;
        DataType element = vector.getElementType();
        yield NestedParsers.vector(
            site,
            of(site.child("element"), element),
            vector.getDimensions(),
            CqlKind.lengthInVector(element));
      }
      case CUSTOM -> throw TextWriters.customError(site, type);
    };
  }

  private ValueParser list(Site site, DataType element) {
    return new NestedParsers.ListParser(site, of(site.child("element"), element), nullElements);
  }

  private List<ValueParser> fields(Site site, DataType type) {
    List<String> names = CqlTypes.fieldNames(type);
    List<DataType> types = CqlTypes.fieldTypes(type);
    List<ValueParser> fields = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      fields.add(of(site.child(names.get(i)), types.get(i)));
    }
    return fields;
  }
}
