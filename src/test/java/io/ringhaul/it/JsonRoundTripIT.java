package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.ExportResult;
import io.ringhaul.ImportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.format.Compression;
import io.ringhaul.internal.files.Manifest;
import io.ringhaul.json.BlobForm;
import io.ringhaul.json.JsonSource;
import io.ringhaul.json.JsonTarget;
import io.ringhaul.seeds.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A table survives a round trip through JSON files. */
@ClusterTest
class JsonRoundTripIT {

  private static final int ROWS = 1_000;

  @TempDir private Path folder;

  @Test
  void roundTripsEveryValue() throws SQLException, IOException {
    CqlSession session = TestCluster.session();
    long seed = Seeds.next();
    String keyspace = TestCluster.newKeyspace(3);
    OrdersTable orders = new OrdersTable(session, keyspace, seed);
    orders.createType();
    orders.create("orders");
    orders.create("from_lines");
    orders.create("from_array");
    orders.insert("orders", ROWS);
    Path lines = folder.resolve("lines");
    Path array = folder.resolve("array");
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      ExportResult exported =
          operator
              .export(keyspace, "orders")
              .to(JsonTarget.folder(lines).maxFileSize(60_000))
              .execute();
      assertThat(exported.rows()).as("seed %d", seed).isEqualTo(ROWS);
      Manifest manifest = Manifest.find(lines).orElseThrow();
      assertThat(manifest.rows()).isEqualTo(ROWS);
      assertThat(manifest.files()).hasSize(exported.files()).hasSizeGreaterThan(2);
      assertDuckDbReads(lines + "/part-*.json", "newline_delimited");
      ImportResult imported =
          operator.importInto(keyspace, "from_lines").from(JsonSource.at(lines)).execute();
      assertThat(imported.rows()).as("seed %d", seed).isEqualTo(ROWS);
      RawTables.assertSame(session, keyspace, "orders", "from_lines", ROWS, seed);

      operator
          .export(keyspace, "orders")
          .to(JsonTarget.folder(array).singleArray().compression(Compression.GZIP))
          .execute();
      assertDuckDbReads(array + "/part-*.json.gz", "array");
      // Without the manifest, the folder looks like the output of another tool.
      Files.delete(array.resolve(Manifest.NAME));
      operator
          .importInto(keyspace, "from_array")
          .from(JsonSource.at(array).blobForm(BlobForm.LITERAL_FIRST))
          .execute();
      RawTables.assertSame(session, keyspace, "orders", "from_array", ROWS, seed);
    }
  }

  private static void assertDuckDbReads(String glob, String format) throws SQLException {
    try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckDb.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT count(*), count(DISTINCT number), sum(number) FROM read_json('"
                    + glob
                    + "', format='"
                    + format
                    + "')")) {
      assertThat(result.next()).isTrue();
      assertThat(result.getLong(1)).isEqualTo(ROWS);
      assertThat(result.getLong(2)).isEqualTo(ROWS);
      assertThat(result.getLong(3)).isEqualTo((long) ROWS * (ROWS - 1) / 2);
    }
  }
}
