package io.ringhaul.internal.parquet;

import io.ringhaul.format.ExportDescription;
import io.ringhaul.internal.files.OutputFormat;
import io.ringhaul.internal.files.PartWriter;
import io.ringhaul.internal.files.WriterContext;
import java.util.Map;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;

/** Parquet as a format of part files. */
public final class ParquetOutputFormat implements OutputFormat {

  public static final String NAME = "parquet";

  /** The Iceberg schema that the files are written with. */
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
  public PartWriter writer(WriterContext context) {
    Schema schema = SchemaParser.fromJson(context.property(SCHEMA));
    return new ParquetPartWriter(context, schema);
  }
}
