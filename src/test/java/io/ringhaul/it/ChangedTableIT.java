package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import com.datastax.oss.driver.api.core.metadata.Node;
import io.ringhaul.ExportRequest;
import io.ringhaul.ImportRequest;
import io.ringhaul.RowIterator;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.RecordingSession;
import io.ringhaul.cluster.Slow;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.Topology;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.formats.Format;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A table is dropped and recreated, or truncated, between two requests of an operation. The driver
 * prepares the statement again without an error, and its schema event arrives too late.
 */
@ClusterTest
@Topology
class ChangedTableIT {

  private static final int ROWS = 600;
  private static final int FILES = 4;

  private static String keyspace;

  /** A session that receives no schema events. */
  private static CqlSession session;

  @TempDir private Path folder;

  private final UUID id = UUID.randomUUID();
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger questions = new AtomicInteger();
  private JobStore store;
  private TokenAwareBulkOperator operator;

  /** Runs before the row request with the number {@code changeAt}. */
  private volatile Runnable change = () -> {};

  private volatile int changeAt;

  /** Runs before each query about the state of a table. */
  private volatile Consumer<SimpleStatement> question = statement -> {};

  @BeforeAll
  static void connect() {
    keyspace = TestCluster.newKeyspace(1);
    session =
        TestCluster.get()
            .newSession(
                config ->
                    config
                        .withDuration(
                            DefaultDriverOption.METADATA_SCHEMA_WINDOW, Duration.ofHours(1))
                        .withInt(DefaultDriverOption.METADATA_SCHEMA_MAX_EVENTS, 1_000_000));
  }

  @AfterAll
  static void disconnect() {
    session.close();
  }

  @BeforeEach
  void fill() {
    recreate();
    insert();
    session.refreshSchema();
    store = JobStore.file(folder.resolve("jobs.db"));
    operator = TokenAwareBulkOperator.over(new RecordingSession(session, this::sending).session());
  }

  @AfterEach
  void close() {
    operator.close();
    store.close();
  }

  @ParameterizedTest
  @EnumSource(
      value = Format.class,
      names = {"ICEBERG", "PARQUET"})
  void exportOfRecreatedTableCommitsNothing(Format format) throws IOException {
    Path out = folder.resolve("out");
    sending(300, ChangedTableIT::recreate);
    assertThatThrownBy(() -> export(format, out).execute())
        .isInstanceOf(JobException.class)
        .hasMessageMatching(
            "Table "
                + keyspace
                + "\\.t was dropped and recreated while it was exported: table id was"
                + " \"[-0-9a-f]+\" and is \"[-0-9a-f]+\"\\. Rows read before and after the"
                + " change do not belong together, so nothing was committed\\. Run the export"
                + " again");
    assertThat(files(out)).noneMatch(file -> file.endsWith(".parquet") || file.endsWith(".json"));
  }

  @Test
  void doesNotResumeJobOfRecreatedTable() throws IOException {
    Path out = folder.resolve("out");
    sending(300, ChangedTableIT::recreate);
    assertThatThrownBy(() -> export(Format.CSV, out, resuming()).execute())
        .isInstanceOf(JobException.class)
        .hasMessageContaining("was dropped and recreated while it was exported")
        .hasMessageEndingWith("Job " + id + " cannot be resumed: begin a new job");
    Job failed = store.find(id).orElseThrow();
    assertThat(failed.status()).isEqualTo(JobStatus.FAILED);
    assertThat(failed.error().orElseThrow()).contains("was dropped and recreated");
    assertThatThrownBy(() -> export(Format.CSV, out, resuming()).execute())
        .isInstanceOf(JobException.class)
        .hasMessageContaining("it has changed: table id was");
    insert();
    assertThat(export(Format.CSV, folder.resolve("new")).execute().rows()).isEqualTo(ROWS);
  }

  @Slow
  @Test
  void exportOfRecreatedViewCommitsNothing() {
    String view =
        String.format(
            "CREATE MATERIALIZED VIEW %1$s.by_v AS SELECT id, v FROM %1$s.t WHERE v IS NOT NULL AND"
                + " id IS NOT NULL PRIMARY KEY (v, id)",
            keyspace);
    TestCluster.define(view);
    session.refreshSchema();
    sending(
        300,
        () -> TestCluster.define(List.of("DROP MATERIALIZED VIEW " + keyspace + ".by_v", view)));
    try {
      assertThatThrownBy(
              () ->
                  operator
                      .export(keyspace, "by_v")
                      .to(Format.CSV.target(folder.resolve("out")))
                      .parallelism(1)
                      .execute())
          .isInstanceOf(JobException.class)
          .hasMessageContaining("by_v was dropped and recreated while it was exported");
    } finally {
      TestCluster.define("DROP MATERIALIZED VIEW " + keyspace + ".by_v");
    }
  }

