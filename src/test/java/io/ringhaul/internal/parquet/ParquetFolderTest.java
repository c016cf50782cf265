package io.ringhaul.internal.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.Compression;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.internal.cql.CqlGenerator;
import io.ringhaul.internal.files.FolderSourceSession;
import io.ringhaul.internal.files.Manifest;
import io.ringhaul.internal.files.SourceLocation;
import io.ringhaul.parquet.ParquetSource;
import io.ringhaul.parquet.ParquetTarget;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRangeSet;
import io.ringhaul.seeds.Seeds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders of Parquet files, written and read without a cluster. */
class ParquetFolderTest {

  private static final List<ColumnDescription> COLUMNS =
      List.of(
          new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY),
          new ColumnDescription("Note 1", DataTypes.TEXT, Kind.REGULAR));

  @TempDir private Path parent;

  @Test
  void otherReadersReadEveryCodec() throws Exception {
    for (Compression compression :
        List.of(
            Compression.NONE,
            Compression.GZIP,
            Compression.ZSTD,
            Compression.LZ4,
            Compression.SNAPPY)) {
      Path folder = parent.resolve(compression.name());
      List<RawRow> rows = rows(1_000);
      Path file =
          export(ParquetTarget.folder(folder).compression(compression), COLUMNS, rows).get(0);
      assertThat(file.getFileName().toString()).endsWith(".parquet");
      assertThat(read(ParquetSource.at(folder), COLUMNS, 1)).isEqualTo(hex(COLUMNS, rows));
      assertThat(
              duckDb(
                  "SELECT count(*) || ' ' || sum(id) || ' ' || count(DISTINCT \"Note_x201\") FROM '"
                      + file
                      + "'"))
          .isEqualTo("1000 499500 1000");
      assertThat(duckDb("SELECT DISTINCT compression FROM parquet_metadata('" + file + "')"))
          .isEqualTo(
              switch (compression) {
                case NONE -> "UNCOMPRESSED";
                case LZ4 -> "LZ4_RAW";
                default -> compression.name();
              });
      assertThat(
              duckDb(
                  "SELECT decode(value) FROM parquet_kv_metadata('"
                      + file
                      + "') WHERE decode(key) = 'ringhaul.cql.table'"))
          .startsWith("{\"keyspace\":\"ks\",\"table\":\"t\",\"primaryKey\":[\"id\"],");
    }
  }

  @Test
  void rejectsUnsupportedCompressions() {
    for (Compression compression : List.of(Compression.BZIP2, Compression.XZ)) {
      assertThatThrownBy(() -> ParquetTarget.folder(parent).compression(compression))
          .isInstanceOf(InvalidSettingException.class)
          .hasMessage(
              "Parquet files cannot be compressed with "
                  + compression
                  + "; choose NONE, GZIP, ZSTD, LZ4 or SNAPPY");
    }
  }

  @Test
  void restoresEveryValueByteForByte() {
    int[] number = {0};
    Seeds.each(
        30,
        random -> {
          CqlGenerator generator = new CqlGenerator(random);
          List<ColumnDescription> columns = columns(random, generator);
          List<RawRow> rows = new ArrayList<>();
          for (int i = 0; i < 20; i++) {
            List<@Nullable ByteBuffer> values = new ArrayList<>();
            for (ColumnDescription column : columns) {
              values.add(
                  column.isPrimaryKey()
                      ? generator.value(column.type())
                      : generator.nullable(column.type()));
            }
            rows.add(values::get);
          }
          Path folder = parent.resolve("seed" + number[0]++);
          export(ParquetTarget.folder(folder), columns, rows);
          assertThat(read(ParquetSource.at(folder), columns, 1)).isEqualTo(hex(columns, rows));
        });
  }

  @Test
  void readsEachRowGroupOnceForAnyNumberOfTasks() {
    List<RawRow> rows = new ArrayList<>();
    Random random = new Random(7);
    for (int i = 0; i < 3_000; i++) {
      byte[] noise = new byte[2_000];
      random.nextBytes(noise);
      ByteBuffer id = ByteBuffer.allocate(4).putInt(0, i);
      ByteBuffer note = StandardCharsets.UTF_8.encode(CqlBytes.hex(ByteBuffer.wrap(noise)));
      rows.add(column -> column == 0 ? id : note);
    }
    Path whole = parent.resolve("whole");
    List<Path> one = export(ParquetTarget.folder(whole), COLUMNS, rows);
    assertThat(one).hasSize(1);
    for (int tasks : List.of(1, 2, 5, 40)) {
      assertThat(read(ParquetSource.at(whole), COLUMNS, tasks))
          .as("%d tasks", tasks)
          .isEqualTo(hex(COLUMNS, rows));
    }
    Path parts = parent.resolve("parts");
    List<Path> several =
        export(
            ParquetTarget.folder(parts).compression(Compression.NONE).maxFileSize(2 << 20),
            COLUMNS,
            rows);
    assertThat(several).hasSizeBetween(5, 7);
    several.forEach(file -> assertThat(file.toFile().length()).isLessThan(3 << 20));
    assertThat(read(ParquetSource.at(parts), COLUMNS, 4))
        .containsExactlyInAnyOrderElementsOf(hex(COLUMNS, rows));
  }

  @Test
  void rejectedRowLeavesNoTrace() {
    Path folder = parent.resolve("out");
    ByteBuffer id = ByteBuffer.allocate(4);
    List<RawRow> rows =
        List.of(
            column -> column == 0 ? id : null,
            column -> column == 0 ? id : ByteBuffer.wrap(new byte[] {(byte) 0xff}),
            column -> column == 0 ? ByteBuffer.allocate(0) : null,
            column -> id);
    export(ParquetTarget.folder(folder), COLUMNS, rows);
    assertThat(read(ParquetSource.at(folder), COLUMNS, 1))
        .isEqualTo(hex(COLUMNS, List.of(rows.get(0), rows.get(3))));
  }

  @Test
  void emptyExportKeepsColumns() throws Exception {
    Path folder = parent.resolve("out");
    Path file = export(ParquetTarget.folder(folder), COLUMNS, List.of()).get(0);
    assertThat(read(ParquetSource.at(folder), COLUMNS, 3)).isEmpty();
    assertThat(duckDb("SELECT count(id) FROM '" + file + "'")).isEqualTo("0");
    Files.delete(folder.resolve(Manifest.NAME));
    assertThat(
            new FolderSourceSession(
                    SourceLocation.at(file), new ParquetInputFormat(ReadOptions.EXACT))
                .storedSchema()
                .orElseThrow()
                .createTable("k", "x"))
        .as("part file contains its CQL schema")
        .isEqualTo(
            "CREATE TABLE \"k\".\"x\" (\"id\" int, \"Note 1\" text, PRIMARY KEY ((\"id\")))");
  }

  @Test
  void readsFilesOfOtherToolsByColumnName() throws Exception {
    Path first = parent.resolve("a.parquet");
    copy(
        "SELECT 7::BIGINT AS id, 'seven' AS \"Note 1\", [1, 2]::INTEGER[] AS list, MAP {'k':"
            + " 1::BIGINT} AS map, {'b': 'x', 'a': 1::INTEGER} AS pair, TIMESTAMPTZ '2026-01-02"
            + " 03:04:05.678+00' AS at, DATE '2026-01-02' AS day, 12.50::DECIMAL(10,2) AS price,"
            + " UUID 'd2177dd0-eaa2-41de-a572-001b779c76e3' AS u, 'ab'::BLOB AS raw, 1.5::FLOAT AS"
            + " f, true AS flag, [UUID 'd2177dd0-eaa2-41de-a572-001b779c76e3'] AS us, NULL::INTEGER"
            + " AS nothing",
        first);
    List<ColumnDescription> columns =
        List.of(
            new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY),
            regular("Note 1", DataTypes.TEXT),
            regular("list", DataTypes.listOf(DataTypes.INT)),
            regular("map", DataTypes.mapOf(DataTypes.TEXT, DataTypes.BIGINT)),
            regular("at", DataTypes.TIMESTAMP),
            regular("day", DataTypes.DATE),
            regular("price", DataTypes.DECIMAL),
            regular("u", DataTypes.UUID),
            regular("raw", DataTypes.BLOB),
            regular("f", DataTypes.DOUBLE),
            regular("flag", DataTypes.BOOLEAN),
            regular("us", DataTypes.setOf(DataTypes.UUID)),
            regular("nothing", DataTypes.INT));
    List<String> names = columns.stream().map(ColumnDescription::name).toList();
    List<@Nullable String> expected = new ArrayList<>();
    expected.add("00000007");
    expected.add("736576656e");
    expected.add("00000002" + "0000000400000001" + "0000000400000002");
    expected.add("00000001" + "000000016b" + "000000080000000000000001");
    expected.add(String.format("%016x", 1_767_323_045_678L));
    expected.add(String.format("%08x", 0x80000000L + 20_455));
    expected.add("0000000204e2");
    expected.add("d2177dd0eaa241dea572001b779c76e3");
    expected.add("6162");
    expected.add("3ff8000000000000");
    expected.add("01");
    expected.add("00000001" + "00000010" + "d2177dd0eaa241dea572001b779c76e3");
    expected.add(null);
    assertThat(read(ParquetSource.at(first), columns, names, 1)).containsExactly(expected);

    // A second file has fewer columns, in another order.
    Path second = parent.resolve("b.parquet");
    copy("SELECT 'eight' AS \"Note 1\", 8::SMALLINT AS id", second);
    List<List<@Nullable String>> both =
        read(ParquetSource.at(parent + "/*.parquet"), columns, names, 1);
    assertThat(both).hasSize(2);
    assertThat(both.get(1).subList(0, 3)).containsExactly("00000008", "6569676874", null);
  }

  @Test
  void namesIncompatibleColumns() throws Exception {
    Path file = parent.resolve("a.parquet");
    copy("SELECT 1::BIGINT << 31 AS id, 1::UBIGINT AS \"Note 1\", 2 AS other", file);
    assertThatThrownBy(() -> read(ParquetSource.at(file), COLUMNS, 1))
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith(file + " does not fit ks.t: column Note 1: " + file + ": ")
        .hasMessageEndingWith(
            "; its column other is not in the table; select columns to leave it out");
    assertThatThrownBy(() -> read(ParquetSource.at(file), COLUMNS.subList(0, 1), List.of("id"), 1))
        .isInstanceOf(UnrepresentableValueException.class)
        .hasMessage(
            "Row 1 of "
                + file
                + ": id is 2147483648, out of the range -2147483648 to 2147483647 of a CQL int");
    Files.writeString(file, "PAR1 is not enough");
    assertThatThrownBy(() -> read(ParquetSource.at(file), COLUMNS, 1))
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith("The file " + file + " cannot be read: ");
  }

  @Test
  void rejectsUnsignedIntegersThatIcebergReadsAsSigned() throws Exception {
    Path file = parent.resolve("a.parquet");
    copy(
        "SELECT 1::INTEGER AS id, 3000000000::UINTEGER AS u, 65535::USMALLINT AS small,"
            + " [3000000000::UINTEGER] AS list, {'a': 18446744073709551615::UBIGINT} AS pair",
        file);
    List<ColumnDescription> columns =
        List.of(
            new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY),
            regular("u", DataTypes.BIGINT),
            regular("small", DataTypes.INT),
            regular("list", DataTypes.listOf(DataTypes.BIGINT)),
            regular("pair", DataTypes.tupleOf(DataTypes.BIGINT)));
    for (String name : List.of("u", "list", "pair")) {
      assertThatThrownBy(() -> read(ParquetSource.at(file), columns, List.of("id", name), 1))
          .isInstanceOf(StorageException.class)
          .hasMessage(
              String.format(
                  "%1$s does not fit ks.t: column %2$s: %1$s: its Parquet type has unsigned"
                      + " integers of 32 or 64 bits, which are not supported; write it with signed"
                      + " integers",
                  file, name));
    }
    assertThat(read(ParquetSource.at(file), columns, List.of("id", "small"), 1))
        .containsExactly(List.of("00000001", "0000ffff"));
  }

  private static ColumnDescription regular(String name, DataType type) {
    return new ColumnDescription(name, type, Kind.REGULAR);
  }

  private static List<ColumnDescription> columns(Random random, CqlGenerator generator) {
    List<ColumnDescription> columns = new ArrayList<>();
    columns.add(new ColumnDescription("pk", DataTypes.TEXT, Kind.PARTITION_KEY));
    columns.add(new ColumnDescription("Ck 1", generator.type(1), Kind.CLUSTERING));
    int count = 1 + random.nextInt(8);
    for (int i = 0; i < count; i++) {
      columns.add(regular("c" + i, generator.type(2)));
    }
    return columns;
  }

  private static List<RawRow> rows(int count) {
    List<RawRow> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ByteBuffer id = ByteBuffer.allocate(4).putInt(0, i);
      ByteBuffer note = StandardCharsets.UTF_8.encode("n" + i);
      rows.add(column -> column == 0 ? id : note);
    }
    return rows;
  }

  /** Exports the rows as one task, without the rejected rows, and returns the part files. */
  private static List<Path> export(
      ParquetTarget target, List<ColumnDescription> columns, List<RawRow> rows) {
    try (TargetSession session = target.open()) {
      TargetPlan plan =
          session.plan(
              new ExportDescription(
                  UUID.randomUUID(),
                  ParquetFiles.table(columns),
                  columns,
                  2,
                  TokenRangeSet.wholeRing(),
                  Map.of()));
      TaskOutput output;
      try (TaskWriter writer = session.openTask(plan, columns, 0)) {
        for (RawRow row : rows) {
          try {
            writer.write(row);
          } catch (UnrepresentableValueException e) {
            // Rejected; the next row can be written.
          }
        }
        output = writer.finish();
      }
      Path folder = Path.of(session.commit(plan, List.of(output)).location());
      try (Stream<Path> files = Files.list(folder)) {
        return files.filter(file -> !file.endsWith(Manifest.NAME)).sorted().toList();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<List<@Nullable String>> read(
      ImportSource source, List<ColumnDescription> columns, int tasks) {
    return read(source, columns, List.of(), tasks);
  }

  private static List<List<@Nullable String>> read(
      ImportSource source, List<ColumnDescription> columns, List<String> asked, int tasks) {
    TableDescription table = ParquetFiles.table(columns);
    List<List<@Nullable String>> rows = new ArrayList<>();
    try (SourceSession session = source.open()) {
      SourcePlan plan = session.plan(table, asked, OptionalInt.of(tasks));
      List<ColumnDescription> selected = table.select(plan.columns());
      for (SourceTask task : plan.tasks()) {
        try (RowReader reader = session.open(plan, selected, task)) {
          for (RawRow row = reader.next(); row != null; row = reader.next()) {
            rows.add(ParquetFiles.hex(selected.size(), row));
          }
        }
      }
    }
    return rows;
  }

  private static List<List<@Nullable String>> hex(
      List<ColumnDescription> columns, List<RawRow> rows) {
    return rows.stream().map(row -> ParquetFiles.hex(columns.size(), row)).toList();
  }

  /** Writes a file with DuckDB. */
  private static void copy(String select, Path file) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("COPY (" + select + ") TO '" + file + "' (FORMAT parquet)");
    }
  }

  /** Returns the first value of the result as text. */
  private static String duckDb(String query) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      assertThat(result.next()).isTrue();
      return result.getString(1);
    }
  }
}
