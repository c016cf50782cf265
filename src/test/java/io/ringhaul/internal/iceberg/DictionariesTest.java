package io.ringhaul.internal.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.format.TargetSession;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.internal.parquet.TypeChoices;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.parquet.Parquet;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.io.LocalInputFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests which columns of an export's files have dictionaries, and that sampling loses no row. */
class DictionariesTest {

  private static final int ROWS = 4_000;

  /** The period of a column whose values repeat only after the sampled rows. */
  private static final int LATE = 1_000;

  private static final TableDescription TABLE =
      Exports.table(
          new ColumnDescription("id", DataTypes.BIGINT, Kind.PARTITION_KEY),
          new ColumnDescription("kind", DataTypes.TEXT, Kind.REGULAR),
          new ColumnDescription("late", DataTypes.TEXT, Kind.REGULAR),
          new ColumnDescription("note", DataTypes.TEXT, Kind.REGULAR),
          new ColumnDescription("marks", DataTypes.listOf(DataTypes.INT), Kind.REGULAR));

  @TempDir private Path folder;

  @Test
  void columnsWithRepeatedFirstValuesHaveDictionaries() throws IOException {
    write(IcebergTarget.warehouse(folder), ROWS);
    assertThat(columnsWithDictionaries()).containsExactly("kind", "marks.list.element");
    assertThat(ids()).containsExactlyElementsOf(numbers(ROWS));
  }

  @Test
  void columnPropertiesOverrideTheSample() throws IOException {
    write(
        IcebergTarget.warehouse(folder)
            .property("write.parquet.dict-encoding-enabled.column.late", "true")
            .property("write.parquet.dict-encoding-enabled.column.kind", "false"),
        ROWS);
    assertThat(columnsWithDictionaries()).containsExactly("late", "marks.list.element");
    assertThat(ids()).containsExactlyElementsOf(numbers(ROWS));
  }

  @Test
  void writesSampledRowsWhenTheFileEnds() throws IOException {
    DataFile file = write(IcebergTarget.warehouse(folder), 3);
    assertThat(file.recordCount()).isEqualTo(3);
    assertThat(file.valueCounts()).containsEntry(1, 3L);
    assertThat(ids()).containsExactly(0L, 1L, 2L);
  }

  private Path file() {
    return folder.resolve("rows.parquet");
  }

  private DataFile write(IcebergTarget target, int rows) throws IOException {
    WriteLayout layout;
    try (TargetSession session = target.open()) {
      layout = WriteLayout.decode(session.plan(Exports.description(TABLE, UUID.randomUUID())));
    }
    DataWriter<RawRow> writer =
        new ParquetRows(layout, TABLE.columns(), TypeChoices.NONE)
            .open(new LocalFileIO().newOutputFile(LocalFileIO.location(file())), null);
    try (writer) {
      for (int i = 0; i < rows; i++) {
        ByteBuffer[] values = {
          ByteBuffer.allocate(Long.BYTES).putLong(0, i),
          text("kind " + i % 6),
          text("late " + i % LATE),
          text("note " + i),
          ByteBuffer.allocate(12).putInt(1).putInt(Integer.BYTES).putInt(i % 5).flip()
        };
        writer.write(column -> values[column]);
      }
    }
    return writer.toDataFile();
  }

  private static ByteBuffer text(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private Set<String> columnsWithDictionaries() throws IOException {
    Set<String> columns = new TreeSet<>();
    try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file()))) {
      for (BlockMetaData rowGroup : reader.getRowGroups()) {
        for (ColumnChunkMetaData chunk : rowGroup.getColumns()) {
          if (chunk.hasDictionaryPage()) {
            columns.add(chunk.getPath().toDotString());
          }
        }
      }
    }
    return columns;
  }

  private List<Long> ids() throws IOException {
    Schema schema;
    try (TargetSession session = IcebergTarget.warehouse(folder).open()) {
      schema =
          WriteLayout.decode(session.plan(Exports.description(TABLE, UUID.randomUUID()))).schema();
    }
    List<Long> ids = new ArrayList<>();
    try (CloseableIterable<Record> records =
        Parquet.read(new LocalFileIO().newInputFile(LocalFileIO.location(file())))
            .project(schema)
            .createReaderFunc(file -> GenericParquetReaders.buildReader(schema, file))
            .build()) {
      records.forEach(row -> ids.add((Long) row.getField("id")));
    }
    return ids;
  }

  private static List<Long> numbers(int count) {
    List<Long> numbers = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      numbers.add(i);
    }
    return numbers;
  }
}
