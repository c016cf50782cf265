package io.ringhaul.parquet;

import io.ringhaul.exceptions.BulkOperationException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.apache.iceberg.Schema;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.parquet.ParquetValueReader;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/** Parquet files as other tools write them. */
final class ForeignFiles {

  private ForeignFiles() {}

  /**
   * Writes a file of a shape that is drawn: with many pages, with several row groups, with
   * dictionaries, also with such as end within a column, in either version of the pages.
   */
  static Path write(Path folder, MessageType type, List<Group> rows, Random random) {
    try {
      Path file = Files.createTempFile(folder, "rows", ".parquet");
      Files.delete(file);
      ExampleParquetWriter.Builder builder =
          ExampleParquetWriter.builder(new LocalOutputFile(file))
              .withConf(new PlainParquetConfiguration())
              .withType(type)
              .withDictionaryEncoding(random.nextBoolean())
              .withWriterVersion(
                  random.nextBoolean() ? WriterVersion.PARQUET_1_0 : WriterVersion.PARQUET_2_0);
      if (random.nextBoolean()) {
        builder.withMinRowCountForPageSizeCheck(1).withPageRowCountLimit(7);
      }
      if (random.nextBoolean()) {
        builder.withDictionaryPageSize(64);
      }
      if (random.nextBoolean()) {
        builder.withRowGroupRowCountLimit(25);
      }
      try (ParquetWriter<Group> writer = builder.build()) {
        for (Group row : rows) {
          writer.write(row);
        }
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The rows of a file, in the order that they have in it. */
  static <T> List<T> rows(
      Path file, Schema schema, Function<MessageType, ParquetValueReader<T>> reader) {
    try (CloseableIterable<T> content =
        Parquet.read(org.apache.iceberg.Files.localInput(file.toFile()))
            .project(schema)
            .createReaderFunc(reader::apply)
            .build()) {
      List<T> rows = new ArrayList<>();
      content.forEach(rows::add);
      return rows;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A row's values as hexadecimal digits, or why it is refused. */
  static String outcome(ReadRow row, int size) {
    @Nullable BulkOperationException problem = row.problem();
    return problem == null ? ParquetFiles.hex(size, row).toString() : problem.toString();
  }
}
