package io.ringhaul.internal.parquet;

import io.ringhaul.format.ExportDescription;
import io.ringhaul.internal.cql.TableSchemaJson;
import io.ringhaul.internal.files.OutputFormat;
import io.ringhaul.internal.files.PartWriter;
import io.ringhaul.internal.files.WriterContext;
import io.ringhaul.schema.RawRow;
import java.io.IOException;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.io.DelegatingPositionOutputStream;
import org.jspecify.annotations.Nullable;

/** Writes part files in Parquet. */
public final class ParquetOutputFormat implements OutputFormat {

  public static final String NAME = "parquet";

  /** The property with the Iceberg schema of the files. */
  private static final String SCHEMA = "icebergSchema";

  private final TypeChoices choices;

  public ParquetOutputFormat(TypeChoices choices) {
    this.choices = choices;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String extension() {
    return NAME;
  }

  @Override
  public boolean compressesItself() {
    return true;
  }

  @Override
  public Map<String, String> properties(ExportDescription export) {
    return Map.of(
        SCHEMA,
        SchemaParser.toJson(IcebergTypes.schema(export.table(), export.columns(), choices)));
  }

  @Override
  public Map<String, String> types(ExportDescription export) {
    return IcebergTypes.texts(IcebergTypes.schema(export.table(), export.columns(), choices));
  }

  @Override
  public PartWriter writer(WriterContext context) {
    Schema schema = SchemaParser.fromJson(context.property(SCHEMA));
    return new ParquetPartWriter(context, schema, choices);
  }

  /** Writes rows to Parquet files, one after another. */
  private static final class ParquetPartWriter implements PartWriter {

    /** The file size is checked after this many rows, and at least this many times per file. */
    private static final int ROWS_BETWEEN_CHECKS = 1_000;

    private static final int CHECKS_PER_FILE = 16;

    private final WriterContext context;
    private final Schema schema;
    private final Consumer<RawRow> check;
    private final Map<String, String> properties;
    private final String cqlSchema;
    private final FetchedRow fetched;
    private @Nullable FileAppender<RawRow> file;
    private @Nullable StreamOutputFile output;
    private long uncheckedRows;
    private long uncheckedBytes;
    private long length;

    ParquetPartWriter(WriterContext context, Schema schema, TypeChoices choices) {
      this.context = context;
      this.schema = schema;
      this.check = CqlParquetWriters.check(schema, context.columns(), choices);
      this.properties = properties(context, schema);
      this.cqlSchema = TableSchemaJson.text(context.schema());
      this.fetched = new FetchedRow(context.columns().size());
    }

    @Override
    public void begin(OutputStream out) throws IOException {
      StreamOutputFile opened = new StreamOutputFile(out);
      output = opened;
      file =
          new SampledAppender(
              schema,
              context.columns(),
              Math.min(context.memoryBytes(), context.maxFileBytes() / CHECKS_PER_FILE),
              dictionaries -> open(opened, dictionaries));
      uncheckedRows = 0;
      uncheckedBytes = 0;
      length = 0;
    }

    private FileAppender<RawRow> open(StreamOutputFile opened, Map<String, String> dictionaries)
        throws IOException {
      return ParquetWrites.to(opened)
          .schema(schema)
          .named(EmptyParquetFile.ROOT)
          .setAll(dictionaries)
          .setAll(properties)
          .meta(TableSchemaJson.PROPERTY, cqlSchema)
          .createWriterFunc(
              (iceberg, parquet) -> CqlParquetWriters.rows(iceberg, parquet, context.columns()))
          .build();
    }

    @Override
    public void write(RawRow row) {
      fetched.fetch(row);
      // Fails before any part of the row is in the file, so that the file stays valid.
      check.accept(fetched);
      FileAppender<RawRow> open = Objects.requireNonNull(file);
      open.add(fetched);
      uncheckedRows++;
      uncheckedBytes += fetched.size();
      if (uncheckedRows >= ROWS_BETWEEN_CHECKS
          || uncheckedBytes >= context.maxFileBytes() / CHECKS_PER_FILE) {
        uncheckedRows = 0;
        uncheckedBytes = 0;
        length = open.length();
      }
    }

    @Override
    public long bufferedBytes() {
      return output == null ? 0 : Math.max(0, length - output.position());
    }

    @Override
    public void end() throws IOException {
      FileAppender<RawRow> open = Objects.requireNonNull(file);
      file = null;
      open.close();
      StreamOutputFile written = Objects.requireNonNull(output);
      output = null;
      if (written.position() == 0) {
        EmptyParquetFile.write(
            written.create(), schema, Map.of(TableSchemaJson.PROPERTY, cqlSchema));
      }
    }

    @Override
    public void close() {
      file = null; // frees the buffered rows; closing the appender would write them
      output = null;
    }

    private static Map<String, String> properties(WriterContext context, Schema schema) {
      Map<String, String> properties = new HashMap<>(CqlParquetWriters.fileProperties(schema));
      properties.put(
          TableProperties.PARQUET_COMPRESSION, ParquetCodecs.name(context.compression()));
      properties.putAll(
          RowGroups.properties(Math.min(context.memoryBytes(), context.maxFileBytes())));
      ParquetCodecs.chooseLevel(properties);
      return properties;
    }
  }

  /** Lets Iceberg's writers write to a stream, which stays open. */
  private static final class StreamOutputFile implements OutputFile {

    private final OutputStream out;
    private long position;

    StreamOutputFile(OutputStream out) {
      this.out = out;
    }

    /** Returns the number of bytes written so far. */
    long position() {
      return position;
    }

    @Override
    public PositionOutputStream create() {
      return new Stream();
    }

    @Override
    public PositionOutputStream createOrOverwrite() {
      return create();
    }

    @Override
    public String location() {
      return "part.parquet";
    }

    @Override
    public InputFile toInputFile() {
      throw new UnsupportedOperationException("The file is still being written");
    }

    private final class Stream extends PositionOutputStream {
      @Override
      public long getPos() {
        return position;
      }

      @Override
      public void write(int b) throws IOException {
        out.write(b);
        position++;
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
        position += length;
      }
    }
  }

  /** Writes a Parquet file without rows; Iceberg's writers write nothing at all in this case. */
  private static final class EmptyParquetFile {

    /** The name of the schema's root, which readers ignore. */
    static final String ROOT = "table";

    private EmptyParquetFile() {}

    static void write(PositionOutputStream out, Schema schema, Map<String, String> metadata)
        throws IOException {
      Map<String, String> all = new HashMap<>(metadata);
      all.put(ParquetFooter.ICEBERG_SCHEMA, SchemaParser.toJson(schema));
      ParquetFileWriter writer =
          new ParquetFileWriter(
              new Target(out),
              ParquetSchemaUtil.convert(schema, ROOT),
              ParquetFileWriter.Mode.CREATE,
              0,
              0,
              null, // no encryption
              ParquetProperties.builder().build());
      writer.start();
      writer.end(all);
    }

    private record Target(PositionOutputStream out) implements org.apache.parquet.io.OutputFile {
      @Override
      public org.apache.parquet.io.PositionOutputStream create(long blockSize) {
        return new DelegatingPositionOutputStream(out) {
          @Override
          public long getPos() throws IOException {
            return out.getPos();
          }
        };
      }

      @Override
      public org.apache.parquet.io.PositionOutputStream createOrOverwrite(long blockSize) {
        return create(blockSize);
      }

      @Override
      public boolean supportsBlockSize() {
        return false;
      }

      @Override
      public long defaultBlockSize() {
        return 0;
      }
    }
  }
}
