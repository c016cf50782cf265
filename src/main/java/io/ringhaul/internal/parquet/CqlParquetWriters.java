package io.ringhaul.internal.parquet;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.VectorType;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.internal.cql.ValuePath;
import io.ringhaul.internal.parquet.NestedCell.Repetition;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.parquet.ParquetValueWriter;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;

/**
 * Writers that copy rows of serialized CQL values to Parquet columns, without Java objects for the
 * values.
 *
 * <pre>{@code
 * Parquet.writeData(file)
 *     .schema(schema)
 *     .setAll(CqlParquetWriters.fileProperties(schema))
 *     .createWriterFunc((iceberg, type) -> CqlParquetWriters.rows(iceberg, type, columns))
 * }</pre>
 */
public final class CqlParquetWriters {

  private CqlParquetWriters() {}

  /**
   * Returns the writer of a file's rows. It serves one file and one thread. Each row must have
   * passed {@link #check}: the writer does not check again, and an exception in the middle of a row
   * would corrupt the file.
   *
   * <p>The row's buffers are big-endian, as the driver returns them. The writer does not move their
   * positions and does not keep references to them.
   *
   * @param schema the file's Iceberg schema: that of {@link IcebergTypes#schema}, or that of a
   *     table for which {@link IcebergCompatibility#exportProblem} returns no problem; schema
   *     columns that are not in {@code columns} are written as null
   * @param file the file's Parquet schema, as Iceberg derives it from {@code schema}
   * @param columns the columns of each row, in the row's order
   * @throws IllegalArgumentException if the schema lacks one of the columns, or requires a column
   *     that the rows do not have
   */
  public static ParquetValueWriter<RawRow> rows(
      Schema schema, MessageType file, List<ColumnDescription> columns) {
    return rowWriter(schema, file, columns, TypeChoices.NONE);
  }

  /**
   * Returns a check to run on each row before it is written. The check throws an {@link
   * UnrepresentableValueException} for a row that {@link #rows} cannot write. It serves one thread.
   *
   * @param schema the schema of the files to write
   * @param columns the columns of each row, in the row's order
   * @param choices which decimals may be padded; the rows of a strict column are written as those
   *     of a padded one
   * @throws IllegalArgumentException as {@link #rows}
   */
  public static Consumer<RawRow> check(
      Schema schema, List<ColumnDescription> columns, TypeChoices choices) {
    return rowWriter(schema, ParquetSchemaUtil.convert(schema, "row"), columns, choices)::check;
  }

  /**
   * Returns the properties that a file written by {@link #rows} needs. They switch off the
   * dictionary and Parquet's statistics for each float and double column at any depth, because both
   * convert the value to a Java number and lose the bits of a NaN. Without these properties,
   * writing the first float or double fails with an {@link UnsupportedOperationException}.
   * Iceberg's metrics of these columns are still complete.
   *
   * @param schema the file's Iceberg schema
   */
  public static Map<String, String> fileProperties(Schema schema) {
    Map<String, String> properties = new LinkedHashMap<>();
    TypeUtil.indexNameById(schema.asStruct())
        .forEach(
            (id, name) -> {
              Type.TypeID type = schema.findType(id).typeId();
              if (type == Type.TypeID.FLOAT || type == Type.TypeID.DOUBLE) {
                properties.put(
                    TableProperties.PARQUET_DICT_ENCODING_ENABLED_COLUMN_PREFIX + name, "false");
                properties.put(TableProperties.PARQUET_COLUMN_STATS_ENABLED_PREFIX + name, "false");
              }
            });
    return properties;
  }

