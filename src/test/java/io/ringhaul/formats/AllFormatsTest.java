package io.ringhaul.formats;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.internal.cql.RandomTable;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRangeSet;
import io.ringhaul.seeds.Seeds;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.UUID;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random tables from a seed are written to each format and read back to the same bytes, without a
 * cluster. {@code -Dringhaul.tables=...} sets their number.
 */
class AllFormatsTest {

  private static final int TABLES = Integer.getInteger("ringhaul.tables", 200);
  private static final int MOST_ROWS = 8;

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource
  void restoresAllValues(Format format) {
    Seeds.each(TABLES, random -> roundTrip(format, random));
  }

  private void roundTrip(Format format, Random random) {
    RandomTable table = new RandomTable("ks", "t", random, format.nans(), true);
    List<List<@Nullable ByteBuffer>> rows = new ArrayList<>();
    for (int number = random.nextInt(MOST_ROWS); number >= 0; number--) {
      rows.add(table.row(number));
    }
    if (format == Format.ICEBERG) {
      // An in-memory catalog writes the same files and saves the half second of a catalog on disk.
      InMemoryCatalog catalog = new InMemoryCatalog();
      catalog.initialize("memory", Map.of());
      write(IcebergTarget.catalog(catalog).table("ks.t"), table.description(), rows);
      assertReads(IcebergSource.catalog(catalog).table("ks.t"), table.description(), rows);
    } else {
      Path place = folder.resolve(UUID.randomUUID().toString());
      write(format.target(place), table.description(), rows);
      assertReads(format.source(place), table.description(), rows);
    }
  }

  private static void write(
      ExportTarget target, TableDescription table, List<List<@Nullable ByteBuffer>> rows) {
    List<ColumnDescription> columns = table.columns();
    try (TargetSession session = target.open()) {
      TargetPlan plan =
          session.plan(
              new ExportDescription(
                  UUID.randomUUID(), table, columns, 1, TokenRangeSet.wholeRing(), Map.of()));
      TaskOutput output;
      try (TaskWriter writer = session.openTask(plan, columns, 0)) {
        rows.forEach(row -> writer.write(row::get));
        output = writer.finish();
      }
      session.commit(plan, List.of(output));
    }
  }

  private static void assertReads(
      ImportSource source, TableDescription table, List<List<@Nullable ByteBuffer>> expected) {
    List<List<@Nullable String>> actual = new ArrayList<>();
    try (SourceSession session = source.open()) {
      SourcePlan plan = session.plan(table, List.of(), OptionalInt.empty());
      List<ColumnDescription> columns = table.select(plan.columns());
      for (SourceTask task : plan.tasks()) {
        try (RowReader reader = session.open(plan, columns, task)) {
          for (RawRow row = reader.next(); row != null; row = reader.next()) {
            List<@Nullable String> values = new ArrayList<>();
            for (ColumnDescription column : table.columns()) {
              values.add(hex(row.bytes(plan.columns().indexOf(column.name()))));
            }
            actual.add(values);
          }
        }
      }
    }
    assertThat(actual)
        .containsExactlyElementsOf(
            expected.stream().map(row -> row.stream().map(AllFormatsTest::hex).toList()).toList());
  }

  private static @Nullable String hex(@Nullable ByteBuffer bytes) {
    return bytes == null ? null : CqlBytes.hex(bytes);
  }
}
