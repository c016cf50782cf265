package io.ringhaul.parquet;

import io.ringhaul.files.OutputFormat;
import io.ringhaul.files.PartWriter;
import io.ringhaul.files.WriterContext;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.schema.TableDescription;
import java.util.Map;
import org.apache.iceberg.Schema;

/** Parquet as a format of part files. */
final class ParquetOutputFormat implements OutputFormat {

  static final String NAME = "parquet";

  /** Whether clustering columns may be null, because the table has static columns. */
  private static final String STATICS = "statics";

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
    IcebergTypes.schema(export.table(), export.columns()); // refuses what Parquet cannot hold
    return Map.of(STATICS, Boolean.toString(export.table().hasStatics()));
  }

  @Override
  public PartWriter writer(WriterContext context) {
    Schema schema =
        IcebergTypes.schema(
            new TableDescription(
                context.schema().keyspace(), context.schema().table(), context.columns()),
            context.columns(),
            Boolean.parseBoolean(context.property(STATICS)));
    return new ParquetPartWriter(context, schema);
  }
}
