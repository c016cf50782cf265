package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import io.ringhaul.CountResult;
import io.ringhaul.ExportRequest;
import io.ringhaul.ExportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.TightNode;
import io.ringhaul.exceptions.FailedRange;
import io.ringhaul.exceptions.IncompleteOperationException;
import io.ringhaul.ring.TokenRange;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Tables that a node cannot give in the pages it is asked for: every row comes, and once. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultyReadsIT {

  private static final String KEYSPACE = "tight" + System.nanoTime();
  private static final Duration RANGE_TIMEOUT = Duration.ofSeconds(10);

  private TightNode node;
  private CqlSession session;
  private TokenAwareBulkOperator operator;

  @BeforeAll
  void start() throws Exception {
    node = TightNode.start();
    session = node.superuser();
    operator = TokenAwareBulkOperator.over(session);
    session.execute(
        "CREATE KEYSPACE "
            + KEYSPACE
            + " WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}");
  }

  @AfterEach
  void loosen() throws Exception {
    node.tombstoneFailureThreshold(100_000);
    node.rangeTimeout(RANGE_TIMEOUT);
    node.pageSizeThreshold(-1);
  }

  @AfterAll
  void stop() throws Exception {
    operator.close();
    node.close();
  }

  /** Tombstones between the rows: a page of half as many rows passes half as many tombstones. */
  @Test
  void tombstonesBetweenRowsTakeSmallerPages() {
    int live = 400;
    table("between", "(id int, c int, v int, " + columns(100) + " PRIMARY KEY (id, c))");
    PreparedStatement dead = session.prepare(nulls("between", 100));
    PreparedStatement insert =
        session.prepare("INSERT INTO " + KEYSPACE + ".between (id, c, v) VALUES (?, ?, ?)");
    try (AsyncWrites writes = new AsyncWrites(session)) {
      for (int i = 0; i < live; i++) {
        List<BoundStatement> rows = new ArrayList<>();
        rows.add(insert.bind(1, 10 * i, i));
        for (int j = 1; j <= 5; j++) {
          rows.add(dead.bind(1, 10 * i + j));
        }
        writes.addPartition(rows);
        writes.add(insert.bind(2 + i, 0, i));
      }
    }

    SessionWatch watch = new SessionWatch(session);
    MemoryTarget target = new MemoryTarget();
    try (TokenAwareBulkOperator watched = TokenAwareBulkOperator.over(watch.session())) {
      ExportResult exported =
          watched
              .exportFrom(KEYSPACE, "between")
              .to(target)
              .columns("id", "c", "v")
              .pageSize(5_000)
              .splitCount(1)
              .run();
      assertThat(exported.rows()).isEqualTo(2 * live);
      assertThat(exported.totals().retries()).isPositive();
      assertThat(watched.count(KEYSPACE, "between").splitCount(1).run().rows())
          .isEqualTo(2 * live);
    }
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < live; i++) {
      expected.add("1 " + 10 * i + " " + i);
      expected.add((2 + i) + " 0 " + i);
    }
    assertThat(rows(target, "id", "c", "v")).isEqualTo(sorted(expected));
    assertThat(watch.sent()).extracting(Statement::getPageSize).contains(5_000, 625, 78);
  }

  /**
   * Many partitions of dead rows in a row: no page is small enough, but the range can be divided
   * behind the last row that was handed on, which is in the middle of a partition, and of several
   * partitions of one token.
   */
  @Test
  void tombstonesOfManyPartitionsTakeSmallerRanges() throws Exception {
    table("many", "(id blob, c int, v int, PRIMARY KEY (id, c))");
    PreparedStatement insert =
        session.prepare("INSERT INTO " + KEYSPACE + ".many (id, c, v) VALUES (?, ?, ?)");
    PreparedStatement delete =
        session.prepare("DELETE FROM " + KEYSPACE + ".many WHERE id = ? AND c = ?");
    List<String> expected = new ArrayList<>();
    try (AsyncWrites writes = new AsyncWrites(session)) {
      for (int i = 0; i < 60; i++) {
        // Three partitions of each token; those of every second token in the middle are dead.
        boolean isDead = i >= 20 && i < 40 && i % 5 != 0;
        for (int salt = 0; salt < 3; salt++) {
          ByteBuffer key = Murmur3Keys.withToken(i * 100_000_000_000L, salt);
          List<BoundStatement> rows = new ArrayList<>();
          for (int c = 0; c < 5; c++) {
            if (!isDead) {
              rows.add(insert.bind(key, c, i));
              expected.add(i + " " + c);
            }
          }
          for (int c = 5; isDead && c < 105; c++) {
            rows.add(delete.bind(key, c));
          }
          writes.addPartition(rows);
        }
      }
    }
    node.tombstoneFailureThreshold(500);
    for (int pageSize : new int[] {1, 7, 1_000}) {
      MemoryTarget target = new MemoryTarget();
      assertThat(
              operator
                  .exportFrom(KEYSPACE, "many")
                  .to(target)
                  .pageSize(pageSize)
                  .splitCount(1)
                  .run()
                  .rows())
          .isEqualTo(expected.size());
      assertThat(rows(target, "v", "c")).isEqualTo(sorted(expected));
    }
    // Without the key in the columns the rows' tokens are read besides.
    MemoryTarget values = new MemoryTarget();
    operator.exportFrom(KEYSPACE, "many").to(values).columns("v", "c").splitCount(1).run();
    assertThat(rows(values, "v", "c")).isEqualTo(sorted(expected));
    assertThat(values.rows().get(0)).containsOnlyKeys("v", "c");
    assertThat(operator.count(KEYSPACE, "many").splitCount(1).run().rows())
        .isEqualTo(expected.size());
  }

  private void table(String name, String definition) {
    session.execute("CREATE TABLE " + KEYSPACE + "." + name + " " + definition);
  }

  /** So many columns, with a comma after each. */
  private static String columns(int count) {
    return String.join(" ", IntStream.range(0, count).mapToObj(i -> "n" + i + " int,").toList());
  }

  /** An update of a row of (id, c) that leaves so many tombstones and nothing alive. */
  private static String nulls(String table, int count) {
    return "UPDATE "
        + KEYSPACE
        + "."
        + table
        + " SET "
        + String.join(", ", IntStream.range(0, count).mapToObj(i -> "n" + i + " = null").toList())
        + " WHERE id = ? AND c = ?";
  }

  private static List<String> rows(MemoryTarget target, String... columns) {
    return sorted(
        target.rows().stream()
            .map(
                row ->
                    String.join(
                        " ",
                        List.of(columns).stream().map(name -> String.valueOf(row.get(name))).toList()))
            .toList());
  }

  private static List<String> sorted(List<String> rows) {
    return rows.stream().sorted().toList();
  }
}
