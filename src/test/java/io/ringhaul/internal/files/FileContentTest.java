package io.ringhaul.internal.files;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.format.Compression;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.json.JsonSource;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FileContentTest {

  private static final TableDescription TABLE =
      new TableDescription(
          "k",
          "t",
          List.of(
              new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY),
              new ColumnDescription("v", DataTypes.TEXT, Kind.REGULAR)));

  @TempDir private Path folder;

  /** A count that ran ahead would make an import of small files look nearly complete at once. */
  @ParameterizedTest
  @EnumSource(Compression.class)
  void readersCountTheBytesOfTheirRecords(Compression compression) throws IOException {
    // The block of a compression is read as a whole, 900 kB of text for BZIP2.
    int rows = compression == Compression.BZIP2 ? 7_000 : 2_000;
    Path csv = write(compression, "csv", "id,v\n", "%d,%s\n", rows);
    Path json = write(compression, "json", "", "{\"id\":%d,\"v\":\"%s\"}\n", rows);
    assertCounts(CsvSource.at(csv).compression(compression), rows);
    assertCounts(JsonSource.at(json).compression(compression), rows);
  }

  private Path write(Compression compression, String kind, String head, String record, int rows)
      throws IOException {
    Path file = folder.resolve("rows." + kind + Compressions.suffix(compression));
    Random random = new Random(1);
    byte[] value = new byte[150];
    try (OutputStream out = Compressions.compress(compression, Files.newOutputStream(file))) {
      out.write(head.getBytes(US_ASCII));
      for (int i = 0; i < rows; i++) {
        random.nextBytes(value);
        String text = Base64.getEncoder().encodeToString(value);
        out.write(String.format(record, i, text).getBytes(US_ASCII));
      }
    }
    return file;
  }

  private static void assertCounts(ImportSource source, int rows) {
    try (SourceSession session = source.open()) {
      SourcePlan plan = session.plan(TABLE, List.of(), OptionalInt.of(1));
      SourceTask task = plan.tasks().get(0);
      try (RowReader reader = session.open(plan, TABLE.columns(), task)) {
        for (int row = 0; row < rows; row++) {
          if (row == rows / 2) {
            assertThat((double) reader.bytesRead() / task.bytes()).isBetween(0.3, 0.8);
          }
          assertThat(reader.next()).isNotNull();
        }
        assertThat(reader.next()).isNull();
        assertThat((double) reader.bytesRead() / task.bytes()).isBetween(0.999, 1.0);
      }
    }
  }
}
