package io.ringhaul.internal.parquet;

import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.inmemory.InMemoryOutputFile;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.parquet.Parquet;
import org.jspecify.annotations.Nullable;

/** Writes rows to Parquet and reads them back, like an export and an import. */
final class ParquetFiles {

  private ParquetFiles() {}

  static TableDescription table(List<ColumnDescription> columns) {
    return new TableDescription("ks", "t", columns);
  }

  static DataFile write(
      OutputFile file, Schema schema, List<ColumnDescription> columns, List<RawRow> rows) {
    return write(file, schema, columns, rows, TypeChoices.NONE);
  }

  static DataFile write(
      OutputFile file,
      Schema schema,
      List<ColumnDescription> columns,
      List<RawRow> rows,
      TypeChoices choices) {
    DataWriter<RawRow> writer =
        open(file, schema, columns, CqlParquetWriters.fileProperties(schema));
    Consumer<RawRow> check = CqlParquetWriters.check(schema, columns, choices);
    try (writer) {
      for (RawRow row : rows) {
        check.accept(row);
        writer.write(row);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return writer.toDataFile();
  }

  static DataWriter<RawRow> open(
      OutputFile file,
      Schema schema,
      List<ColumnDescription> columns,
      Map<String, String> properties) {
    try {
      return Parquet.writeData(file)
          .schema(schema)
          .withSpec(PartitionSpec.unpartitioned())
          .set("write.parquet.compression-codec", "uncompressed")
          .setAll(properties)
          .createWriterFunc((iceberg, type) -> CqlParquetWriters.rows(iceberg, type, columns))
          .overwrite()
          .build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<Record> read(OutputFile file, Schema schema) {
    try (CloseableIterable<Record> records =
        Parquet.read(file.toInputFile())
            .project(schema)
            .createReaderFunc(type -> GenericParquetReaders.buildReader(schema, type))
            .build()) {
      List<Record> all = new ArrayList<>();
      records.forEach(all::add);
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes and reads the rows, and returns the hexadecimal digits of each row's values. */
  static List<List<@Nullable String>> roundTrip(
      List<ColumnDescription> columns, List<RawRow> rows) {
    Schema schema = IcebergTypes.schema(table(columns), columns);
    InMemoryOutputFile file = new InMemoryOutputFile();
    write(file, schema, columns, rows);
    try (CloseableIterable<ReadRow> read =
        Parquet.read(file.toInputFile())
            .project(schema)
            .createReaderFunc(
                type -> CqlParquetReaders.rows(columns, schema, type, Map.of(), ReadOptions.EXACT))
            .build()) {
      List<List<@Nullable String>> all = new ArrayList<>();
      read.forEach(row -> all.add(hex(columns.size(), row)));
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<@Nullable String> hex(int size, RawRow row) {
    List<@Nullable String> values = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      ByteBuffer value = row.bytes(i);
      values.add(value == null ? null : CqlBytes.hex(value));
    }
    return values;
  }
}
