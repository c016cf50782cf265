package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.DefaultBatchType;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.Statement;
import com.datastax.oss.driver.api.core.servererrors.UnavailableException;
import io.ringhaul.batch.BatchLimits;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.RecordingSession;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.Topology;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.UnknownWriteOutcomeException;
import io.ringhaul.internal.batch.StreamWriter;
import io.ringhaul.internal.batch.TestStreams;
import io.ringhaul.internal.request.RequestSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Non-idempotent writes are applied once; writes with an unknown outcome are reported. */
@ClusterTest
@Topology
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OnceOnlyIT {

  private static final int PARTITIONS = 20;
  private static final int ROWS_TO_A_PARTITION = 250;
  private static final int ROWS = PARTITIONS * ROWS_TO_A_PARTITION;

  private static final BatchLimits LIMITS =
      new BatchLimits(ROWS_TO_A_PARTITION, 1 << 20, 10 * ROWS);

  private final CqlSession session = TestCluster.session();
  private String keyspace = "";

  @BeforeAll
  void createTables() {
    keyspace = TestCluster.newKeyspace(1);
    for (String table : new String[] {"mixed", "unavailable", "slow"}) {
      TestCluster.define(
          String.format(
              "CREATE TABLE %s.%s (p int, c int, n counter, PRIMARY KEY (p, c))", keyspace, table));
    }
    TestCluster.define(
        String.format("CREATE TABLE %s.plain (p int, c int, v int, PRIMARY KEY (p, c))", keyspace));
    TestCluster.define(
        String.format(
            "CREATE TABLE %s.lists (p int, c int, v list<int>, PRIMARY KEY (p, c))", keyspace));
  }

  @Test
  void batchesDoNotMixKindsOfStatements() throws InterruptedException {
    RecordingSession watch = new RecordingSession(session);
    PreparedStatement counter = update("mixed");
    PreparedStatement plain =
        session.prepare("INSERT INTO " + keyspace + ".plain (p, c, v) VALUES (?, ?, ?)");
    PreparedStatement list =
        session.prepare("UPDATE " + keyspace + ".lists SET v = v + [7] WHERE p = ? AND c = ?");
    try (StreamWriter writer = writer(watch.session(), settings(Duration.ofSeconds(60)))) {
      for (int p = 0; p < PARTITIONS; p++) {
        for (int c = 0; c < ROWS_TO_A_PARTITION; c++) {
          writer.add(List.of(counter.bind(1L + c, p, c)));
          writer.add(List.of(plain.bind(p, c, c)));
          writer.add(List.of(list.bind(p, c).setIdempotent(false)));
        }
      }
      writer.flush();
      assertThat(writer.writtenStatements()).isEqualTo(3L * ROWS);
    }
    Map<String, Integer> statements = new HashMap<>();
    for (Statement<?> sent : watch.sent()) {
      BatchStatement batch = (BatchStatement) sent;
      Set<String> tables = new HashSet<>();
      batch.forEach(part -> tables.add(tableOf((BoundStatement) part)));
      assertThat(tables).hasSize(1);
      String table = tables.iterator().next();
      assertThat(batch.getBatchType())
          .isEqualTo(table.equals("mixed") ? DefaultBatchType.COUNTER : DefaultBatchType.UNLOGGED);
      assertThat(batch.isIdempotent()).isEqualTo(table.equals("plain"));
      statements.merge(table, batch.size(), Integer::sum);
    }
    assertThat(statements).isEqualTo(Map.of("mixed", ROWS, "plain", ROWS, "lists", ROWS));
    for (Row row : session.execute("SELECT p, c, n FROM " + keyspace + ".mixed")) {
      assertThat(row.getLong(2)).isEqualTo(1L + row.getInt(1));
    }
    for (Row row : session.execute("SELECT v FROM " + keyspace + ".lists")) {
      assertThat(row.getList(0, Integer.class)).containsExactly(7);
    }
  }

  @Test
  void repeatsWritesThatWereNotApplied() throws InterruptedException {
    RecordingSession watch = new RecordingSession(session);
    RequestSettings settings = settings(Duration.ofSeconds(60), DefaultConsistencyLevel.THREE, 3);
    try (StreamWriter writer = writer(watch.session(), settings)) {
      writer.add(List.of(update("unavailable").bind(1L, 1, 1)));
      assertThatThrownBy(writer::flush)
          .isExactlyInstanceOf(BulkOperationException.class)
          .hasMessageContaining("A batch could not be written")
          .hasRootCauseInstanceOf(UnavailableException.class);
      assertThat(writer.retries()).isEqualTo(2);
      assertThat(writer.writtenStatements()).isZero();
    }
    assertThat(watch.sent()).hasSize(3).allMatch(sent -> Boolean.FALSE.equals(sent.isIdempotent()));
    assertThat(session.execute("SELECT n FROM " + keyspace + ".unavailable").all()).isEmpty();
  }

  @Test
  void reportsUnknownOutcomeWithoutRetry() throws InterruptedException {
    UnknownWriteOutcomeException failure;
    long written;
    try (CqlSession hasty = hastySession()) {
      RecordingSession watch = new RecordingSession(hasty);
      PreparedStatement update = hasty.prepare(cql("slow"));
      try (StreamWriter writer =
          writer(watch.session(), settings(Duration.ofMillis(1)).withParallelism(PARTITIONS))) {
        for (int p = 0; p < PARTITIONS; p++) {
          for (int c = 0; c < ROWS_TO_A_PARTITION; c++) {
            writer.add(List.of(update.bind(1_000L, p, c)));
          }
        }
        failure = catchThrowableOfType(UnknownWriteOutcomeException.class, writer::flush);
        assertThat(writer.settle().orElseThrow().rows()).isEqualTo(failure.rows());
        written = writer.writtenStatements();
        assertThat(writer.retries()).isZero();
      }
      assertThat(watch.sent()).hasSize(PARTITIONS);
    }
    assertThat(failure).as("with a time-out of 1 ms, %d written", written).isNotNull();
    Set<String> inDoubt = new HashSet<>(failure.rows());
    assertThat(failure.rows()).hasSize(inDoubt.size()).hasSize((int) (ROWS - written));
    assertThat(failure)
        .hasMessageStartingWith(
            "The outcome of " + inDoubt.size() + " writes is unknown (DriverTimeoutException: ")
        .hasMessageContaining(failure.rows().get(0))
        .hasMessageEndingWith("All other writes were acknowledged or rejected");
    Map<String, Long> values = new HashMap<>();
    for (Row row : session.execute("SELECT p, c, n FROM " + keyspace + ".slow")) {
      values.put("(p = " + row.getInt(0) + ", c = " + row.getInt(1) + ")", row.getLong(2));
    }
    for (int p = 0; p < PARTITIONS; p++) {
      for (int c = 0; c < ROWS_TO_A_PARTITION; c++) {
        String row = "(p = " + p + ", c = " + c + ")";
        if (!inDoubt.remove(row) || values.containsKey(row)) {
          assertThat(values).containsEntry(row, 1_000L);
        }
      }
    }
    assertThat(inDoubt).isEmpty();
  }

  private PreparedStatement update(String table) {
    return session.prepare(cql(table));
  }

  private String cql(String table) {
    return "UPDATE " + keyspace + "." + table + " SET n = n + ? WHERE p = ? AND c = ?";
  }

  private static String tableOf(BoundStatement statement) {
    return statement.getPreparedStatement().getVariableDefinitions().get(0).getTable().asInternal();
  }

  private static StreamWriter writer(CqlSession through, RequestSettings settings) {
    return TestStreams.over(through, settings, LIMITS);
  }

  private static RequestSettings settings(Duration timeout) {
    return settings(timeout, DefaultConsistencyLevel.LOCAL_QUORUM, 5);
  }

  private static RequestSettings settings(
      Duration timeout, ConsistencyLevel consistency, int maxAttempts) {
    return new RequestSettings(8, consistency, timeout, maxAttempts, Optional.empty());
  }

  /**
   * Uses a 1 ms timer tick, because the driver's default of 100 ms is too coarse for a short
   * time-out.
   */
  private static CqlSession hastySession() {
    return CqlSession.builder()
        .addContactPoints(TestCluster.get().contactPoints())
        .withLocalDatacenter(TestCluster.get().localDatacenter())
        .withConfigLoader(
            DriverConfigLoader.programmaticBuilder()
                .withDuration(DefaultDriverOption.NETTY_TIMER_TICK_DURATION, Duration.ofMillis(1))
                .build())
        .build();
  }
}
