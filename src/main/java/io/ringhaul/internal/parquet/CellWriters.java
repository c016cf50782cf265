package io.ringhaul.internal.parquet;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.VectorType;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.internal.cql.ValuePath;
import io.ringhaul.internal.parquet.CollectionCells.Repetition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.iceberg.types.Types;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/**
 * Builds the writers of a file's columns. It walks CQL type, Iceberg type and Parquet type side by
 * side; that they fit was checked before.
 */
final class CellWriters {

  private final MessageType file;

  CellWriters(MessageType file) {
    this.file = file;
  }

  /** The writer of a column of the file. */
  CellWriter column(
      ValuePath valuePath, DataType cql, org.apache.iceberg.types.Type iceberg, Type parquet) {
    return cell(valuePath, cql, iceberg, parquet, new String[] {parquet.getName()});
  }

  private CellWriter cell(
      ValuePath valuePath,
      DataType cql,
      org.apache.iceberg.types.Type iceberg,
      Type parquet,
      String[] path) {
    CellWriter value =
        parquet.isPrimitive()
            ? leaf(valuePath, CqlKind.of(cql), iceberg, file.getColumnDescription(path))
            : nested(valuePath, cql, iceberg, parquet.asGroupType(), path);
    return parquet.isRepetition(Type.Repetition.OPTIONAL)
        ? new NullableCell(valuePath, value, file.getMaxDefinitionLevel(path))
        : value;
  }

  private static CellWriter leaf(
      ValuePath valuePath,
      CqlKind kind,
      org.apache.iceberg.types.Type iceberg,
      ColumnDescriptor column) {
    if (iceberg instanceof Types.DecimalType decimal) {
      return StrictDecimalCell.of(valuePath, kind, decimal, column);
    }
    return switch (kind) {
      case ASCII, TEXT -> new VariableCells.TextCell(valuePath, column);
      case BLOB -> new VariableCells.BlobCell(valuePath, column);
      case BOOLEAN -> new FixedCells.BooleanCell(valuePath, column);
      case TINYINT -> new FixedCells.TinyintCell(valuePath, column);
      case SMALLINT -> new FixedCells.SmallintCell(valuePath, column);
      case INT -> new FixedCells.IntCell(valuePath, column);
      case BIGINT, COUNTER -> new FixedCells.LongCell(valuePath, column, kind);
      case TIME -> new FixedCells.TimeCell(valuePath, column);
      case FLOAT -> new FixedCells.FloatCell(valuePath, column);
      case DOUBLE -> new FixedCells.DoubleCell(valuePath, column);
      case DATE -> new FixedCells.DateCell(valuePath, column);
      case TIMESTAMP -> new FixedCells.TimestampCell(valuePath, column);
      case DECIMAL -> new VariableCells.DecimalCell(valuePath, column);
      case VARINT -> new VariableCells.VarintCell(valuePath, column);
      case INET -> new VariableCells.InetCell(valuePath, column);
      case UUID, TIMEUUID -> new FixedCells.UuidCell(valuePath, column, kind);
      case DURATION, LIST, SET, MAP, TUPLE, UDT, VECTOR, CUSTOM ->
          throw new IllegalStateException(kind + " in a single column");
    };
  }

  private CellWriter nested(
      ValuePath valuePath,
      DataType cql,
      org.apache.iceberg.types.Type iceberg,
      GroupType group,
      String[] path) {
    return switch (CqlKind.of(cql)) {
      case DURATION -> duration(valuePath, iceberg.asStructType(), group, path);
      case TUPLE, UDT -> tuple(valuePath, cql, iceberg.asStructType(), group, path);
      case LIST ->
          new CollectionCells.ListCell(
              valuePath,
              element(valuePath, ((ListType) cql).getElementType(), iceberg, group, path),
              repetition(group, path));
      case SET ->
          new CollectionCells.ListCell(
              valuePath,
              element(valuePath, ((SetType) cql).getElementType(), iceberg, group, path),
              repetition(group, path));
      case MAP -> map(valuePath, (MapType) cql, iceberg.asMapType(), group, path);
      case VECTOR -> vector(valuePath, (VectorType) cql, iceberg, group, path);
      default -> throw new IllegalStateException(cql + " in a group of columns");
    };
  }

