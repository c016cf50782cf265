package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.Topology;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows on, just before and just after every ring boundary are read once for every split count. */
@ClusterTest
@Topology
class RingEdgesIT {

  private static final List<Integer> TASK_COUNTS = List.of(1, 7, 100, 1000);

  @TempDir private Path warehouse;

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void readsEveryBoundaryOnce(int replicationFactor) {
    CqlSession session = TestCluster.session();
    String keyspace = TestCluster.newKeyspace(replicationFactor);
    SortedSet<Long> tokens = tokens(session);
    createTable(keyspace, "edges");
    insert(session, keyspace, tokens);
    assertThat(readTokens(session, keyspace)).isEqualTo(expectedTokens(tokens));
    List<List<@Nullable String>> rows = RawTables.read(session, keyspace, "edges");
    assertThat(rows.size()).isEqualTo(tokens.size());
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      for (int taskCount : TASK_COUNTS) {
        assertThat(operator.count(keyspace, "edges").taskCount(taskCount).execute().rows())
            .as("split count %d", taskCount)
            .isEqualTo(tokens.size());
        String exportName = "rf" + replicationFactor + ".split" + taskCount;
        assertThat(
                operator
                    .export(keyspace, "edges")
                    .taskCount(taskCount)
                    .to(IcebergTarget.warehouse(warehouse).table(exportName))
                    .execute()
                    .rows())
            .as("split count %d", taskCount)
            .isEqualTo(tokens.size());
        Warehouse.inspect(
            warehouse,
            TableIdentifier.parse(exportName),
            table -> {
              List<Long> exported = new ArrayList<>();
              for (Record row : Warehouse.rows(table)) {
                exported.add((Long) row.getField("position"));
              }
              exported.sort(null);
              assertThat(exported)
                  .as("split count %d", taskCount)
                  .isEqualTo(new ArrayList<>(tokens));
            });
        String clone = "clone" + taskCount;
        createTable(keyspace, clone);
        assertThat(
                operator
                    .importInto(keyspace, clone)
                    .from(IcebergSource.warehouse(warehouse).table(exportName))
                    .execute()
                    .rows())
            .as("split count %d", taskCount)
            .isEqualTo(tokens.size());
        RawTables.assertHolds(session, keyspace, clone, rows, 0);
      }
    }
  }

  /**
   * Returns the ends of the token range, its middle, and each ring boundary with its neighbours.
   */
  private static SortedSet<Long> tokens(CqlSession session) {
    SortedSet<Long> tokens = new TreeSet<>(List.of(Long.MIN_VALUE + 1, Long.MIN_VALUE + 2));
    tokens.addAll(List.of(-1L, 0L, 1L, Long.MAX_VALUE - 1, Long.MAX_VALUE));
    TokenMap ring = session.getMetadata().getTokenMap().orElseThrow();
    int borders = 0;
    for (var range : ring.getTokenRanges()) {
      long border = Long.parseLong(ring.format(range.getEnd()));
      tokens.addAll(List.of(border - 1, border, border + 1));
      borders++;
    }
    // No key has this token.
    tokens.remove(Long.MIN_VALUE);
    assertThat(tokens).hasSizeGreaterThanOrEqualTo(2 * borders);
    return tokens;
  }

  private static void createTable(String keyspace, String table) {
    TestCluster.define(
        String.format(
            "CREATE TABLE %s.%s (id blob PRIMARY KEY, position bigint)", keyspace, table));
  }

  private static void insert(CqlSession session, String keyspace, SortedSet<Long> tokens) {
    PreparedStatement insert =
        session.prepare("INSERT INTO " + keyspace + ".edges (id, position) VALUES (?, ?)");
    // Writes at ALL, so that reads at a lower level find the rows on every replica.
    try (AsyncWrites writes = new AsyncWrites(session)) {
      long salt = 0;
      for (long token : tokens) {
        writes.add(
            insert
                .bind(Murmur3Keys.withToken(token, salt++), token)
                .setConsistencyLevel(ConsistencyLevel.ALL));
      }
    }
  }

  /** Returns the token that the server computes for each intended token. */
  private static Map<Long, Long> readTokens(CqlSession session, String keyspace) {
    Map<Long, Long> computed = new HashMap<>();
    for (Row row : session.execute("SELECT position, token(id) FROM " + keyspace + ".edges")) {
      computed.put(row.getLong(0), row.getLong(1));
    }
    return computed;
  }

  private static Map<Long, Long> expectedTokens(SortedSet<Long> tokens) {
    Map<Long, Long> expected = new HashMap<>();
    tokens.forEach(token -> expected.put(token, token));
    return expected;
  }
}
