package io.ringhaul.internal.parquet;

import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.internal.cql.ValuePath;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import java.util.ArrayList;
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
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.schema.MessageType;

/**
 * Writers from rows of serialized CQL values straight to Parquet columns.
 *
 * <pre>{@code
 * Parquet.writeData(file)
 *     .schema(schema)
 *     .setAll(CqlParquetWriters.fileProperties(schema))
 *     .createWriterFunc((icebergSchema, type) -> CqlParquetWriters.rows(icebergSchema, type, columns))
 * }</pre>
 */
public final class CqlParquetWriters {

  private CqlParquetWriters() {}

  /**
   * The writer of a file's rows. It serves one file and one thread. Each row must have passed
   * {@link #check}: a row that is refused halfway would spoil the file, so nothing is checked twice
   * here.
   *
   * <p>The row's buffers are big-endian, as the driver makes them; their positions are not moved
   * and nothing of them is kept.
   *
   * @param schema the file's Iceberg schema: that of {@link IcebergTypes#schema}, or of a table
   *     that {@link IcebergCompatibility#exportProblem} finds no fault with; columns that the row
   *     has no value for stay null
   * @param file the file's Parquet schema, as Iceberg derives it from {@code schema}
   * @param columns the columns of each row, in the row's order
   * @throws IllegalArgumentException if the schema has no place for a column, or requires one that
   *     the row does not have
   */
  public static ParquetValueWriter<RawRow> rows(
      Schema schema, MessageType file, List<ColumnDescription> columns) {
    return rowWriter(schema, file, columns);
  }

  /**
   * A check of rows before they are written: it throws what {@link #rows} would throw, an {@link
   * UnrepresentableValueException}, while no file has seen the row yet. It serves one thread.
   *
   * @param schema the schema of the files to write
   * @param columns the columns of each row, in the row's order
   * @throws IllegalArgumentException as {@link #rows}
   */
  public static Consumer<RawRow> check(Schema schema, List<ColumnDescription> columns) {
    return rowWriter(schema, ParquetSchemaUtil.convert(schema, "row"), columns)::check;
  }

  /**
   * The properties that a file written by {@link #rows} needs: each float and double column,
   * however deep, without a dictionary and without Parquet's own statistics. Both go through the
   * Java value of a number, where the bits of a NaN are lost; without the properties the first such
   * value fails with an {@link UnsupportedOperationException}. Iceberg's metrics of these columns
   * are complete all the same.
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

  static RowWriter rowWriter(Schema schema, MessageType file, List<ColumnDescription> columns) {
    Map<String, Integer> indexes = new HashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      requirePlace(schema, columns.get(i));
      indexes.put(columns.get(i).name(), i);
    }
    CellWriters writers = new CellWriters(file);
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
        cells.add(writers.column(ValuePath.of(column), column.type(), field.type(), parquet));
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
    IcebergCompatibility.exportProblem(column.type(), field.type())
        .ifPresent(
            problem -> {
              throw new IllegalArgumentException("Column " + column.name() + ": " + problem);
            });
  }

  private static CellWriter absent(NestedField field, MessageType file, String name) {
    if (field.isRequired()) {
      throw new IllegalArgumentException(
          "The schema requires a column " + field.name() + ", which the rows do not have");
    }
    List<ColumnDescriptor> leaves =
        file.getColumns().stream().filter(column -> column.getPath()[0].equals(name)).toList();
    return AbsentCell.of(new ValuePath(field.name(), field.name(), false), leaves);
  }
}
