package io.ringhaul.formats;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceRecord;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.parquet.ParquetSource;
import io.ringhaul.parquet.ParquetTarget;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRangeSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Errors in binary files identify rows by number. */
class RowNumbersTest {

  private static final TableDescription EXPORTED = table(DataTypes.BIGINT);

  private static final long TOO_LARGE = 1L << 40;

  @TempDir private Path folder;

  private static TableDescription table(DataType type) {
    return new TableDescription(
        "ks",
        "t",
        List.of(
            new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY),
            new ColumnDescription("v", type, Kind.REGULAR)));
  }

  @Test
  void reportsRowNumbersOfParquet() {
    write(ParquetTarget.folder(folder));
    List<String> records = read(ParquetSource.at(folder));
    assertThat(records).hasSize(6);
    String file = records.get(0).substring("row 1 of ".length());
    assertThat(file).endsWith(".parquet").startsWith(folder.toString());
    assertThat(records).containsExactlyElementsOf(expected(file));
  }

  @Test
  void reportsRowNumbersOfIceberg() {
    InMemoryCatalog catalog = new InMemoryCatalog();
    catalog.initialize("memory", Map.of());
    write(IcebergTarget.catalog(catalog).table("ks.t"));
    List<String> records = read(IcebergSource.catalog(catalog).table("ks.t"));
    assertThat(records).hasSize(6);
    String file = records.get(0).substring("row 1 of ".length());
    assertThat(file).endsWith(".parquet");
    assertThat(records).containsExactlyElementsOf(expected(file));
  }

  private static List<String> expected(String file) {
    List<String> records = new ArrayList<>();
    for (int row = 1; row <= 6; row++) {
      records.add("row " + row + " of " + file + (row == 2 || row == 6 ? " rejected" : ""));
    }
    return records;
  }

  private static void write(ExportTarget target) {
    try (TargetSession session = target.open()) {
      TargetPlan plan =
          session.plan(
              new ExportDescription(
                  UUID.randomUUID(),
                  EXPORTED,
                  EXPORTED.columns(),
                  1,
                  TokenRangeSet.wholeRing(),
                  Map.of()));
      TaskOutput output;
      try (TaskWriter writer = session.openTask(plan, EXPORTED.columns(), 0)) {
        for (int row = 1; row <= 6; row++) {
          int id = row;
          long value = row == 2 || row == 6 ? TOO_LARGE : row;
          writer.write(
              column -> column == 0 ? CqlBytes.integer(id) : CqlBytes.of(TypeCodecs.BIGINT, value));
        }
        output = writer.finish();
      }
      session.commit(plan, List.of(output));
    }
  }

  /** Reads all rows into a table with a narrower type and returns their records. */
  private static List<String> read(ImportSource source) {
    TableDescription narrower = table(DataTypes.INT);
    List<String> records = new ArrayList<>();
    try (SourceSession session = source.open()) {
      SourcePlan plan = session.plan(narrower, List.of(), OptionalInt.empty());
      for (SourceTask task : plan.tasks()) {
        try (RowReader reader = session.open(plan, narrower.select(plan.columns()), task)) {
          assertThat(reader.lastRecord()).isEmpty();
          assertThat(reader.recordForm()).isEmpty();
          boolean more = true;
          while (more) {
            String refused = "";
            try {
              more = reader.next() != null;
            } catch (UnrepresentableValueException e) {
              assertThat(e.column()).isEqualTo("v");
              refused = " rejected";
            }
            if (more) {
              SourceRecord record = reader.lastRecord().orElseThrow();
              assertThat(record.text()).isEmpty();
              records.add(record + refused);
            }
          }
          assertThat(reader.lastRecord()).isEmpty();
        }
      }
    }
    return records;
  }
}
