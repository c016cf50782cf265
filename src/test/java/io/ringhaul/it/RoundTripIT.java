package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.ExportResult;
import io.ringhaul.ImportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.Topology;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.seeds.Seeds;
import java.nio.file.Path;
import java.util.BitSet;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A table with values of many types survives a round trip through Iceberg. */
@ClusterTest
@Topology
class RoundTripIT {

  private static final int ROWS = Integer.getInteger("ringhaul.it.rows", 10_000);

  @TempDir private Path warehouse;

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void roundTripsEveryValue(int replicationFactor) {
    CqlSession session = TestCluster.session();
    long seed = Seeds.next();
    String keyspace = TestCluster.newKeyspace(replicationFactor);
    OrdersTable orders = new OrdersTable(session, keyspace, seed);
    orders.createType();
    orders.create("orders");
    orders.create("clone");
    orders.insert("orders", ROWS);
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      assertThat(operator.count(keyspace, "orders").execute().rows())
          .as("seed %d", seed)
          .isEqualTo(ROWS);

      ExportResult exported =
          operator
              .export(keyspace, "orders")
              .to(IcebergTarget.warehouse(warehouse).table("it.orders"))
              .execute();
      assertThat(exported.rows()).as("seed %d", seed).isEqualTo(ROWS);
      assertThat(exported.rangesDone()).isEqualTo(exported.rangesPlanned());
      Warehouse.inspect(
          warehouse,
          TableIdentifier.of("it", "orders"),
          table -> {
            assertThat(table.snapshots()).hasSize(1);
            BitSet seen = new BitSet(ROWS);
            for (Record row : Warehouse.rows(table)) {
              int number = (Integer) row.getField("number");
              assertThat(seen.get(number)).as("duplicate row %d, seed %d", number, seed).isFalse();
              seen.set(number);
              IcebergValues.assertRow(row, orders.values(number), seed);
            }
            assertThat(seen.cardinality()).as("seed %d", seed).isEqualTo(ROWS);
          });

      ImportResult imported =
          operator
              .importInto(keyspace, "clone")
              .from(IcebergSource.warehouse(warehouse).table("it.orders"))
              .execute();
      assertThat(imported.rows()).as("seed %d", seed).isEqualTo(ROWS);
      RawTables.assertSame(session, keyspace, "orders", "clone", ROWS, seed);
    }
  }
}
