package io.ringhaul.internal.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.ExportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.format.WriteMode;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests exports of a table that is altered between them, and imports of each state. */
@ClusterTest
class SchemaEvolutionIT {

  private static final String TABLE = "lake.people";

  @TempDir Path folder;

  private final CqlSession session = TestCluster.session();

  @Test
  void importsEachState() throws SQLException {
    String from = TestCluster.newKeyspace(1);
    String people = from + ".people";
    TestCluster.define("CREATE TYPE " + from + ".addr (zip int)");
    TestCluster.define(
        "CREATE TABLE "
            + people
            + " (id int, c text, name text, home frozen<addr>, PRIMARY KEY (id, c)) WITH CLUSTERING"
            + " ORDER BY (c DESC)");
    for (int id = 0; id < 30; id++) {
      session.execute(
          String.format(
              "INSERT INTO %s (id, c, name, home) VALUES (%d, 'x', 'n%d', {zip: %d})",
              people, id, id, id));
    }
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      ExportResult first = operator.export(from, "people").to(target()).execute();
      List<String> firstRows = rows(people, "id, c, name, home");

      TestCluster.define("ALTER TABLE " + people + " ADD city text");
      TestCluster.define("ALTER TABLE " + people + " ADD fixed decimal STATIC");
      TestCluster.define("ALTER TABLE " + people + " DROP name");
      TestCluster.define("ALTER TYPE " + from + ".addr ADD street text");
      for (int id = 20; id < 40; id++) {
        session.execute(
            String.format(
                "INSERT INTO %s (id, c, city, home, fixed) VALUES (%d, 'y', 'c%d', {zip: %d,"
                    + " street: 's'}, %d.25)",
                people, id, id, id, id));
      }
      session.execute("INSERT INTO " + people + " (id, fixed) VALUES (99, 1.00)");
      ExportResult second =
          operator
              .export(from, "people")
              .to(target().mode(WriteMode.OVERWRITE).decimal("fixed", 10, 2))
              .execute();

      Warehouse.with(
          folder,
          warehouse -> {
            Table table = warehouse.table(TABLE);
            assertThat(table.schema().columns())
                .extracting(NestedField::name)
                .startsWith("id", "c")
                .containsExactlyInAnyOrder("id", "c", "name", "home", "city", "fixed");
            assertThat(table.schema().findField("c").isOptional()).isTrue();
            assertThat(Warehouse.snapshots(table)).hasSize(2);
            assertThat(Warehouse.rows(table)).hasSize(51);
          });
      assertThat(duckDb()).containsExactlyInAnyOrderElementsOf(rows(people, "id, c, city, fixed"));

      String to = TestCluster.newKeyspace(1);
      operator.importInto(to, "now").from(source()).createTable().execute();
      assertThat(rows(to + ".now", "id, c, city, home, fixed"))
          .hasSize(51)
          .isEqualTo(rows(people, "id, c, city, home, fixed"));
      operator
          .importInto(to, "before")
          .from(source().snapshot(first.snapshotId().orElseThrow()))
          .createTable()
          .execute();
      // The type now has the new field, which is null in the older rows.
      assertThat(rows(to + ".before", "id, c, name, home"))
          .hasSize(30)
          .isEqualTo(firstRows.stream().map(row -> row.replace("}", ",street:NULL}")).toList());
      assertThat(second.rows()).isEqualTo(51);
    }
  }

  @Test
  void concurrentExportsOfAnAlteredTableSucceed() {
    String keyspace = TestCluster.newKeyspace(1);
    String people = keyspace + ".people";
    TestCluster.define("CREATE TABLE " + people + " (id int PRIMARY KEY)");
    for (int id = 0; id < 20; id++) {
      session.execute("INSERT INTO " + people + " (id) VALUES (" + id + ")");
    }
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      operator.export(keyspace, "people").to(target()).taskCount(2).execute();
      TestCluster.define("ALTER TABLE " + people + " ADD a text");
      TestCluster.define("ALTER TABLE " + people + " ADD b map<text, int>");
      List<CompletableFuture<ExportResult>> exports = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        exports.add(operator.export(keyspace, "people").to(target()).taskCount(2).executeAsync());
      }
      exports.forEach(CompletableFuture::join);
    }
    Warehouse.with(
        folder,
        warehouse -> {
          Table table = warehouse.table(TABLE);
          assertThat(table.schema().columns())
              .extracting(NestedField::name)
              .containsExactly("id", "a", "b");
          assertThat(Warehouse.snapshots(table)).hasSize(4);
          assertThat(Warehouse.rows(table)).hasSize(80);
          assertThat(warehouse.parquetFilesOnDisk())
              .isEqualTo(Warehouse.locations(Warehouse.dataFiles(table)));
        });
  }

  /** Returns the rows that DuckDB reads from the files of the current snapshot. */
  private List<String> duckDb() throws SQLException {
    List<String> files = new ArrayList<>();
    Warehouse.with(
        folder,
        warehouse -> {
          for (DataFile file : Warehouse.dataFiles(warehouse.table(TABLE))) {
            files.add("'" + LocalFileIO.path(file.location()) + "'");
          }
        });
    List<String> rows = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT id, '''' || c || '''', '''' || city || '''', fixed FROM read_parquet(["
                    + String.join(", ", files)
                    + "])")) {
      while (result.next()) {
        rows.add(
            String.format(
                "[id:%s, c:%s, city:%s, fixed:%s]",
                result.getObject(1),
                text(result.getObject(2)),
                text(result.getObject(3)),
                text(result.getObject(4))));
      }
    }
    return rows;
  }

  private static String text(@Nullable Object value) {
    return value == null ? "NULL" : value.toString();
  }

  private List<String> rows(String table, String columns) {
    List<String> rows = new ArrayList<>();
    for (Row row : session.execute("SELECT " + columns + " FROM " + table)) {
      rows.add(row.getFormattedContents());
    }
    return rows;
  }

  private IcebergTarget target() {
    return IcebergTarget.warehouse(folder).table(TABLE).mode(WriteMode.APPEND);
  }

  private IcebergSource source() {
    return IcebergSource.warehouse(folder).table(TABLE);
  }
}