  @Test
  void importIntoRecreatedTableFails() throws IOException {
    CsvSource source = csv();
    JobOptions options = JobOptions.in(store).resuming();
    sending(300, ChangedTableIT::recreate);
    assertThatThrownBy(() -> importing(source, options).execute())
        .isInstanceOf(JobException.class)
        .hasMessageContaining(
            "t was dropped and recreated while it was imported into: table id was")
        .hasMessageEndingWith(
            "Rows written before the change are lost, rows written after it are in the"
                + " current table. Job "
                + id
                + " cannot be resumed: begin a new import, which writes all rows");
    assertThat(rows()).isEqualTo(ROWS - 299);
    assertThatThrownBy(() -> importing(source, options).execute())
        .isInstanceOf(JobException.class)
        .hasMessageContaining("it has changed: table id was");
    assertThat(operator.importInto(keyspace, "t").from(source).execute().rows()).isEqualTo(ROWS);
    assertThat(rows()).isEqualTo(ROWS);
  }

  @Slow
  @Test
  void countOfRecreatedTableFails() {
    sending(300, ChangedTableIT::recreate);
    assertThatThrownBy(() -> operator.count(keyspace, "t").parallelism(1).execute())
        .isInstanceOfSatisfying(
            UnsuitableTableException.class,
            failure -> assertThat(failure.table()).isEqualTo(keyspace + ".t"))
        .hasMessageContaining("was dropped and recreated while it was counted: table id was")
        .hasMessageEndingWith(
            "Rows counted before and after the change do not belong together; count again");
    assertThat(operator.count(keyspace, "t").execute().rows()).isZero();
  }

  @Slow
  @Test
  void readOfRecreatedTableFails() {
    sending(300, ChangedTableIT::recreate);
    List<Row> read = new ArrayList<>();
    try (RowIterator rows = operator.read(keyspace, "t").parallelism(1).rows()) {
      assertThatThrownBy(() -> rows.forEachRemaining(read::add))
          .isInstanceOf(UnsuitableTableException.class)
          .hasMessageContaining("was dropped and recreated while it was read: table id was");
    }
    assertThat(read).isNotEmpty().hasSizeLessThan(ROWS);
  }

  @Test
  void exportOfDroppedTableCommitsNothing() throws IOException {
    Path out = folder.resolve("out");
    // The first round of table id queries comes before the first row.
    asking(TestCluster.get().nodes() + 1, () -> TestCluster.define("DROP TABLE " + table()));
    assertThatThrownBy(() -> export(Format.CSV, out).execute())
        .isInstanceOf(JobException.class)
        .hasMessageContaining("t was dropped while it was exported: table id was")
        .hasMessageContaining("and is \"\"");
    assertThat(files(out)).isEmpty();
  }

  @Test
  void exportReportsTruncation() throws IOException {
    Path out = folder.resolve("out");
    sending(300, ChangedTableIT::truncate);
    assertThatThrownBy(() -> export(Format.CSV, out).execute())
        .isInstanceOf(JobException.class)
        .hasMessageContaining(
            "truncated while it was exported: last truncation was \"never\" and is")
        .hasMessageContaining("so nothing was committed");
    assertThat(files(out)).isEmpty();
  }

  @Test
  void importReportsTruncation() throws IOException {
    // The table has an earlier truncation: only a new truncation counts.
    truncate();
    sending(300, ChangedTableIT::truncate);
    assertThatThrownBy(() -> importing(csv(), JobOptions.in(store)).execute())
        .isInstanceOf(JobException.class)
        .hasMessageMatching(
            "(?s).*truncated while it was imported into: last truncation was \"20[-0-9T:.]+Z\" and"
                + " is \"20[-0-9T:.]+Z\"\\. Rows written before the change are lost.*");
    assertThat(rows()).isEqualTo(ROWS - 299);
  }

  @Test
  void countAndReadReportTruncation() {
    sending(300, ChangedTableIT::truncate);
    assertThatThrownBy(() -> operator.count(keyspace, "t").parallelism(1).execute())
        .isInstanceOf(UnsuitableTableException.class)
        .hasMessageContaining("truncated while it was counted: last truncation was");
    insert();
    sending(300, ChangedTableIT::truncate);
    assertThatThrownBy(() -> operator.read(keyspace, "t").parallelism(1).forEach(row -> {}))
        .isInstanceOf(UnsuitableTableException.class)
        .hasMessageContaining("truncated while it was read: last truncation was");
  }

