package io.ringhaul.internal.iceberg;

import io.ringhaul.iceberg.IcebergSource;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericFileWriterFactory;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.deletes.EqualityDeleteWriter;
import org.apache.iceberg.deletes.PositionDelete;
import org.apache.iceberg.deletes.PositionDeleteWriter;
import org.apache.iceberg.encryption.EncryptedFiles;
import org.apache.iceberg.encryption.EncryptedOutputFile;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.io.DataWriter;

/** Tables that Iceberg's own writers make, in a catalog in memory. */
public final class ForeignTables {

  private static final Namespace LAKE = Namespace.of("lake");

  private final InMemoryCatalog catalog = new InMemoryCatalog();

  public ForeignTables() {
    catalog.initialize("foreign", Map.of());
    catalog.createNamespace(LAKE);
  }

  /** Creates a table {@code lake.NAME}. */
  public Table create(String name, Schema schema, int formatVersion) {
    return catalog
        .buildTable(TableIdentifier.of(LAKE, name), schema)
        .withPartitionSpec(PartitionSpec.unpartitioned())
        .withProperty(TableProperties.FORMAT_VERSION, Integer.toString(formatVersion))
        .create();
  }

  public IcebergSource source(String name) {
    return IcebergSource.catalog(catalog).table("lake." + name);
  }

  /** Appends a data file. */
  public static DataFile append(Table table, FileFormat format, List<Record> rows)
      throws IOException {
    DataWriter<Record> writer =
        new GenericFileWriterFactory.Builder(table)
            .dataSchema(table.schema())
            .dataFileFormat(format)
            .build()
            .newDataWriter(output(table, format), table.spec(), null);
    try (writer) {
      rows.forEach(writer::write);
    }
    table.newAppend().appendFile(writer.toDataFile()).commit();
    return writer.toDataFile();
  }

  /** Deletes the row at a position of a data file, and the rows with a value in a column. */
  public static void delete(
      Table table, FileFormat format, DataFile file, long position, Record equal)
      throws IOException {
    Schema key = new Schema(equal.struct().fields());
    GenericFileWriterFactory writers =
        new GenericFileWriterFactory.Builder(table)
            .dataSchema(table.schema())
            .deleteFileFormat(format)
            .equalityFieldIds(
                equal.struct().fields().stream().mapToInt(field -> field.fieldId()).toArray())
            .equalityDeleteRowSchema(key)
            .build();
    PositionDeleteWriter<Record> positions =
        writers.newPositionDeleteWriter(output(table, format), table.spec(), null);
    try (positions) {
      positions.write(PositionDelete.<Record>create().set(file.location(), position));
    }
    EqualityDeleteWriter<Record> values =
        writers.newEqualityDeleteWriter(output(table, format), table.spec(), null);
    try (values) {
      values.write(equal);
    }
    table
        .newRowDelta()
        .addDeletes(positions.toDeleteFile())
        .addDeletes(values.toDeleteFile())
        .commit();
  }

  private static EncryptedOutputFile output(Table table, FileFormat format) {
    return EncryptedFiles.plainAsEncryptedOutput(
        table
            .io()
            .newOutputFile(
                table
                    .locationProvider()
                    .newDataLocation(format.addExtension(UUID.randomUUID().toString()))));
  }
}
