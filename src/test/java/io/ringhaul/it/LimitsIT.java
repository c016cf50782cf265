package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.config.ProgrammaticDriverConfigLoaderBuilder;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.Statement;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
import com.datastax.oss.driver.api.core.metadata.token.Token;
import io.ringhaul.ExportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.RecordingSession;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.Topology;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.internal.request.Preparation;
import io.ringhaul.internal.request.Request;
import io.ringhaul.internal.request.RequestSender;
import io.ringhaul.internal.request.RequestSettings;
import io.ringhaul.limits.Balancing;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Limits on requests, and the reaction to an overloaded cluster or driver. */
@ClusterTest
@Topology
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LimitsIT {

  private static final int ROWS = 3_000;
  private static final int NARROW_REQUESTS = 4;
  private static final int NARROW_QUEUE = 4;
  private static final String SPECULATIVE = "speculative";

  private final CqlSession session = TestCluster.session();
  private String keyspace = "";

  @BeforeAll
  void insert() {
    keyspace = TestCluster.newKeyspace(3);
    TestCluster.define("CREATE TABLE " + keyspace + ".t (id int PRIMARY KEY, v int)");
    TestCluster.define("CREATE TABLE " + keyspace + ".clone (id int PRIMARY KEY, v int)");
    TestCluster.define("CREATE TABLE " + keyspace + ".sums (id int PRIMARY KEY, n counter)");
    TestCluster.define("CREATE TABLE " + keyspace + ".lists (id int PRIMARY KEY, l list<int>)");
    AsyncWrites.writeRows(
        session,
        "INSERT INTO " + keyspace + ".t (id, v) VALUES (?, ?)",
        ROWS,
        i -> new Object[] {i, -i});
  }

  @Test
  void boundsRowsAndBytesPerSecond(@TempDir Path folder) {
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      MemoryTarget target = new MemoryTarget();
      ExportResult byRows =
          operator.export(keyspace, "t").to(target).maxRowsPerSecond(ROWS).execute();
      assertAllRows(target);
      // Rows for one second, of which a burst of a quarter second may pass at once.
      assertThat(byRows.totals().duration()).isGreaterThan(Duration.ofMillis(750));

      ExportResult byBytes =
          operator
              .export(keyspace, "t")
              .to(CsvTarget.folder(folder.resolve("t")))
              .maxBytesPerSecond(byRows.totals().bytes())
              .execute();
      assertThat(byBytes.rows()).isEqualTo(ROWS);
      assertThat(byBytes.totals().duration()).isGreaterThan(Duration.ofMillis(700));

      assertThat(
              operator
                  .importInto(keyspace, "clone")
                  .from(CsvSource.at(folder.resolve("t")))
                  .maxRowsPerSecond(ROWS)
                  .execute()
                  .totals()
                  .duration())
          .isGreaterThan(Duration.ofMillis(750));
      RawTables.assertSame(session, keyspace, "t", "clone", ROWS, 0);
    }
  }

  @Test
  void boundsRequestsPerNode() {
    RecordingSession watch = new RecordingSession(session);
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(watch.session())) {
      MemoryTarget target = new MemoryTarget();
      operator
          .export(keyspace, "t")
          .to(target)
          .parallelism(50)
          .maxInFlightPerNode(2)
          .taskCount(60)
          .execute();
      assertAllRows(target);
      assertThat(
              operator.count(keyspace, "t").maxInFlightPerNode(2).taskCount(300).execute().rows())
          .isEqualTo(ROWS);
    }
    watch.requireMaxInFlightOfOneNode(2);
    assertThat(watch.coordinators()).hasSize(TestCluster.get().nodes());
  }

  @ParameterizedTest
  @EnumSource
  void balancesRequestsInEachMode(Balancing balancing) {
    assertThat(exportBalanced(balancing).coordinators()).hasSize(TestCluster.get().nodes());
  }

  /** Exports the table with the given balancing and returns the recorded requests. */
  private RecordingSession exportBalanced(Balancing balancing) {
    RecordingSession watch = new RecordingSession(session);
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(watch.session())) {
      MemoryTarget target = new MemoryTarget();
      operator.export(keyspace, "t").to(target).balancing(balancing).taskCount(60).execute();
      assertAllRows(target);
    }
    return watch;
  }

  /** All requests for the same rows go to the same node. */
  @Test
  void affinityUsesFirstReplica() {
    RecordingSession watch = exportBalanced(Balancing.AFFINITY);
    TokenMap ring = session.getMetadata().getTokenMap().orElseThrow();
    int pages = 0;
    for (Statement<?> sent : watch.sent()) {
      Token token = sent.getRoutingToken();
      if (token != null && sent.getNode() != null) {
        assertThat(sent.getNode()).isEqualTo(ring.getReplicas(keyspace, token).iterator().next());
        pages++;
      }
    }
    assertThat(pages).isGreaterThanOrEqualTo(60);
  }

  /**
   * The driver accepts few concurrent requests and rejects the others, so the sender must adapt.
   */
  @Test
  void overloadReducesRequestsInFlight() throws Exception {
    try (CqlSession narrow = narrowSession()) {
      RequestSettings settings = settings(64, Optional.empty());
      PreparedStatement look = session.prepare("SELECT v FROM " + keyspace + ".t WHERE id = ?");
      try (RequestSender sender = new RequestSender(narrow, settings)) {
        List<CompletableFuture<AsyncResultSet>> answers = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
          answers.add(sender.send(Request.of(look.bind(i))).toCompletableFuture());
        }
        for (int i = 0; i < ROWS; i++) {
          assertThat(answers.get(i).get().one().getInt(0)).isEqualTo(-i);
        }
        assertThat(sender.retries()).isPositive();
        assertThat(sender.inFlightBound()).isLessThan(64);
      }
      try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(narrow)) {
        MemoryTarget target = new MemoryTarget();
        operator.export(keyspace, "t").to(target).parallelism(64).taskCount(64).execute();
        assertAllRows(target);
      }
    }
  }

  /** Preparation succeeds even if the application's own requests fill the session. */
  @Test
  void fullSessionOnlyDelaysPreparation() {
    try (CqlSession narrow = narrowSession()) {
      String cql = "SELECT v FROM " + keyspace + ".t WHERE id = ?";
      PreparedStatement look = narrow.prepare(cql);
      AtomicBoolean isBusy = new AtomicBoolean(true);
      for (int i = 0; i < 3 * (NARROW_REQUESTS + NARROW_QUEUE); i++) {
        keepBusy(narrow, look.bind(i), isBusy);
      }
      String other = cql + " LIMIT 1";
      CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS)
          .execute(() -> isBusy.set(false));
      assertThat(Preparation.prepare(narrow, other).getQuery()).isEqualTo(other);
    }
  }

  /** Sends the statement again after each answer or rejection. */
  private static void keepBusy(CqlSession session, Statement<?> look, AtomicBoolean isBusy) {
    session
        .executeAsync(look)
        .whenCompleteAsync(
            (rows, failure) -> {
              if (isBusy.get()) {
                keepBusy(session, look, isBusy);
              }
            });
  }

  /** Opens a session that accepts few concurrent requests and rejects the others. */
  private static CqlSession narrowSession() {
    return session(
        config ->
            config
                .withString(
                    DefaultDriverOption.REQUEST_THROTTLER_CLASS,
                    "ConcurrencyLimitingRequestThrottler")
                .withInt(
                    DefaultDriverOption.REQUEST_THROTTLER_MAX_CONCURRENT_REQUESTS, NARROW_REQUESTS)
                .withInt(DefaultDriverOption.REQUEST_THROTTLER_MAX_QUEUE_SIZE, NARROW_QUEUE));
  }

  /**
   * Each request is sent up to four times, a millisecond apart; rows arrive once and sums count
   * once. The timer tick is 1 ms instead of the default 100 ms, because speculative executions
   * start at the next tick.
   */
  @Test
  void speculationDuplicatesNothing() throws Exception {
    try (CqlSession hasty =
        session(
            config ->
                config
                    .withDuration(
                        DefaultDriverOption.NETTY_TIMER_TICK_DURATION, Duration.ofMillis(1))
                    .startProfile(SPECULATIVE)
                    .withString(
                        DefaultDriverOption.SPECULATIVE_EXECUTION_POLICY_CLASS,
                        "ConstantSpeculativeExecutionPolicy")
                    .withInt(DefaultDriverOption.SPECULATIVE_EXECUTION_MAX, 3)
                    .withDuration(
                        DefaultDriverOption.SPECULATIVE_EXECUTION_DELAY, Duration.ZERO))) {
      RecordingSession watch = new RecordingSession(hasty);
      try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(watch.session())) {
        MemoryTarget target = new MemoryTarget();
        operator
            .export(keyspace, "t")
            .to(target)
            .executionProfile(SPECULATIVE)
            .pageSize(20)
            .execute();
        assertAllRows(target);
        assertThat(operator.count(keyspace, "t").executionProfile(SPECULATIVE).execute().rows())
            .isEqualTo(ROWS);
      }
      assertThat(watch.speculations()).isPositive();
      RecordingSession writing = new RecordingSession(hasty);
      PreparedStatement sum =
          hasty.prepare("UPDATE " + keyspace + ".sums SET n = n + 1 WHERE id = ?");
      PreparedStatement append =
          hasty.prepare("UPDATE " + keyspace + ".lists SET l = l + [7] WHERE id = ?");
      try (BatchWriter writer =
          BatchWriter.builder(writing.session())
              .parallelism(64)
              .requestTimeout(Duration.ofSeconds(30))
              .maxAttempts(20)
              .executionProfile(SPECULATIVE)
              .build()) {
        for (int i = 0; i < 100; i++) {
          writer.add(sum.bind(i));
          writer.add(append.bind(i).setIdempotent(false));
        }
        writer.flush();
      }
      assertThat(writing.speculations()).isZero();
      for (Row row : session.execute("SELECT n FROM " + keyspace + ".sums")) {
        assertThat(row.getLong(0)).isEqualTo(1);
      }
      for (Row row : session.execute("SELECT l FROM " + keyspace + ".lists")) {
        assertThat(row.getList(0, Integer.class)).containsExactly(7);
      }
    }
  }

  private static CqlSession session(Consumer<ProgrammaticDriverConfigLoaderBuilder> settings) {
    ProgrammaticDriverConfigLoaderBuilder config =
        DriverConfigLoader.programmaticBuilder()
            .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(30));
    settings.accept(config);
    return CqlSession.builder()
        .addContactPoints(TestCluster.get().contactPoints())
        .withLocalDatacenter(TestCluster.get().localDatacenter())
        .withConfigLoader(config.build())
        .build();
  }

  private static RequestSettings settings(int parallelism, Optional<String> profile) {
    return new RequestSettings(
        parallelism, DefaultConsistencyLevel.LOCAL_QUORUM, Duration.ofSeconds(30), 20, profile);
  }

  private static void assertAllRows(MemoryTarget target) {
    assertThat(
            target.rows().stream().map(row -> row.get("id") + " " + row.get("v")).sorted().toList())
        .isEqualTo(IntStream.range(0, ROWS).mapToObj(i -> i + " " + -i).sorted().toList());
  }
}
