package io.ringhaul.internal.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericFileWriterFactory;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.deletes.EqualityDeleteWriter;
import org.apache.iceberg.deletes.PositionDelete;
import org.apache.iceberg.deletes.PositionDeleteWriter;
import org.apache.iceberg.encryption.EncryptedFiles;
import org.apache.iceberg.encryption.EncryptedOutputFile;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that values of the remaining rows are exact if delete files apply to a data file. */
class DeletedRowsTest {

  private static final TableDescription TABLE =
      Exports.table(
          new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY),
          new ColumnDescription("name", DataTypes.TEXT, Kind.REGULAR),
          new ColumnDescription("tags", DataTypes.listOf(DataTypes.TEXT), Kind.REGULAR),
          new ColumnDescription("note", DataTypes.ASCII, Kind.REGULAR));

  private static final String NAME = "ks.t";

  @TempDir Path folder;

  @Test
  void appliesPositionAndEqualityDeletes() throws IOException {
    Exports.run(IcebergTarget.warehouse(folder), TABLE, row(0, "ä"), row(1, "b"), row(2, "\uFFFD"));
    try (Warehouse warehouse = new Warehouse(folder)) {
      Table table = warehouse.table(NAME);
      DataFile file = Warehouse.dataFiles(table).get(0);
      delete(table, file, 0, "b");
    }
    assertThat(Exports.imported(IcebergSource.warehouse(folder), TABLE))
        .containsExactly(
            List.of("00000002", "efbfbd", "0000000100000003efbfbd", CqlBytes.hex(text("note"))));
    assertThat(Exports.imported(IcebergSource.warehouse(folder), TABLE, "id", "note"))
        .containsExactly(List.of("00000002", CqlBytes.hex(text("note"))));
  }

  @Test
  void rejectsMalformedTextInFilesWithDeletes() throws IOException {
    Exports.run(IcebergTarget.warehouse(folder), TABLE, row(0, "a"));
    try (Warehouse warehouse = new Warehouse(folder)) {
      Table table = warehouse.table(NAME);
      Path path = folder.resolve("foreign.parquet");
      MessageType type = ParquetSchemaUtil.convert(table.schema(), "t");
      try (ParquetWriter<Group> writer =
          ExampleParquetWriter.builder(new LocalOutputFile(path))
              .withConf(new PlainParquetConfiguration())
              .withType(type)
              .build()) {
        writer.write(new SimpleGroup(type).append("id", 1).append("name", "b"));
        writer.write(
            new SimpleGroup(type)
                .append("id", 2)
                .append("name", "c")
                .append("note", Binary.fromConstantByteArray(new byte[] {'x', (byte) 0xfe})));
      }
      DataFile file =
          DataFiles.builder(table.spec())
              .withInputFile(table.io().newInputFile(path.toUri().toString()))
              .withFormat(FileFormat.PARQUET)
              .withRecordCount(2)
              .build();
      table.newAppend().appendFile(file).commit();
      delete(table, file, 0, "none");
    }
    assertThatThrownBy(() -> Exports.imported(IcebergSource.warehouse(folder), TABLE))
        .isInstanceOf(UnrepresentableValueException.class)
        .hasMessageStartingWith("Row 1 read from ")
        .hasMessageEndingWith(": note contains bytes that are not well-formed UTF-8");
  }

  private static void delete(Table table, DataFile file, long place, String name)
      throws IOException {
    Schema key = table.schema().select("name");
    GenericFileWriterFactory writers =
        new GenericFileWriterFactory.Builder(table)
            .dataSchema(table.schema())
            .dataFileFormat(FileFormat.PARQUET)
            .deleteFileFormat(FileFormat.PARQUET)
            .equalityFieldIds(new int[] {table.schema().findField("name").fieldId()})
            .equalityDeleteRowSchema(key)
            .build();
    PositionDeleteWriter<Record> places =
        writers.newPositionDeleteWriter(output(table, "places"), table.spec(), null);
    try (places) {
      places.write(PositionDelete.<Record>create().set(file.location(), place));
    }
    EqualityDeleteWriter<Record> names =
        writers.newEqualityDeleteWriter(output(table, "names"), table.spec(), null);
    try (names) {
      names.write(GenericRecord.create(key).copy(Map.of("name", name)));
    }
    table.newRowDelta().addDeletes(places.toDeleteFile()).addDeletes(names.toDeleteFile()).commit();
  }

  private static EncryptedOutputFile output(Table table, String name) {
    return EncryptedFiles.plainAsEncryptedOutput(
        table.io().newOutputFile(table.locationProvider().newDataLocation(name + ".parquet")));
  }

  private static List<@Nullable ByteBuffer> row(int id, String name) {
    return Exports.row(
        CqlBytes.integer(id), text(name), CqlBytes.collection(1, text(name)), text("note"));
  }

  private static ByteBuffer text(String text) {
    return CqlBytes.text(text);
  }
}
