package io.ringhaul.internal.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.format.TargetSession;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.internal.parquet.TypeChoices;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import java.util.UUID;
import org.apache.iceberg.io.DataWriter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.io.LocalInputFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowGroupSizeTest {

  private static final TableDescription TABLE =
      Exports.table(new ColumnDescription("id", DataTypes.BLOB, Kind.PARTITION_KEY));

  @TempDir Path folder;

  @Test
  void endsARowGroupAfterFewLargeRows() throws IOException {
    Random random = new Random(11);
    WriteLayout layout;
    try (TargetSession session = IcebergTarget.warehouse(folder).open()) {
      layout = WriteLayout.decode(session.plan(Exports.description(TABLE, UUID.randomUUID())));
    }
    Path file = folder.resolve("rows.parquet");
    WriteLayout small = layout.withWriterBytes(1);
    try (DataWriter<RawRow> writer =
        new ParquetRows(small, TABLE.columns(), TypeChoices.NONE)
            .open(new LocalFileIO().newOutputFile(LocalFileIO.location(file)), null)) {
      for (int i = 0; i < 20; i++) {
        byte[] bytes = new byte[700_000];
        random.nextBytes(bytes);
        ByteBuffer value = ByteBuffer.wrap(bytes);
        writer.write(column -> value);
      }
    }
    try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file))) {
      assertThat(reader.getRowGroups()).extracting(BlockMetaData::getRowCount).containsOnly(1L);
    }
  }
}
