package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import io.ringhaul.ExportRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.RecordingSession;
import io.ringhaul.cluster.Slow;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.Topology;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.internal.jobstore.JobRequest;
import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStore;
import io.ringhaul.job.TuningEntry;
import io.ringhaul.job.TuningEntry.State;
import io.ringhaul.limits.TuningMode;
import io.ringhaul.monitor.Sample;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Rows stay exact while the tuner changes a running operation. */
@ClusterTest
@Topology
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TuningIT {

  private static final int ROWS = 8_000;

  private final CqlSession session = TestCluster.session();
  private final List<TuningEntry> history = Collections.synchronizedList(new ArrayList<>());
  private final List<Sample> samples = Collections.synchronizedList(new ArrayList<>());
  private String keyspace = "";

  @BeforeAll
  void insert() {
    keyspace = TestCluster.newKeyspace(3);
    for (String table : List.of("t", "copy")) {
      TestCluster.define(
          "CREATE TABLE " + keyspace + "." + table + " (p int, c int, v text, PRIMARY KEY (p, c))");
    }
    AsyncWrites.writeRows(
        session,
        "INSERT INTO " + keyspace + ".t (p, c, v) VALUES (?, ?, ?)",
        ROWS,
        i -> new Object[] {i / 10, i % 10, "value " + i});
  }

  @BeforeEach
  void forget() {
    history.clear();
    samples.clear();
  }

  private ExportRequest export(TokenAwareBulkOperator operator, Path folder) {
    return operator
        .export(keyspace, "t")
        .to(CsvTarget.folder(folder))
        .onTuning(history::add)
        .onSample(samples::add);
  }

  /** Wraps a target so that each row takes extra time. */
  private static ExportTarget slow(ExportTarget target) {
    return () -> slow(TargetSession.class, target.open());
  }

  private static <T> T slow(Class<T> type, T slowed) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              if (method.getName().equals("write")) {
                Thread.sleep(2);
              }
              Object result;
              try {
                result = method.invoke(slowed, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
              }
              return result instanceof TaskWriter writer ? slow(TaskWriter.class, writer) : result;
            }));
  }

  /** Returns the values of all rows in the files of an export and checks that each occurs once. */
  private static Set<String> rows(Path folder) throws IOException {
    List<String> rows = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".csv")).toList()) {
        Files.readAllLines(file).stream().skip(1).forEach(rows::add);
      }
    }
    assertThat(rows).doesNotHaveDuplicates();
    return new TreeSet<>(rows);
  }

  private static Set<String> expected() {
    return IntStream.range(0, ROWS)
        .mapToObj(i -> i / 10 + "," + i % 10 + ",value " + i)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Slow
  @Test
  void adaptsFromBadSettingsWithExactRows(@TempDir Path folder) throws IOException {
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      // Slow enough for several changes on any machine.
      export(operator, folder.resolve("out"))
          .to(slow(CsvTarget.folder(folder.resolve("out"))))
          .parallelism(1)
          .pageSize(10)
          .tuning(TuningMode.ADAPT)
          .execute();
    }
    assertThat(rows(folder.resolve("out"))).isEqualTo(expected());
    assertThat(history).anyMatch(each -> each.state() == State.APPLIED);
    assertThat(samples).anyMatch(each -> each.tunables().getOrDefault("pageRows", 0L) != 10);
    assertThat(samples)
        .allSatisfy(
            each ->
                assertThat(each.tunables())
                    .containsOnlyKeys(
                        "inFlight",
                        "pageRows",
                        "workers",
                        "maxRowsPerSecond",
                        "maxBytesPerSecond"));
  }

  @Test
  void startsWithStoredAndRequestedParameters(@TempDir Path folder) throws IOException {
    String subject =
        String.format(
            "export csv of \"%s\".\"t\" in %s",
            keyspace, session.getMetadata().getClusterName().orElseThrow());
    UUID id = UUID.randomUUID();
    try (JobStore store = JobStore.file(folder.resolve("jobs.db"));
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      JobTelemetry.of(store)
          .putTuned(subject, Map.of("inFlight", 5L, "pageBytes", 65_536L, "workers", 2L), 1_000);
      export(operator, folder.resolve("out"))
          .job(JobOptions.in(store))
          .jobId(id)
          .tuning(TuningMode.ADAPT)
          .execute();
      Sample first = samples.get(0);
      assertThat(first.tunables())
          .containsEntry("inFlight", 5L)
          .containsEntry("pageBytes", 65_536L)
          .containsEntry("workers", 2L);
      samples.clear();
      export(operator, folder.resolve("asked"))
          .job(JobOptions.in(store))
          .parallelism(3)
          .tuning(TuningMode.ADAPT)
          .execute();
      assertThat(samples.get(0).tunables())
          .containsEntry("inFlight", 3L)
          .containsEntry("pageBytes", 65_536L);
    }
    assertThat(rows(folder.resolve("out"))).isEqualTo(expected());
    assertThat(rows(folder.resolve("asked"))).isEqualTo(expected());
  }

  @Test
  void historyRecordsRefusedRequests(@TempDir Path folder) throws IOException {
    UUID id = UUID.randomUUID();
    try (JobStore store = JobStore.file(folder.resolve("jobs.db"));
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      String beyond = "{\"parameter\":\"inFlight\",\"value\":100000}";
      export(operator, folder.resolve("out"))
          .job(JobOptions.in(store))
          .jobId(id)
          .parallelism(3)
          .maxRowsPerSecond(ROWS / 4)
          .onSample(
              sample -> {
                if (samples.size() == 1) {
                  JobTelemetry.of(store).ask(id, JobRequest.Kind.TUNE, beyond);
                }
              })
          .execute();
      assertThat(JobTelemetry.of(store).tuning(id))
          .singleElement()
          .satisfies(
              entry -> {
                assertThat(entry.state()).isEqualTo(State.REVERTED);
                assertThat(entry.before()).isEqualTo(3);
                assertThat(entry.after()).isEqualTo(100_000);
                assertThat(entry.effect().orElseThrow())
                    .startsWith("Refused: inFlight is 100000; it takes 1 to ");
              });
    }
    assertThat(rows(folder.resolve("out"))).isEqualTo(expected());
    assertThat(samples)
        .allSatisfy(each -> assertThat(each.tunables()).containsEntry("inFlight", 3L));
  }

  @Test
  void probeLimitsOperation(@TempDir Path folder) throws Exception {
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      export(operator, folder.resolve("out"))
          .to(slow(CsvTarget.folder(folder.resolve("out"))))
          .parallelism(8)
          .protectLatency(
              Duration.ofMillis(20), Duration.ofSeconds(1), () -> new CompletableFuture<Void>())
          .execute();
    }
    assertThat(rows(folder.resolve("out"))).isEqualTo(expected());
    assertThat(samples.subList(0, samples.size() - 1))
        .isNotEmpty()
        .allSatisfy(each -> assertThat(each.inFlightBound()).isLessThanOrEqualTo(1));
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals("ringhaul-probe")) {
        thread.join(10_000);
        assertThat(thread.isAlive()).isFalse();
      }
    }
  }

  @Slow
  @Test
  void builtInProbeReadsTable(@TempDir Path folder) throws IOException {
    RecordingSession watch = new RecordingSession(session);
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(watch.session())) {
      export(operator, folder.resolve("out"))
          .to(slow(CsvTarget.folder(folder.resolve("out"))))
          .parallelism(4)
          .protectLatency(Duration.ofMinutes(1), Duration.ofSeconds(1))
          .execute();
      assertThat(rows(folder.resolve("out"))).isEqualTo(expected());
      assertThat(watch.sent()).filteredOn(TuningIT::isByKey).hasSizeGreaterThan(10);
      assertThat(samples).anyMatch(each -> each.inFlightBound() > 1);
      // An empty table has no keys to probe.
      long written =
          operator
              .importInto(keyspace, "copy")
              .from(CsvSource.at(folder.resolve("out")))
              .maxBatchStatements(1)
              .tuning(TuningMode.ADAPT)
              .protectLatency(Duration.ofMinutes(1), Duration.ofSeconds(1))
              .execute()
              .rows();
      assertThat(written).isEqualTo(ROWS);
      assertThat(operator.count(keyspace, "copy").tuning(TuningMode.ADAPT).execute().rows())
          .isEqualTo(ROWS);
      assertThat(
              operator
                  .count(keyspace, "copy")
                  .protectLatency(Duration.ofMinutes(1), Duration.ofSeconds(1))
                  .withoutMonitoring()
                  .execute()
                  .rows())
          .isEqualTo(ROWS);
    }
  }

  /** Returns true for the queries by key that only the probe sends. */
  private static boolean isByKey(Statement<?> statement) {
    return statement instanceof BoundStatement bound
        && bound.getPreparedStatement().getQuery().endsWith("WHERE \"p\" = ? LIMIT 1");
  }
}
