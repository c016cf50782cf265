package io.ringhaul.internal.parquet;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.io.DelegatingPositionOutputStream;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;

/** A Parquet file of columns without rows, of which Iceberg's writers write not a byte. */
final class EmptyParquetFile {

  /** The name of the root of the files' schema, of no meaning. */
  static final String ROOT = "table";

  private EmptyParquetFile() {}

  static void write(
      org.apache.iceberg.io.PositionOutputStream out, Schema schema, Map<String, String> metadata)
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

  private record Target(org.apache.iceberg.io.PositionOutputStream out) implements OutputFile {
    @Override
    public PositionOutputStream create(long blockSize) {
      return new DelegatingPositionOutputStream(out) {
        @Override
        public long getPos() throws IOException {
          return out.getPos();
        }
      };
    }

    @Override
    public PositionOutputStream createOrOverwrite(long blockSize) {
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
