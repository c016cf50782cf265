package io.ringhaul.internal.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.ColumnDefinition;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.type.codec.TypeCodec;
import io.ringhaul.ExportRequest;
import io.ringhaul.ExportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.OnUnrepresentable;
import io.ringhaul.format.TypeMapping;
import io.ringhaul.format.UuidForm;
import io.ringhaul.format.WriteMode;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.parquet.ParquetSource;
import io.ringhaul.parquet.ParquetTarget;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables that query engines compute with: exported, read by DuckDB, and imported again. */
@ClusterTest
class AnalyticsTablesIT {

  private static final int ROWS = 100;
  private static final String TABLE = "lake.sales";

  private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?(E[+-]?\\d+)?");

  private static final String COLUMNS =
      "(id uuid, seq int, at timeuuid, amount decimal, total varint, opens time, amounts"
          + " map<text, decimal>, line frozen<line>, pair tuple<uuid, time>, PRIMARY KEY (id, seq))"
          + " WITH comment = 'Sales, one row each'";

  @TempDir Path folder;

  private final CqlSession session = TestCluster.session();
  private final TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);

  @AfterEach
  void close() {
    operator.close();
  }

  @Test
  void duckDbComputesWithIcebergTableThatIsImportedAgain() throws SQLException {
    String keyspace = sales();
    ExportResult exported =
        operator
            .export(keyspace, "sales")
            .to(IcebergTarget.warehouse(folder).table(TABLE).types(TypeMapping.ANALYTICS))
            .execute();
    assertThat(exported.rows()).isEqualTo(ROWS);
    Warehouse.with(
        folder,
        warehouse -> {
          Table table = warehouse.table(TABLE);
          assertThat(types(table.schema()))
              .containsEntry("id", "string")
              .containsEntry("at", "string")
              .containsEntry("amount", "decimal(38, 18)")
              .containsEntry("total", "decimal(38, 0)")
              .containsEntry("opens", "time");
          assertThat(table.schema().findField("amount").doc()).isEqualTo("decimal");
          assertThat(table.schema().identifierFieldNames()).containsExactlyInAnyOrder("id", "seq");
          assertThat(table.properties())
              .containsEntry("comment", "Sales, one row each")
              .doesNotContainKeys("write.target-file-size-bytes", "commit.retry.num-retries");
          assertThat(table.currentSnapshot().summary())
              .containsEntry("engine-name", "ringhaul")
              .containsKey("engine-version");
          assertThat(table.sortOrder().isUnsorted()).isTrue();
        });
    assertDuckDbComputes(dataFiles(), keyspace);
    assertImportedEqual(keyspace, IcebergSource.warehouse(folder).table(TABLE));
  }

  @Test
  void duckDbComputesWithParquetFilesThatAreImportedAgain() throws SQLException {
    String keyspace = sales();
    Path files = folder.resolve("files");
    operator
        .export(keyspace, "sales")
        .to(ParquetTarget.folder(files).types(TypeMapping.ANALYTICS))
        .execute();
    assertDuckDbComputes(List.of(files + "/*.parquet"), keyspace);
    assertImportedEqual(keyspace, ParquetSource.at(files));
  }

  @Test
  void plainParquetHasUuidsAsTextUnlessAsked() throws SQLException {
    String keyspace = sales();
    Path text = folder.resolve("text");
    Path exact = folder.resolve("exact");
    operator.export(keyspace, "sales").to(ParquetTarget.folder(text)).execute();
    operator
        .export(keyspace, "sales")
        .to(ParquetTarget.folder(exact).uuids(UuidForm.UUID))
        .execute();
    assertThat(query("SELECT DISTINCT typeof(id), typeof(pair.f0) FROM '" + text + "/*.parquet'"))
        .containsExactly("[VARCHAR, VARCHAR]");
    assertThat(query("SELECT DISTINCT typeof(id), typeof(pair.f0) FROM '" + exact + "/*.parquet'"))
        .containsExactly("[UUID, UUID]");
    for (Path each : List.of(text, exact)) {
      String to = TestCluster.newKeyspace(1);
      operator.importInto(to, "copy").from(ParquetSource.at(each)).createTable().execute();
      assertThat(rows(to + ".copy", false)).isEqualTo(rows(keyspace + ".sales", false));
    }
  }

  @Test
  void rejectsRowsThatWouldLoseDigits() {
    String keyspace = sales();
    session.execute(
        "INSERT INTO "
            + keyspace
            + ".sales (id, seq, amount) VALUES (00000000-0000-4000-8000-ffffffffffff, 1,"
            + " 0.0000000000000000001)");
    IcebergTarget target =
        IcebergTarget.warehouse(folder).table(TABLE).types(TypeMapping.ANALYTICS);
    assertThatThrownBy(() -> operator.export(keyspace, "sales").to(target).execute())
        .isInstanceOf(UnrepresentableValueException.class)
        .hasMessage(
            "Table "
                + keyspace
                + ".sales, row (\"id\" = 00000000-0000-4000-8000-ffffffffffff, \"seq\" = 1): amount"
                + " is 1E-19, and a column of decimal(38, 18) holds 18 digits after the decimal"
                + " point; write the column as text, or choose a larger scale");
    session.execute(
        "INSERT INTO "
            + keyspace
            + ".sales (id, seq, opens) VALUES (00000000-0000-4000-8000-ffffffffffff, 2,"
            + " '10:00:00.000000001')");
    ExportResult exported =
        operator
            .export(keyspace, "sales")
            .to(target)
            .onUnrepresentable(OnUnrepresentable.REJECT)
            .rejectsTo(folder.resolve("rejects"))
            .execute();
    assertThat(exported.rejectedRows()).isEqualTo(2);
    Warehouse.with(
        folder, warehouse -> assertThat(Warehouse.rows(warehouse.table(TABLE))).hasSize(ROWS));
  }

  /** Spark SQL has no uuid type, so its tables have strings. */
  @Test
  void fillsTableWithStringsForUuids() throws SQLException {
    String keyspace = sales();
    Warehouse.with(
        folder,
        warehouse -> {
          ((SupportsNamespaces) warehouse.catalog()).createNamespace(Namespace.of("lake"));
          warehouse
              .catalog()
              .createTable(
                  TableIdentifier.parse(TABLE),
                  new Schema(
                      NestedField.optional(1, "id", Types.StringType.get()),
                      NestedField.optional(2, "seq", Types.IntegerType.get()),
                      NestedField.optional(3, "at", Types.StringType.get()),
                      NestedField.optional(4, "amount", Types.DecimalType.of(12, 4)),
                      NestedField.optional(5, "total", Types.DecimalType.of(20, 0)),
                      NestedField.optional(6, "opens", Types.TimeType.get())));
        });
    operator
        .export(keyspace, "sales")
        .to(IcebergTarget.warehouse(folder).table(TABLE))
        .columns("id", "seq", "at", "amount", "total", "opens")
        .execute();
    Warehouse.with(
        folder,
        warehouse ->
            assertThat(types(warehouse.table(TABLE).schema()))
                .isEqualTo(
                    Map.of(
                        "id", "string",
                        "seq", "int",
                        "at", "string",
                        "amount", "decimal(12, 4)",
                        "total", "decimal(20, 0)",
                        "opens", "time")));
    assertThat(query("SELECT sum(amount) FROM read_parquet(" + list(dataFiles()) + ")"))
        .containsExactly("[" + sum(keyspace).setScale(4) + "]");
    String to = TestCluster.newKeyspace(1);
    define(to);
    operator.importInto(to, "sales").from(IcebergSource.warehouse(folder).table(TABLE)).execute();
    assertThat(column(to, "id, seq, at, total, opens"))
        .isEqualTo(column(keyspace, "id, seq, at, total, opens"));
    assertThat(sum(to)).isEqualByComparingTo(sum(keyspace));
  }

  @Test
  void laterExportKeepsTypesOfTable() {
    String keyspace = sales();
    IcebergTarget target = IcebergTarget.warehouse(folder).table(TABLE);
    operator
        .export(keyspace, "sales")
        .to(target.types(TypeMapping.ANALYTICS))
        .withWritetime()
        .execute();
    List<Map<String, String>> before = new ArrayList<>();
    Warehouse.with(folder, warehouse -> before.add(types(warehouse.table(TABLE).schema())));
    TestCluster.define("ALTER TABLE " + keyspace + ".sales ADD tax decimal");
    operator
        .export(keyspace, "sales")
        .to(target.mode(WriteMode.APPEND).decimals(10, 2))
        .withWritetime()
        .execute();
    Warehouse.with(
        folder,
        warehouse -> {
          Map<String, String> after = types(warehouse.table(TABLE).schema());
          assertThat(after)
              .containsAllEntriesOf(before.get(0))
              .containsEntry("tax", "decimal(10, 2)");
          assertThat(Warehouse.rows(warehouse.table(TABLE))).hasSize(2 * ROWS);
        });
  }

  @Test
  void writeTimesAreTimestampsThatAreImportedAgain() throws SQLException {
    String keyspace = TestCluster.newKeyspace(1);
    TestCluster.define(
        "CREATE TABLE " + keyspace + ".t (id int PRIMARY KEY, v text, tags set<text>)");
    session.execute(
        "INSERT INTO "
            + keyspace
            + ".t (id, v, tags) VALUES (1, 'x', {'a', 'b'}) USING TIMESTAMP 1700000000123456");
    for (ImportSource source :
        List.of(
            exported(
                operator.export(keyspace, "t"),
                IcebergTarget.warehouse(folder).table(TABLE).types(TypeMapping.ANALYTICS)),
            exportedFiles(operator.export(keyspace, "t")))) {
      String to = TestCluster.newKeyspace(1);
      operator.importInto(to, "t").from(source).createTable().execute();
      String times = "SELECT id, v, writetime(v), writetime(tags) FROM %s.t";
      assertThat(text(session.execute(String.format(times, to)).all()))
          .isEqualTo(text(session.execute(String.format(times, keyspace)).all()));
    }
    Warehouse.with(
        folder,
        warehouse ->
            assertThat(types(warehouse.table(TABLE).schema()))
                .containsEntry("v_writetime", "timestamptz")
                .containsEntry("tags_writetime", "list<timestamptz>"));
    assertThat(query("SELECT epoch_us(v_writetime) FROM read_parquet(" + list(dataFiles()) + ")"))
        .containsExactly("[1700000000123456]");
  }

  private ImportSource exported(ExportRequest export, IcebergTarget target) {
    assertThat(export.to(target).withWritetime().execute().rows()).isEqualTo(1);
    return IcebergSource.warehouse(folder).table(TABLE);
  }

  private ImportSource exportedFiles(ExportRequest export) {
    Path files = folder.resolve("times");
    ParquetTarget target = ParquetTarget.folder(files).types(TypeMapping.ANALYTICS);
    assertThat(export.to(target).withWritetime().execute().rows()).isEqualTo(1);
    return ParquetSource.at(files);
  }

  private String sales() {
    String keyspace = TestCluster.newKeyspace(1);
    define(keyspace);
    for (int i = 0; i < ROWS; i++) {
      BigDecimal amount = new BigDecimal(BigInteger.valueOf(i * 37L - 900), i % 5 - 1);
      session.execute(
          String.format(
              "INSERT INTO %s.sales (id, seq, at, amount, total, opens, amounts, line, pair) VALUES"
                  + " (%s, %d, %s, %s, %d, '%02d:30:00.%06d', {'net': %s}, {price: %s, qty: %d},"
                  + " (%s, '01:02:03'))",
              keyspace,
              id(i),
              i,
              new UUID(0x1234567800001000L, 0x8000000000000000L | i),
              amount.toPlainString(),
              i * 1_000_000_007L,
              i % 24,
              i,
              amount.toPlainString(),
              amount.toPlainString(),
              i,
              id(i + 1)));
    }
    return keyspace;
  }

  private static void define(String keyspace) {
    TestCluster.define("CREATE TYPE " + keyspace + ".line (price decimal, qty varint)");
    TestCluster.define(
        "CREATE TABLE "
            + keyspace
            + ".sales "
            + COLUMNS.replace("frozen<line>", "frozen<" + keyspace + ".line>"));
  }

  private static UUID id(int i) {
    return new UUID(0x4000L | ((long) i * 0x9E37_79B9L) << 32, 0x8000000000000000L | i * 31L);
  }

  private void assertDuckDbComputes(List<String> files, String keyspace) throws SQLException {
    String from = " FROM read_parquet(" + list(files) + ")";
    assertThat(query("SELECT sum(amount), sum(amounts['net']), sum(line.price)" + from))
        .containsExactly(
            "[%1$s, %1$s, %1$s]".formatted(sum(keyspace).setScale(18).toPlainString()));
    assertThat(query("SELECT sum(total)::VARCHAR" + from))
        .containsExactly("[" + 1_000_000_007L * ROWS * (ROWS - 1) / 2 + "]");
    assertThat(query("SELECT seq" + from + " WHERE id = '" + id(7) + "'")).containsExactly("[7]");
    assertThat(query("SELECT seq" + from + " WHERE pair.f0 = '" + id(8) + "'"))
        .containsExactly("[7]");
    assertThat(query("SELECT seq" + from + " WHERE opens = TIME '05:30:00.000029'"))
        .containsExactly("[29]");
    assertThat(query("SELECT DISTINCT pair.f1" + from)).containsExactly("[01:02:03]");
  }

  /** Everything is equal but the scale of decimals. */
  private void assertImportedEqual(String keyspace, ImportSource source) {
    String to = TestCluster.newKeyspace(1);
    operator.importInto(to, "copy").from(source).createTable().execute();
    assertThat(rows(to + ".copy", true)).isEqualTo(rows(keyspace + ".sales", true));
    assertThat(rows(to + ".copy", false)).isNotEqualTo(rows(keyspace + ".sales", false));
  }

  private BigDecimal sum(String keyspace) {
    return session.execute("SELECT amount FROM " + keyspace + ".sales").all().stream()
        .map(row -> row.getBigDecimal(0))
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private List<String> column(String keyspace, String columns) {
    return text(session.execute("SELECT " + columns + " FROM " + keyspace + ".sales").all());
  }

  /** The rows by key; if asked, with all decimals without zeros at their end. */
  private Map<String, String> rows(String table, boolean normalized) {
    Map<String, String> rows = new TreeMap<>();
    for (Row row : session.execute("SELECT * FROM " + table)) {
      Map<String, String> values = new TreeMap<>();
      for (ColumnDefinition column : row.getColumnDefinitions()) {
        String name = column.getName().asInternal();
        String text = text(row).get(row.firstIndexOf(column.getName()));
        values.put(
            name,
            normalized && Set.of("amount", "amounts", "line").contains(name)
                ? NUMBER
                    .matcher(text)
                    .replaceAll(
                        number ->
                            new BigDecimal(number.group()).stripTrailingZeros().toPlainString())
                : text);
      }
      rows.put(row.getUuid("id").toString(), values.toString());
    }
    return rows;
  }

  private static List<String> text(Row row) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < row.size(); i++) {
      TypeCodec<Object> codec = row.codecRegistry().codecFor(row.getType(i));
      texts.add(codec.format(row.getObject(i)));
    }
    return texts;
  }

  private static List<String> text(List<Row> rows) {
    return rows.stream().map(row -> text(row).toString()).toList();
  }

  private static Map<String, String> types(Schema schema) {
    return schema.columns().stream()
        .collect(Collectors.toMap(NestedField::name, field -> field.type().toString()));
  }

  private List<String> dataFiles() {
    List<String> files = new ArrayList<>();
    Warehouse.with(
        folder,
        warehouse -> {
          for (DataFile file : Warehouse.dataFiles(warehouse.table(TABLE))) {
            files.add(LocalFileIO.path(file.location()).toString());
          }
        });
    return files;
  }

  private static String list(List<String> files) {
    return files.stream().map(file -> "'" + file + "'").collect(Collectors.joining(", ", "[", "]"));
  }

  private static List<String> query(String sql) throws SQLException {
    try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckDb.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      List<String> rows = new ArrayList<>();
      while (result.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
          row.add(result.getString(i));
        }
        rows.add(row.toString());
      }
      return rows;
    }
  }
}
