package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.ImportRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.Topology;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.seeds.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Exported and imported counters keep their values and nulls, including static counters. */
@ClusterTest
@Topology
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CountersIT {

  private static final int PARTITIONS = 60;

  private final CqlSession session = TestCluster.session();
  private final TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
  private final long seed = Seeds.next();
  private String keyspace = "";
  private int rows;

  @TempDir private static Path warehouse;

  @BeforeAll
  void createTables() {
    keyspace = TestCluster.newKeyspace(3);
    for (String table : new String[] {"t", "clone", "again", "part"}) {
      TestCluster.define(
          String.format(
              "CREATE TABLE %s.%s (p int, q text, c int, n counter, m counter, s counter static,"
                  + " z counter static, PRIMARY KEY ((p, q), c)) WITH CLUSTERING ORDER BY (c DESC)",
              keyspace, table));
    }
    Random random = new Random(seed);
    PreparedStatement both = session.prepare(update("n = n + ?, m = m + ?", "AND c = ?"));
    PreparedStatement one = session.prepare(update("m = m + ?", "AND c = ?"));
    PreparedStatement statics = session.prepare(update("s = s + ?", ""));
    try (AsyncWrites writes = new AsyncWrites(session)) {
      for (int p = 0; p < PARTITIONS; p++) {
        String q = "q" + p;
        // Alternates between rows, rows with a static counter, and a static counter without
        // rows.
        if (p % 3 > 0) {
          writes.add(statics.bind(random.nextLong() >> 2, p, q));
        }
        int count = p % 3 == 2 ? 0 : 3;
        for (int c = 0; c < count; c++) {
          long delta = c == 1 ? 0 : random.nextLong() >> 2;
          writes.add(c == 2 ? one.bind(delta, p, q, c) : both.bind(delta, delta - 1, p, q, c));
        }
        rows += Math.max(1, count);
      }
    }
    // Partitioning by c scatters the rows of a partition over several files.
    assertThat(
            operator
                .export(keyspace, "t")
                .to(IcebergTarget.warehouse(warehouse).table("it.counters").partitionBy("c"))
                .taskCount(7)
                .execute()
                .rows())
        .isEqualTo(rows);
  }

  @AfterAll
  void close() {
    operator.close();
  }

  @Test
  void roundTripKeepsValuesAndNulls() {
    assertThat(importInto("clone").execute().rows()).isEqualTo(rows);
    RawTables.assertSame(session, keyspace, "t", "clone", rows, seed);
  }

  @Test
  void repeatedImportAddsToCounters() {
    ImportRequest request = importInto("again").columns("p", "q", "c", "n", "m").addToCounters();
    int withRows = rows - PARTITIONS / 3;
    assertThat(request.execute().rows()).isEqualTo(withRows);
    assertThat(request.execute().rows()).isEqualTo(withRows);
    int seen = 0;
    PreparedStatement original =
        session.prepare("SELECT n, m FROM " + keyspace + ".t WHERE p = ? AND q = ? AND c = ?");
    for (Row row : session.execute("SELECT p, q, c, n, m, s FROM " + keyspace + ".again")) {
      BoundStatement look = original.bind(row.getInt(0), row.getString(1), row.getInt(2));
      Row once = session.execute(look).one();
      assertThat(once).isNotNull();
      assertThat(row.isNull(3)).isEqualTo(once.isNull(0));
      assertThat(row.getLong(3)).as("seed %d", seed).isEqualTo(2 * once.getLong(0));
      assertThat(row.getLong(4)).as("seed %d", seed).isEqualTo(2 * once.getLong(1));
      assertThat(row.isNull(5)).isTrue();
      seen++;
    }
    assertThat(seen).isEqualTo(withRows);
  }

  @Test
  void refusesUnsupportedCounterOptions() {
    assertThatThrownBy(() -> importInto("part").addToCounters().execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith(
            "addToCounters does not go with the static counters of "
                + keyspace
                + ".part (\"s\", \"z\")");
    assertThatThrownBy(() -> importInto("part").nullsAsTombstones().execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("nullsAsTombstones does not go with the counters of ");
    assertThat(session.execute("SELECT p FROM " + keyspace + ".part").all()).isEmpty();
  }

  @Test
  void failedImportReportsAddedCounters() throws IOException {
    TestCluster.define("CREATE TABLE " + keyspace + ".hits (id int PRIMARY KEY, n counter)");
    Path csv = Files.writeString(warehouse.resolve("hits.csv"), "id,n\n1,5\n2,x\n");
    ImportRequest request = operator.importInto(keyspace, "hits").from(CsvSource.at(csv));
    assertThatThrownBy(request::execute)
        .isInstanceOf(UnrepresentableValueException.class)
        .hasMessageEndingWith(
            "; the amounts added so far stay; empty the table with TRUNCATE before you run"
                + " the import again");
    assertThatThrownBy(() -> request.addToCounters().execute())
        .hasMessageEndingWith(
            "; the amounts added so far stay, and running the import again would add them"
                + " again; compare the counters with their expected values first");
  }

  private ImportRequest importInto(String table) {
    return operator
        .importInto(keyspace, table)
        .from(IcebergSource.warehouse(warehouse).table("it.counters"));
  }

  private String update(String assignments, String clustering) {
    return String.format(
        "UPDATE %s.t SET %s WHERE p = ? AND q = ? %s", keyspace, assignments, clustering);
  }
}