  @Test
  void doesNotResumeExportAfterTruncation() throws IOException {
    Path out = folder.resolve("out");
    sending(300, ChangedTableIT::fail);
    assertThatThrownBy(() -> export(Format.CSV, out, resuming()).execute())
        .isInstanceOf(BulkOperationException.class);
    truncate();
    assertThatThrownBy(() -> export(Format.CSV, out, resuming()).execute())
        .isInstanceOf(JobException.class)
        .hasMessageContaining("it has changed: last truncation was \"never\" and is \"20");
    store.reset(id);
    insert();
    sending(300, ChangedTableIT::fail);
    assertThatThrownBy(() -> export(Format.CSV, out, resuming()).execute())
        .isInstanceOf(BulkOperationException.class);
    assertThat(export(Format.CSV, out, resuming()).execute().rows()).isEqualTo(ROWS);
    // The rows are committed, so a later truncation does not matter.
    truncate();
    assertThat(export(Format.CSV, out, resuming()).execute().rows()).isEqualTo(ROWS);
  }

  @Test
  void doesNotResumeImportAfterTruncation() throws IOException {
    CsvSource source = csv();
    JobOptions options = JobOptions.in(store).resuming();
    truncate();
    sending(500, ChangedTableIT::fail);
    assertThatThrownBy(() -> importing(source, options).execute())
        .isInstanceOf(BulkOperationException.class);
    truncate();
    assertThatThrownBy(() -> importing(source, options).execute())
        .isInstanceOf(JobException.class)
        .hasMessageContaining("it has changed: last truncation was \"20");
    store.reset(id);
    sending(500, ChangedTableIT::fail);
    assertThatThrownBy(() -> importing(source, options).execute())
        .isInstanceOf(BulkOperationException.class);
    assertThat(importing(source, options).execute().rows()).isEqualTo(ROWS);
    assertThat(rows()).isEqualTo(ROWS);
  }

  @Slow
  @Test
  void ignoresColumnAddedDuringExport() throws IOException {
    Path out = folder.resolve("out");
    sending(300, () -> TestCluster.define("ALTER TABLE " + table() + " ADD w int"));
    assertThat(export(Format.CSV, out).execute().rows()).isEqualTo(ROWS);
    truncate();
    sending(300, () -> TestCluster.define("ALTER TABLE " + table() + " ADD x int"));
    assertThat(importing(csv(), JobOptions.in(store)).execute().rows()).isEqualTo(ROWS);
    assertThat(rows()).isEqualTo(ROWS);
    sending(300, () -> TestCluster.define("ALTER TABLE " + table() + " ADD y int"));
    assertThat(operator.count(keyspace, "t").parallelism(1).execute().rows()).isEqualTo(ROWS);
  }

  @Test
  void failureSuggestsAlteredType() {
    TestCluster.define(
        List.of(
            "CREATE TYPE " + keyspace + ".pair (a int, b int)",
            "CREATE TABLE " + keyspace + ".typed (id int PRIMARY KEY, p frozen<pair>)"));
    insert("typed", "(id, p) VALUES (?, {a: 1, b: 2})");
    session.refreshSchema();
    sending(
        300,
        () -> {
          TestCluster.define("ALTER TYPE " + keyspace + ".pair ADD c int");
          insert("typed", "(id, p) VALUES (?, {a: 1, b: 2, c: 3})");
        });
    assertThatThrownBy(
            () ->
                operator
                    .export(keyspace, "typed")
                    .to(Format.PARQUET.target(folder.resolve("out")))
                    .parallelism(1)
                    .execute())
        .isInstanceOf(UnrepresentableValueException.class)
        .hasMessageContaining(
            "p holds bytes that are not a serialized value of its type: 8 bytes after the last"
                + " part; if the type was altered since the operation began, run it again");
  }

  @Slow
  @Test
  void asksEachNodeTwiceRegardlessOfSize() throws IOException {
    // Each check asks for the table id and for the last truncation.
    int expected = 2 * 2 * TestCluster.get().nodes();
    operator.count(keyspace, "t").taskCount(3).execute();
    assertThat(questions.getAndSet(0)).isEqualTo(expected);
    operator.count(keyspace, "t").taskCount(300).execute();
    assertThat(questions.getAndSet(0)).isEqualTo(expected);
    operator.read(keyspace, "t").taskCount(300).forEach(row -> {});
    assertThat(questions.getAndSet(0)).isEqualTo(expected);
    export(Format.CSV, folder.resolve("out")).taskCount(60).execute();
    assertThat(questions.getAndSet(0)).isEqualTo(expected);
    importing(csv(), JobOptions.in(store)).execute();
    assertThat(questions.getAndSet(0)).isEqualTo(expected);
  }

