package io.ringhaul.internal.parquet;

import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.parquet.RowAssembler.Column;
import io.ringhaul.schema.ColumnDescription;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.parquet.ParquetValueReader;
import org.apache.iceberg.parquet.ParquetValueReaders;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.jspecify.annotations.Nullable;

/**
 * Readers from Parquet columns to serialized CQL values: what {@link CqlParquetWriters} is on the
 * way out. Columns of simple types are read without objects for their values. All others, and all
 * that is not a column of the file (constants, defaults, columns added later), are read by
 * Iceberg's generic readers and encoded by {@link CqlValueEncoder}.
 */
public final class CqlParquetReaders {

  private static final int TOP_LEVEL = 0;

  private CqlParquetReaders() {}

  /**
   * The reader of a file's rows.
   *
   * @param columns what a row has; a column whose name the schema does not have is null
   * @param expected the fields to read
   * @param file the file's schema, with field ids
   * @param constants values of fields that are not read from the file, by field id, as Iceberg's
   *     generic readers take them
   * @throws IllegalArgumentException if the types of a column do not fit; {@link
   *     IcebergCompatibility#importProblem} tells before
   */
  public static ParquetValueReader<ReadRow> rows(
      List<ColumnDescription> columns,
      Schema expected,
      MessageType file,
      Map<Integer, ?> constants) {
    List<Column> readers = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      ColumnDescription column = columns.get(i);
      NestedField field = expected.asStruct().field(column.name());
      if (field == null) {
        continue;
      }
      CqlValueEncoder encoder = CqlValueEncoder.of(column, field.type());
      ParquetValueReader<RowCells> direct =
          constants.containsKey(field.fieldId()) ? null : direct(column, field, file, encoder);
      readers.add(
          direct == null
              ? new Column(i, generic(field, file, constants), encoder)
              : new Column(i, direct, null));
    }
    return new RowAssembler(readers, columns.size());
  }

  /**
   * What makes rows of the records of Iceberg's generic readers, or of {@link #recordReader}.
   *
   * @param columns what a row has; a column whose name the schema does not have is null
   * @param expected the records' first fields, or all of them
   */
  public static Function<Record, ReadRow> records(
      List<ColumnDescription> columns, Schema expected) {
    List<RecordColumn> present = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      NestedField field = expected.asStruct().field(columns.get(i).name());
      if (field != null) {
        present.add(
            new RecordColumn(
                i,
                expected.columns().indexOf(field),
                CqlValueEncoder.of(columns.get(i), field.type())));
      }
    }
    RowCells cells = new RowCells(columns.size());
    return record -> {
      cells.clear();
      for (RecordColumn column : present) {
        cells.set(column.place, column.encoder, record.get(column.field));
      }
      return cells.row();
    };
  }

  /** Where a column is in a row, and where in a record. */
  private record RecordColumn(int place, int field, CqlValueEncoder encoder) {}

  /**
   * Iceberg's generic reader of a file's records, where those are needed: a filter of deleted rows
   * looks at records. Strings come as buffers of their bytes.
   *
   * @param expected the fields to read
   * @param strings the ids of fields that come as strings all the same, because they are compared;
   *     malformed UTF-8 is replaced in these
   */
  public static ParquetValueReader<Record> recordReader(
      Schema expected, MessageType file, Map<Integer, ?> constants, Set<Integer> strings) {
    return GenericParquetReaders.buildReader(
        TextBytes.expected(expected, strings), TextBytes.file(file), constants);
  }

  private static @Nullable ParquetValueReader<RowCells> direct(
      ColumnDescription column, NestedField field, MessageType file, CqlValueEncoder encoder) {
    Type stored = null;
    for (Type candidate : file.getFields()) {
      if (candidate.getId() != null && candidate.getId().intValue() == field.fieldId()) {
        stored = candidate;
      }
    }
    if (stored == null || !stored.isPrimitive() || stored.isRepetition(Repetition.REPEATED)) {
      return null;
    }
    ColumnReader reader =
        ColumnReaders.of(
            file.getColumnDescription(new String[] {stored.getName()}),
            field.type(),
            CqlKind.of(column.type()),
            encoder);
    return reader == null ? null : ParquetValueReaders.option(stored, TOP_LEVEL, reader);
  }

  private static ParquetValueReader<Record> generic(
      NestedField field, MessageType file, Map<Integer, ?> constants) {
    return recordReader(new Schema(field), file, constants, Set.of());
  }
}