  static RowWriter rowWriter(
      Schema schema, MessageType file, List<ColumnDescription> columns, TypeChoices choices) {
    Map<String, Integer> indexes = new HashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      requirePlace(schema, columns.get(i));
      indexes.put(columns.get(i).name(), i);
    }
    List<CellWriter> cells = new ArrayList<>();
    List<Integer> cellIndexes = new ArrayList<>();
    for (org.apache.parquet.schema.Type parquet : file.getFields()) {
      NestedField field = schema.asStruct().field(parquet.getId().intValue());
      Integer index = indexes.get(field.name());
      if (index == null) {
        cells.add(absent(field, file, parquet.getName()));
        cellIndexes.add(RowWriter.ABSENT);
      } else {
        ColumnDescription column = columns.get(index);
        cells.add(
            new CellWriters(file, choices.isStrict(column))
                .column(ValuePath.of(column), column.type(), field.type(), parquet));
        cellIndexes.add(index);
      }
    }
    return new RowWriter(cells, cellIndexes.stream().mapToInt(Integer::intValue).toArray());
  }

  private static void requirePlace(Schema schema, ColumnDescription column) {
    NestedField field = schema.asStruct().field(column.name());
    if (field == null) {
      throw new IllegalArgumentException("The schema has no column " + column.name());
    }
    IcebergCompatibility.exportProblem(column, field.type())
        .ifPresent(
            problem -> {
              throw new IllegalArgumentException("Column " + column.name() + ": " + problem);
            });
  }

  private static CellWriter absent(NestedField field, MessageType file, String name) {
    if (field.isRequired()) {
      throw new IllegalArgumentException(
          "The schema requires column " + field.name() + ", which the rows do not have");
    }
    List<ColumnDescriptor> leaves =
        file.getColumns().stream().filter(column -> column.getPath()[0].equals(name)).toList();
    return AbsentCell.of(new ValuePath(field.name(), field.name(), false, false), leaves);
  }

  /**
   * Builds the writers of a column from its CQL, Iceberg and Parquet type. The caller has checked
   * that the types are compatible.
   */
  private static final class CellWriters {

    private final MessageType file;
    private final boolean isStrict;

    /**
     * @param isStrict whether decimals must have the scale of their column
     */
    CellWriters(MessageType file, boolean isStrict) {
      this.file = file;
      this.isStrict = isStrict;
    }

    /** Returns the writer of a top-level column. */
    CellWriter column(
        ValuePath valuePath, DataType cql, Type iceberg, org.apache.parquet.schema.Type parquet) {
      return cell(valuePath, cql, iceberg, parquet, new String[] {parquet.getName()});
    }

    private CellWriter cell(
        ValuePath valuePath,
        DataType cql,
        Type iceberg,
        org.apache.parquet.schema.Type parquet,
        String[] path) {
      CellWriter value =
          parquet.isPrimitive()
              ? leaf(valuePath, CqlKind.of(cql), iceberg, file.getColumnDescription(path))
              : nested(valuePath, cql, iceberg, parquet.asGroupType(), path);
      return parquet.isRepetition(org.apache.parquet.schema.Type.Repetition.OPTIONAL)
          ? new NestedCell.NullableCell(valuePath, value, file.getMaxDefinitionLevel(path))
          : value;
    }

    private CellWriter leaf(
        ValuePath valuePath, CqlKind kind, Type iceberg, ColumnDescriptor column) {
      if (iceberg instanceof Types.DecimalType decimal) {
        return LeafCell.FixedDecimalCell.of(valuePath, kind, decimal, isStrict, column);
      }
      return switch (kind) {
        case ASCII, TEXT -> new LeafCell.TextCell(valuePath, column);
        case BLOB -> new LeafCell.BlobCell(valuePath, column);
        case BOOLEAN -> new LeafCell.BooleanCell(valuePath, column);
        case TINYINT -> new LeafCell.TinyintCell(valuePath, column);
        case SMALLINT -> new LeafCell.SmallintCell(valuePath, column);
        case INT -> new LeafCell.IntCell(valuePath, column);
        case BIGINT, COUNTER -> new LeafCell.LongCell(valuePath, column, kind);
        case TIME ->
            switch (iceberg.typeId()) {
              case TIME -> new LeafCell.MicrosOfDayCell(valuePath, column);
              case STRING -> new LeafCell.TimeTextCell(valuePath, column);
              default -> new LeafCell.TimeCell(valuePath, column);
            };
        case FLOAT -> new LeafCell.FloatCell(valuePath, column);
        case DOUBLE -> new LeafCell.DoubleCell(valuePath, column);
        case DATE -> new LeafCell.DateCell(valuePath, column);
        case TIMESTAMP -> new LeafCell.TimestampCell(valuePath, column);
        case DECIMAL -> new LeafCell.DecimalCell(valuePath, column);
        case VARINT -> new LeafCell.VarintCell(valuePath, column);
        case INET -> new LeafCell.InetCell(valuePath, column);
        case UUID, TIMEUUID ->
            iceberg.typeId() == Type.TypeID.STRING
                ? new LeafCell.UuidTextCell(valuePath, column, kind)
                : new LeafCell.UuidCell(valuePath, column, kind);
        case DURATION, LIST, SET, MAP, TUPLE, UDT, VECTOR, CUSTOM ->
            throw new IllegalStateException(kind + " does not map to a single Parquet column");
      };
    }

    private CellWriter nested(
        ValuePath valuePath, DataType cql, Type iceberg, GroupType group, String[] path) {
      return switch (CqlKind.of(cql)) {
        case DURATION -> duration(valuePath, iceberg.asStructType(), group, path);
        case TUPLE, UDT -> tuple(valuePath, cql, iceberg.asStructType(), group, path);
        case LIST ->
            new NestedCell.ListCell(
                valuePath,
                element(valuePath, ((ListType) cql).getElementType(), iceberg, group, path),
                repetition(group, path));
        case SET ->
            new NestedCell.ListCell(
                valuePath,
                element(valuePath, ((SetType) cql).getElementType(), iceberg, group, path),
                repetition(group, path));
        case MAP -> map(valuePath, (MapType) cql, iceberg.asMapType(), group, path);
        case VECTOR -> vector(valuePath, (VectorType) cql, iceberg, group, path);
        default -> throw new IllegalStateException(cql + " does not map to a Parquet group");
      };
    }

    private CellWriter element(
        ValuePath valuePath, DataType cql, Type list, GroupType group, String[] path) {
      GroupType repeated = group.getType(0).asGroupType();
      org.apache.parquet.schema.Type element = repeated.getType(0);
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
      org.apache.parquet.schema.Type key = repeated.getType(0);
      org.apache.parquet.schema.Type value = repeated.getType(1);
      return new NestedCell.MapCell(
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
        ValuePath valuePath, VectorType cql, Type iceberg, GroupType group, String[] path) {
      CellWriter element = element(valuePath, cql.getElementType(), iceberg, group, path);
      Repetition repetition = repetition(group, path);
      int length = CqlKind.lengthInVector(cql.getElementType());
      return length == CqlKind.VARIABLE
          ? new NestedCell.VariableVectorCell(valuePath, element, repetition, cql.getDimensions())
          : new NestedCell.FixedVectorCell(
              valuePath, element, repetition, cql.getDimensions(), length);
    }

    private Repetition repetition(GroupType group, String[] path) {
      String[] repeated = append(path, group.getType(0).getName());
      return new Repetition(
          file.getMaxDefinitionLevel(repeated), file.getMaxRepetitionLevel(repeated));
    }

    private CellWriter tuple(
        ValuePath valuePath,
        DataType cql,
        Types.StructType iceberg,
        GroupType group,
        String[] path) {
      List<String> names = CqlTypes.fieldNames(cql);
      List<DataType> types = CqlTypes.fieldTypes(cql);
      List<CellWriter> fields = new ArrayList<>();
      int[] positions = new int[group.getFieldCount()];
      for (org.apache.parquet.schema.Type parquet : group.getFields()) {
        // By id, because Iceberg may encode the field's name differently in the file.
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
      return new NestedCell.TupleCell(valuePath, fields, positions);
    }

    private CellWriter duration(
        ValuePath valuePath, Types.StructType iceberg, GroupType group, String[] path) {
      return new NestedCell.DurationCell(
          valuePath,
          durationPart(valuePath, iceberg, group, path, IcebergTypes.MONTHS),
          durationPart(valuePath, iceberg, group, path, IcebergTypes.DAYS),
          durationPart(valuePath, iceberg, group, path, IcebergTypes.NANOSECONDS));
    }

    private NestedCell.DurationCell.Part durationPart(
        ValuePath valuePath,
        Types.StructType iceberg,
        GroupType group,
        String[] path,
        String name) {
      int id = iceberg.field(name).fieldId();
      for (org.apache.parquet.schema.Type parquet : group.getFields()) {
        if (parquet.getId().intValue() == id) {
          return new NestedCell.DurationCell.Part(
              valuePath.child(name), file.getColumnDescription(append(path, parquet.getName())));
        }
      }
      throw new IllegalStateException(valuePath.path() + " has no Parquet column for its " + name);
    }

    private static String[] append(String[] path, String name) {
      String[] longer = Arrays.copyOf(path, path.length + 1);
      longer[path.length] = name;
      return longer;
    }
  }

  /** A column of the file that the rows do not have; always null. */
  private static final class AbsentCell extends NestedCell {

    private AbsentCell(ValuePath path, List<CellWriter> leaves) {
      super(path, leaves);
    }

    /**
     * @param leaves the Parquet columns that the column consists of
     */
    static CellWriter of(ValuePath path, List<ColumnDescriptor> leaves) {
      List<CellWriter> cells =
          leaves.stream().<CellWriter>map(leaf -> new LeafCell.BlobCell(path, leaf)).toList();
      return new NestedCell.NullableCell(path, new AbsentCell(path, cells), 1);
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      throw new UnsupportedOperationException();
    }
  }
}
