package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.batch.Grouping;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.RecordingSession;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.Topology;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Routing of the batches of an import. */
@ClusterTest
@Topology
class ImportPlacementIT {

  private static final int PARTITIONS = 40;
  private static final int ROWS_PER_PARTITION = 10;

  @TempDir private Path folder;

  private final CqlSession session = TestCluster.session();
  private final String keyspace = TestCluster.newKeyspace(1);

  @ParameterizedTest
  @ValueSource(strings = {"(a)", "(a, b)"})
  void routesSinglePartitionBatchByItsKey(String partitionKey) {
    List<Sent> batches = importCopy(partitionKey, Grouping.PARTITION);
    assertThat(batches)
        .allSatisfy(batch -> assertThat(batch.keys()).containsExactly(batch.routingKey()));
    assertThat(batches.stream().map(Sent::routingKey).distinct()).hasSize(PARTITIONS);
    assertThat(batches).hasSizeLessThan(2 * PARTITIONS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"(a)", "(a, b)"})
  void routesMultiPartitionBatchToCommonReplica(String partitionKey) {
    List<Sent> batches = importCopy(partitionKey, Grouping.REPLICA_SET);
    TokenMap ring = session.getMetadata().getTokenMap().orElseThrow();
    assertThat(batches)
        .allSatisfy(
            batch -> {
              assertThat(batch.keys()).contains(batch.routingKey()).hasSizeLessThanOrEqualTo(10);
              assertThat(batch.keys().stream().map(key -> ring.getReplicas(keyspace, key)))
                  .containsOnly(ring.getReplicas(keyspace, batch.routingKey()));
            });
    assertThat(batches).hasSizeLessThan(PARTITIONS / 2);
  }

  /** The routing key of a sent batch and the keys of its partitions. */
  private record Sent(ByteBuffer routingKey, Set<ByteBuffer> keys) {}

  private List<Sent> importCopy(String partitionKey, Grouping grouping) {
    TestCluster.define(
        Stream.of("t", "copy")
            .map(
                table ->
                    String.format(
                        "CREATE TABLE %s.%s (a int, b int, c int, v text, PRIMARY KEY (%s, %s))",
                        keyspace, table, partitionKey, partitionKey.contains("b") ? "c" : "b, c"))
            .toList());
    PreparedStatement insert =
        session.prepare("INSERT INTO " + keyspace + ".t (a, b, c, v) VALUES (?, ?, ?, ?)");
    try (AsyncWrites writes = new AsyncWrites(session)) {
      for (int i = 0; i < PARTITIONS * ROWS_PER_PARTITION; i++) {
        int partition = i / ROWS_PER_PARTITION;
        writes.add(insert.bind(partition, -partition, i, "x"));
      }
    }
    RecordingSession watch = new RecordingSession(session);
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(watch.session())) {
      operator.export(keyspace, "t").to(CsvTarget.folder(folder.resolve("files"))).execute();
      assertThat(
              operator
                  .importInto(keyspace, "copy")
                  .from(CsvSource.at(folder.resolve("files")))
                  .grouping(grouping)
                  .execute()
                  .rows())
          .isEqualTo(PARTITIONS * ROWS_PER_PARTITION);
    }
    List<Sent> batches = new ArrayList<>();
    for (Statement<?> sent : watch.sent()) {
      if (sent instanceof BatchStatement batch) {
        Set<ByteBuffer> keys = new HashSet<>();
        for (BatchableStatement<?> each : batch) {
          int partition = ((BoundStatement) each).getInt("a");
          keys.add(insert.bind(partition, -partition, 0, "").getRoutingKey());
        }
        batches.add(new Sent(batch.getRoutingKey(), keys));
      }
    }
    return batches;
  }
}
