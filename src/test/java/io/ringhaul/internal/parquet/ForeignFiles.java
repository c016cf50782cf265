package io.ringhaul.internal.parquet;

import io.ringhaul.exceptions.BulkOperationException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.parquet.ParquetValueReader;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.column.values.rle.RunLengthBitPackingHybridEncoder;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.jspecify.annotations.Nullable;

/** Writes Parquet files as other tools write them. */
public final class ForeignFiles {

  private ForeignFiles() {}

  /**
   * Writes a file of a random shape: many pages, several row groups, dictionaries (also some that
   * Parquet drops within a column), and either page version.
   */
  public static Path write(Path folder, MessageType type, List<Group> rows, Random random) {
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

  /** Writes a file with row groups of the given number of rows, without dictionaries. */
  public static Path write(Path file, MessageType type, List<Group> rows, int rowsInGroup) {
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withType(type)
            .withDictionaryEncoding(false)
            .withRowGroupRowCountLimit(rowsInGroup)
            .build()) {
      for (Group row : rows) {
        writer.write(row);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }

  /** Replaces a file's footer with a changed one. */
  public static void alter(Path file, Consumer<FileMetaData> change) {
    try {
      byte[] bytes = Files.readAllBytes(file);
      int start = footer(bytes);
      FileMetaData footer =
          Util.readFileMetaData(new ByteArrayInputStream(bytes, start, bytes.length - start));
      change.accept(footer);
      ByteArrayOutputStream changed = new ByteArrayOutputStream();
      changed.write(bytes, 0, start);
      Util.writeFileMetaData(footer, changed);
      int length = changed.size() - start;
      changed.write(
          ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(0, length).array());
      changed.write("PAR1".getBytes(StandardCharsets.US_ASCII));
      Files.write(file, changed.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes the bytes of a file from the given offset up to its footer. */
  public static void cut(Path file, long from) {
    try {
      byte[] bytes = Files.readAllBytes(file);
      ByteArrayOutputStream rest = new ByteArrayOutputStream();
      rest.write(bytes, 0, (int) from);
      int start = footer(bytes);
      rest.write(bytes, start, bytes.length - start);
      Files.write(file, rest.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int footer(byte[] bytes) {
    int end = bytes.length - 8;
    return end - ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(end);
  }

  /**
   * Writes a file with an int column {@code id} and a list column {@code numbers} of non-null
   * values. The values of both count up from 0.
   *
   * @param levels the repetition levels of the values
   */
  public static Path lists(Path file, int rows, int... levels) {
    MessageType type =
        MessageTypeParser.parseMessageType(
            "message m { required int32 id; required group numbers (LIST) { repeated group list {"
                + " required int32 element; } } }");
    try (ParquetFileWriter writer =
        new ParquetFileWriter(
            new LocalOutputFile(file),
            type,
            ParquetFileWriter.Mode.CREATE,
            1 << 20,
            0,
            null,
            ParquetProperties.builder().build())) {
      writer.start();
      writer.startBlock(rows);
      column(writer, type.getColumns().get(0), rows, rows, BytesInput.empty());
      column(
          writer,
          type.getColumns().get(1),
          rows,
          levels.length,
          BytesInput.concat(levels(levels), levels(IntStream.of(levels).map(l -> 1).toArray())));
      writer.endBlock();
      writer.end(Map.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }

  private static BytesInput levels(int... levels) throws IOException {
    RunLengthBitPackingHybridEncoder encoder =
        new RunLengthBitPackingHybridEncoder(1, 64, 1 << 10, HeapByteBufferAllocator.getInstance());
    for (int level : levels) {
      encoder.writeInt(level);
    }
    BytesInput bytes = encoder.toBytes();
    return BytesInput.concat(BytesInput.fromInt((int) bytes.size()), bytes);
  }

  private static void column(
      ParquetFileWriter writer, ColumnDescriptor column, int rows, int values, BytesInput levels)
      throws IOException {
    ByteBuffer plain = ByteBuffer.allocate(4 * values).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < values; i++) {
      plain.putInt(i);
    }
    BytesInput page = BytesInput.concat(levels, BytesInput.from(plain.array()));
    writer.startColumn(column, values, CompressionCodecName.UNCOMPRESSED);
    writer.writeDataPage(
        values,
        (int) page.size(),
        page,
        Statistics.createStats(column.getPrimitiveType()),
        rows,
        Encoding.RLE,
        Encoding.RLE,
        Encoding.PLAIN);
    writer.endColumn();
  }

  /** Reads all rows of a file in order. */
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

  /** Returns a row's values as hexadecimal digits, or the reason why the row is invalid. */
  static String outcome(ReadRow row, int size) {
    @Nullable BulkOperationException problem = row.problem();
    return problem == null ? ParquetFiles.hex(size, row).toString() : problem.toString();
  }
}
