package io.ringhaul.internal.parquet;

import io.ringhaul.internal.cql.TableSchemaJson;
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
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.io.FileAppender;
import org.jspecify.annotations.Nullable;

/** Writes rows to Parquet files, one after another. */
final class ParquetPartWriter implements PartWriter {

  /** How often the size is looked at: so many rows, or so many times in a file. */
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

  ParquetPartWriter(WriterContext context, Schema schema) {
    this.context = context;
    this.schema = schema;
    this.check = CqlParquetWriters.check(schema, context.columns());
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
    // Refused before the file has seen it, so that the file stays good.
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
      EmptyParquetFile.write(written.create(), schema, Map.of(TableSchemaJson.PROPERTY, cqlSchema));
    }
  }

  @Override
  public void close() {
    file = null; // its memory goes with it; ending it would only write more
    output = null;
  }

  private static Map<String, String> properties(WriterContext context, Schema schema) {
    Map<String, String> properties = new HashMap<>(CqlParquetWriters.fileProperties(schema));
    properties.put(TableProperties.PARQUET_COMPRESSION, ParquetCodecs.name(context.compression()));
    properties.putAll(
        RowGroups.properties(Math.min(context.memoryBytes(), context.maxFileBytes())));
    ParquetCodecs.chooseLevel(properties);
    return properties;
  }
}
