package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.ExportResult;
import io.ringhaul.ImportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.internal.files.Manifest;
import io.ringhaul.parquet.ParquetSource;
import io.ringhaul.parquet.ParquetTarget;
import io.ringhaul.seeds.Seeds;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A table survives a round trip through Parquet files. */
@ClusterTest
class ParquetRoundTripIT {

  private static final int ROWS = 4_000;

  /** Columns whose values have the same text form in DuckDB and Java. */
  private static final List<String> SHOWN =
      List.of(
          "customer",
          "total",
          "quantity",
          "note",
          "code",
          "order_date",
          "weight",
          "ratio",
          "small",
          "tiny",
          "big",
          "active",
          "event",
          "placed");

  @TempDir private Path folder;

  @Test
  void roundTripsEveryValue() throws SQLException {
    CqlSession session = TestCluster.session();
    long seed = Seeds.next();
    String keyspace = TestCluster.newKeyspace(3);
    OrdersTable orders = new OrdersTable(session, keyspace, seed);
    orders.createType();
    orders.create("orders");
    orders.create("clone");
    orders.insert("orders", ROWS);
    Path target = folder.resolve("orders");
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      ExportResult exported =
          operator
              .export(keyspace, "orders")
              .to(ParquetTarget.folder(target).maxFileSize(200_000))
              .execute();
      assertThat(exported.rows()).as("seed %d", seed).isEqualTo(ROWS);
      Manifest manifest = Manifest.find(target).orElseThrow();
      assertThat(manifest.rows()).isEqualTo(ROWS);
      assertThat(manifest.files()).hasSize(exported.files()).hasSizeGreaterThan(2);
      assertThat(manifest.coverage().isWholeRing()).isTrue();
      assertThat(manifest.holds(exported.jobId())).isTrue();

      assertThat(duckDb(target)).as("seed %d", seed).isEqualTo(expected(orders));

      ImportResult imported =
          operator.importInto(keyspace, "clone").from(ParquetSource.at(target)).execute();
      assertThat(imported.rows()).as("seed %d", seed).isEqualTo(ROWS);
      RawTables.assertSame(session, keyspace, "orders", "clone", ROWS, seed);
    }
  }

  @Test
  void importsFileOfDuckDb() throws SQLException {
    CqlSession session = TestCluster.session();
    String keyspace = TestCluster.newKeyspace(1);
    TestCluster.define(
        "CREATE TABLE "
            + keyspace
            + ".things (id int PRIMARY KEY, name text, price decimal, at timestamp,"
            + " tags list<text>, absent text)");
    Path file = folder.resolve("things.parquet");
    try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckDb.createStatement()) {
      statement.execute(
          "COPY (SELECT i::INTEGER AS id, CASE WHEN i % 3 > 0 THEN 'name ' || i END AS name,"
              + " (i / 8)::DECIMAL(12, 3) AS price, make_timestamptz(i * 1000000) AS at,"
              + " CASE WHEN i % 2 = 0 THEN ['a', 't' || i] END AS tags FROM range(700) t(i)) TO '"
              + file
              + "' (FORMAT parquet, ROW_GROUP_SIZE 2048)");
    }
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      assertThat(
              operator
                  .importInto(keyspace, "things")
                  .from(ParquetSource.at(folder + "/*.parquet"))
                  .execute()
                  .rows())
          .isEqualTo(700);
    }
    int rows = 0;
    for (Row row : session.execute("SELECT * FROM " + keyspace + ".things")) {
      int id = row.getInt("id");
      assertThat(row.getString("name")).isEqualTo(id % 3 > 0 ? "name " + id : null);
      assertThat(row.getBigDecimal("price")).isEqualTo(BigDecimal.valueOf(id * 125L, 3));
      assertThat(row.getInstant("at")).isEqualTo(Instant.ofEpochSecond(id));
      assertThat(row.getList("tags", String.class))
          .isEqualTo(id % 2 == 0 ? List.of("a", "t" + id) : List.of());
      assertThat(row.isNull("absent")).isTrue();
      rows++;
    }
    assertThat(rows).isEqualTo(700);
  }

  /** Returns some columns of each row as DuckDB reads them. */
  private static Map<Integer, List<@Nullable Object>> duckDb(Path folder) throws SQLException {
    Map<Integer, List<@Nullable Object>> rows = new HashMap<>();
    try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckDb.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT number, "
                    + String.join(", ", SHOWN.subList(0, SHOWN.size() - 1))
                    + ", epoch_ms(placed) FROM read_parquet('"
                    + folder
                    + "/*.parquet')")) {
      while (result.next()) {
        List<@Nullable Object> values = new ArrayList<>();
        for (int i = 2; i <= SHOWN.size() + 1; i++) {
          Object value = result.getObject(i);
          values.add(value == null ? null : value.toString());
        }
        assertThat(rows.put(result.getInt(1), values)).isNull();
      }
    }
    return rows;
  }

  private static Map<Integer, List<@Nullable Object>> expected(OrdersTable orders) {
    Map<Integer, List<@Nullable Object>> rows = new HashMap<>();
    for (int number = 0; number < ROWS; number++) {
      Map<String, @Nullable Object> row = orders.values(number);
      List<@Nullable Object> values = new ArrayList<>();
      for (String name : SHOWN) {
        Object value = row.get(name);
        values.add(
            value == null
                ? null
                : value instanceof Instant instant
                    ? Long.toString(instant.toEpochMilli())
                    : value.toString());
      }
      rows.put(number, values);
    }
    return rows;
  }
}
