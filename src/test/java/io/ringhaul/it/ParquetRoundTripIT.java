package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.ExportResult;
import io.ringhaul.ImportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.files.Manifest;
import io.ringhaul.parquet.ParquetSource;
import io.ringhaul.parquet.ParquetTarget;
import io.ringhaul.seeds.Seeds;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A table goes out to a folder of Parquet files and comes back as it was. */
@ClusterTest
class ParquetRoundTripIT {

  private static final int ROWS = 4_000;

  @TempDir private Path folder;

  @Test
  void everyValueComesBack() throws SQLException {
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
              .exportFrom(keyspace, "orders")
              .to(ParquetTarget.folder(target).maxFileSize(200_000))
              .run();
      assertThat(exported.rows()).as("seed %d", seed).isEqualTo(ROWS);
      Manifest manifest = Manifest.find(target).orElseThrow();
      assertThat(manifest.rows()).isEqualTo(ROWS);
      assertThat(manifest.files()).hasSize(exported.files()).hasSizeGreaterThan(2);
      assertThat(manifest.coverage().isWholeRing()).isTrue();
      assertThat(manifest.holds(exported.jobId())).isTrue();

      try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
          Statement statement = duckDb.createStatement();
          ResultSet result =
              statement.executeQuery(
                  "SELECT count(*), count(DISTINCT number), sum(number) FROM read_parquet('"
                      + target
                      + "/*.parquet')")) {
        assertThat(result.next()).isTrue();
        assertThat(result.getLong(1)).isEqualTo(ROWS);
        assertThat(result.getLong(2)).isEqualTo(ROWS);
        assertThat(result.getLong(3)).isEqualTo((long) ROWS * (ROWS - 1) / 2);
      }

      ImportResult imported =
          operator.importInto(keyspace, "clone").from(ParquetSource.at(target)).run();
      assertThat(imported.rows()).as("seed %d", seed).isEqualTo(ROWS);
      RawTables.assertSame(session, keyspace, "orders", "clone", ROWS, seed);
    }
  }
}
