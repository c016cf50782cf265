package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an import sends is of one partition each, and says of which. */
@ClusterTest
class ImportPlacementIT {

  private static final int PARTITIONS = 40;
  private static final int ROWS_PER_PARTITION = 10;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"(a)", "(a, b)"})
  void aBatchIsOfOnePartition(String partitionKey) {
    CqlSession session = TestCluster.session();
    String keyspace = TestCluster.newKeyspace(1);
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
    SessionWatch watch = new SessionWatch(session);
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(watch.session())) {
      operator.exportFrom(keyspace, "t").to(CsvTarget.folder(folder.resolve("files"))).run();
      assertThat(
              operator
                  .importInto(keyspace, "copy")
                  .from(CsvSource.at(folder.resolve("files")))
                  .run()
                  .rows())
          .isEqualTo(PARTITIONS * ROWS_PER_PARTITION);
    }

    Set<ByteBuffer> routed = new HashSet<>();
    int batches = 0;
    for (Statement<?> sent : watch.sent()) {
      if (sent instanceof BatchStatement batch) {
        batches++;
        Set<Integer> partitions = new HashSet<>();
        batch.forEach(each -> partitions.add(((BoundStatement) each).getInt("a")));
        assertThat(partitions).hasSize(1);
        int partition = partitions.iterator().next();
        assertThat(batch.getRoutingKey())
            .isEqualTo(insert.bind(partition, -partition, 0, "").getRoutingKey());
        routed.add(batch.getRoutingKey());
      }
    }
    assertThat(routed).hasSize(PARTITIONS);
    assertThat(batches).isLessThan(2 * PARTITIONS);
  }
}