  @Test
  void ignoresNodeThatDoesNotAnswer() {
    Node silent = session.getMetadata().getNodes().values().iterator().next();
    question =
        statement -> {
          if (silent.equals(statement.getNode())) {
            throw new IllegalStateException("busy");
          }
        };
    assertThat(operator.count(keyspace, "t").execute().rows()).isEqualTo(ROWS);
    sending(300, ChangedTableIT::recreate);
    assertThatThrownBy(() -> operator.count(keyspace, "t").parallelism(1).execute())
        .hasMessageContaining("was dropped and recreated");
  }

  @Slow
  @Test
  void worksWithoutTruncationRecords() {
    question =
        statement -> {
          if (statement.getQuery().contains("truncated_at")) {
            throw new IllegalStateException("no such column");
          }
        };
    sending(300, ChangedTableIT::truncate);
    assertThat(operator.count(keyspace, "t").parallelism(1).execute().rows()).isLessThan(ROWS);
    recreate();
    insert();
    sending(300, ChangedTableIT::recreate);
    assertThatThrownBy(() -> operator.count(keyspace, "t").parallelism(1).execute())
        .hasMessageContaining("was dropped and recreated");
  }

  /** Resets the count of row requests and runs the action before the one with the given number. */
  private void sending(int number, Runnable action) {
    requests.set(0);
    changeAt = number;
    change = action;
  }

  /**
   * Resets the count of table id queries and runs the action before the one with the given number.
   */
  private void asking(int number, Runnable action) {
    AtomicInteger asked = new AtomicInteger();
    question =
        statement -> {
          if (statement.getQuery().contains("system_schema") && asked.incrementAndGet() == number) {
            action.run();
          }
        };
  }

  private void sending(Statement<?> statement) {
    if (statement instanceof BoundStatement || statement instanceof BatchStatement) {
      if (requests.incrementAndGet() == changeAt) {
        elsewhere(change);
      }
    } else if (statement instanceof SimpleStatement simple
        && (simple.getQuery().startsWith("SELECT id FROM system_schema")
            || simple.getQuery().startsWith("SELECT truncated_at"))) {
      questions.incrementAndGet();
      elsewhere(() -> question.accept(simple));
    }
  }

  /** Runs the action in another thread, because driver threads must not wait for requests. */
  private static void elsewhere(Runnable action) {
    try {
      CompletableFuture.runAsync(action).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private static void fail() {
    throw new IllegalStateException("the network is down");
  }

  private static void recreate() {
    TestCluster.define(
        List.of(
            "DROP TABLE IF EXISTS " + table(),
            "CREATE TABLE " + table() + " (id int PRIMARY KEY, v text)"));
  }

  private static void truncate() {
    TestCluster.session().execute("TRUNCATE " + table());
  }

  private static void insert() {
    insert("t", "(id, v) VALUES (?, 'v')");
  }

  private static void insert(String table, String values) {
    AsyncWrites.writeRows(
        TestCluster.session(),
        "INSERT INTO " + keyspace + "." + table + " " + values,
        ROWS,
        row -> new Object[] {row});
  }

  private static String table() {
    return keyspace + ".t";
  }

  private static long rows() {
    return TestCluster.session().execute("SELECT id FROM " + table()).all().size();
  }

  private ExportRequest export(Format format, Path out) {
    return operator.export(keyspace, "t").to(format.target(out)).parallelism(1).taskCount(6);
  }

  private ExportRequest export(Format format, Path out, JobOptions options) {
    return export(format, out).job(options).jobId(id);
  }

  private JobOptions resuming() {
    return JobOptions.in(store).resuming();
  }

  /** Sends rows one by one and one after the other. */
  private ImportRequest importing(CsvSource source, JobOptions options) {
    return operator
        .importInto(keyspace, "t")
        .from(source)
        .parallelism(1)
        .maxBatchStatements(1)
        .job(options)
        .jobId(id);
  }

  private CsvSource csv() throws IOException {
    Path csv = Files.createDirectories(folder.resolve("rows"));
    for (int file = 0; file < FILES; file++) {
      List<String> lines = new ArrayList<>(List.of("id,v"));
      for (int row = file * ROWS / FILES; row < (file + 1) * ROWS / FILES; row++) {
        lines.add(row + ",v");
      }
      Files.write(csv.resolve(file + ".csv"), lines);
    }
    return CsvSource.at(csv);
  }

  /** Lists the files in the folder without hidden files and empty folders. */
  private static List<String> files(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile)
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .toList();
    }
  }
}