  private CellWriter element(
      ValuePath valuePath,
      DataType cql,
      org.apache.iceberg.types.Type list,
      GroupType group,
      String[] path) {
    GroupType repeated = group.getType(0).asGroupType();
    Type element = repeated.getType(0);
    return cell(
        valuePath.child("element"),
        cql,
        list.asListType().elementType(),
        element,
        append(append(path, repeated.getName()), element.getName()));
  }

  private CellWriter map(
      ValuePath valuePath, MapType cql, Types.MapType iceberg, GroupType group, String[] path) {
    GroupType repeated = group.getType(0).asGroupType();
    String[] repeatedPath = append(path, repeated.getName());
    Type key = repeated.getType(0);
    Type value = repeated.getType(1);
    return new CollectionCells.MapCell(
        valuePath,
        cell(
            valuePath.child("key"),
            cql.getKeyType(),
            iceberg.keyType(),
            key,
            append(repeatedPath, key.getName())),
        cell(
            valuePath.child("value"),
            cql.getValueType(),
            iceberg.valueType(),
            value,
            append(repeatedPath, value.getName())),
        repetition(group, path));
  }

  private CellWriter vector(
      ValuePath valuePath,
      VectorType cql,
      org.apache.iceberg.types.Type iceberg,
      GroupType group,
      String[] path) {
    CellWriter element = element(valuePath, cql.getElementType(), iceberg, group, path);
    Repetition repetition = repetition(group, path);
    int length = CqlKind.lengthInVector(cql.getElementType());
    return length == CqlKind.VARIABLE
        ? new CollectionCells.VariableVectorCell(
            valuePath, element, repetition, cql.getDimensions())
        : new CollectionCells.FixedVectorCell(
            valuePath, element, repetition, cql.getDimensions(), length);
  }

  private Repetition repetition(GroupType group, String[] path) {
    String[] repeated = append(path, group.getType(0).getName());
    return new Repetition(
        file.getMaxDefinitionLevel(repeated), file.getMaxRepetitionLevel(repeated));
  }

  private CellWriter tuple(
      ValuePath valuePath, DataType cql, Types.StructType iceberg, GroupType group, String[] path) {
    List<String> names = CqlTypes.fieldNames(cql);
    List<DataType> types = CqlTypes.fieldTypes(cql);
    List<CellWriter> fields = new ArrayList<>();
    int[] positions = new int[group.getFieldCount()];
    for (Type parquet : group.getFields()) {
      // By id: the name in the file may be spelled otherwise.
      Types.NestedField field = iceberg.field(parquet.getId().intValue());
      int position = names.indexOf(field.name());
      positions[fields.size()] = position;
      fields.add(
          cell(
              valuePath.child(field.name()),
              types.get(position),
              field.type(),
              parquet,
              append(path, parquet.getName())));
    }
    return new StructCells.TupleCell(valuePath, fields, positions);
  }

  private CellWriter duration(
      ValuePath valuePath, Types.StructType iceberg, GroupType group, String[] path) {
    return new StructCells.DurationCell(
        valuePath,
        durationPart(valuePath, iceberg, group, path, IcebergTypes.MONTHS),
        durationPart(valuePath, iceberg, group, path, IcebergTypes.DAYS),
        durationPart(valuePath, iceberg, group, path, IcebergTypes.NANOSECONDS));
  }

  private StructCells.DurationCell.Part durationPart(
      ValuePath valuePath, Types.StructType iceberg, GroupType group, String[] path, String name) {
    int id = iceberg.field(name).fieldId();
    for (Type parquet : group.getFields()) {
      if (parquet.getId().intValue() == id) {
        return new StructCells.DurationCell.Part(
            valuePath.child(name), file.getColumnDescription(append(path, parquet.getName())));
      }
    }
    throw new IllegalStateException(valuePath.path() + " has no column of its " + name);
  }

  private static String[] append(String[] path, String name) {
    String[] longer = Arrays.copyOf(path, path.length + 1);
    longer[path.length] = name;
    return longer;
  }
}
