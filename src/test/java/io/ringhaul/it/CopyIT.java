package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.Statement;
import io.ringhaul.ImportRequest;
import io.ringhaul.ImportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.RecordingSession;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.OnUnrepresentable;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import io.ringhaul.job.PartitionStatus;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import io.ringhaul.table.TableSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Tables are copied without files. {@link RestoredTimesIT} and {@link RandomTablesIT} copy too. */
@ClusterTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CopyIT {

  private static final int ROWS = 5_000;
  private static final int TASKS = 16;
  private static final long WRITTEN = 1_700_000_000_000_000L;

  private final CqlSession session = TestCluster.session();
  private final TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
  private String keyspace = "";

  @TempDir private Path folder;

  @BeforeAll
  void fill() {
    keyspace = TestCluster.newKeyspace(1);
    TestCluster.define(
        List.of(
            "CREATE TYPE " + keyspace + ".place (street text, zip int)",
            "CREATE TYPE " + keyspace + ".place2 (zip int, street text)",
            "CREATE TABLE " + keyspace + ".orders (id int PRIMARY KEY, status text, amount int)",
            "CREATE TABLE " + keyspace + ".copy (id int PRIMARY KEY, status text, amount int)",
            "CREATE TABLE " + keyspace + ".resumed (id int PRIMARY KEY, status text, amount int)",
            "CREATE TABLE " + keyspace + ".hits (p int, c int, n counter, PRIMARY KEY (p, c))",
            "CREATE TABLE " + keyspace + ".hits2 (p int, c int, n counter, PRIMARY KEY (p, c))",
            "CREATE TABLE " + keyspace + ".places (id int PRIMARY KEY, u frozen<place>)",
            "CREATE TABLE " + keyspace + ".odd (id int PRIMARY KEY, u frozen<place2>)",
            "CREATE TABLE " + keyspace + ".wide (id int PRIMARY KEY, c text, v int)",
            "CREATE TABLE " + keyspace + ".keyed (id int, c text, v int, PRIMARY KEY (id, c))"));
    PreparedStatement insert =
        session.prepare(
            "INSERT INTO "
                + keyspace
                + ".orders (id, status, amount) VALUES (?, ?, ?) USING TIMESTAMP ?");
    try (AsyncWrites writes = new AsyncWrites(session)) {
      for (int id = 0; id < ROWS; id++) {
        writes.add(insert.bind(id, id % 10 == 0 ? "open" : "paid", id % 7, WRITTEN + id));
      }
    }
  }

  @AfterAll
  void close() {
    operator.close();
  }

  @Test
  void copiesRowsWithTheirWriteTimes() {
    ImportResult result = copy("copy", source("orders")).execute();
    assertThat(result.rows()).isEqualTo(ROWS);
    assertThat(result.location()).isEqualTo(keyspace + ".orders");
    RawTables.assertSame(session, keyspace, "orders", "copy", ROWS, 0);
    for (Row row : session.execute("SELECT id, WRITETIME(status) FROM " + keyspace + ".copy")) {
      assertThat(row.getLong(1)).isEqualTo(WRITTEN + row.getInt(0));
    }
    // A newer write of another client stays.
    session.execute("UPDATE " + keyspace + ".copy SET status = 'newer' WHERE id = 7");
    assertThat(copy("copy", source("orders")).execute().rows()).isEqualTo(ROWS);
    assertThat(one("SELECT status FROM " + keyspace + ".copy WHERE id = 7").getString(0))
        .isEqualTo("newer");
    session.execute("INSERT INTO " + keyspace + ".copy (id, status, amount) VALUES (7, 'paid', 0)");
  }

  @Test
  void createsTheTableAndCopiesSelectedRowsWithoutTimes() {
    long before = Instant.now().toEpochMilli() * 1_000 - 60_000_000;
    ImportResult result =
        copy(
                "created",
                source("orders").where("status = 'open'").allowFiltering().ignoreCellTimes())
            .createTable()
            .execute();
    assertThat(result.rows()).isEqualTo(ROWS / 10);
    for (Row row :
        session.execute("SELECT id, status, WRITETIME(status) FROM " + keyspace + ".created")) {
      assertThat(row.getInt(0) % 10).isZero();
      assertThat(row.getString(1)).isEqualTo("open");
      assertThat(row.getLong(2)).isGreaterThan(before);
    }
  }

  @Test
  void copiesCounters() {
    for (int p = 0; p < 20; p++) {
      for (int c = 0; c < 10; c++) {
        session.execute(
            String.format(
                "UPDATE %s.hits SET n = n + %d WHERE p = %d AND c = %d",
                keyspace, 1 + p * c, p, c));
      }
    }
    assertThat(copy("hits2", source("hits")).execute().rows()).isEqualTo(200);
    RawTables.assertSame(session, keyspace, "hits", "hits2", 200, 0);
    assertThatThrownBy(() -> copy("hits2", source("hits")).execute())
        .isInstanceOf(BulkOperationException.class)
        .hasMessageContaining("addToCounters");
  }

  @Test
  void resumedCopyReadsOnlyTheOtherTasks() {
    UUID id = UUID.randomUUID();
    AtomicInteger opened = new AtomicInteger();
    try (JobStore store = JobStore.file(folder.resolve("jobs.db"))) {
      ImportRequest first =
          copy(
                  "resumed",
                  new Counted(
                      source("orders"),
                      opened,
                      task -> {
                        if (task > TASKS / 2) {
                          throw new BulkOperationException("the source is gone");
                        }
                      }))
              .taskCount(TASKS)
              .parallelism(1)
              .job(JobOptions.in(store))
              .jobId(id);
      assertThatThrownBy(first::execute)
          .isInstanceOf(BulkOperationException.class)
          .hasMessageContaining("resume job " + id);
      assertThat(store.find(id).orElseThrow().status()).isEqualTo(JobStatus.FAILED);
      List<JobPartition> tasks = store.partitions(id);
      long done = tasks.stream().filter(each -> each.status() == PartitionStatus.DONE).count();
      assertThat(done).isPositive().isLessThan(tasks.size());

      opened.set(0);
      ImportResult result =
          copy("resumed", new Counted(source("orders"), opened, task -> {}))
              .job(JobOptions.in(store).resuming())
              .jobId(id)
              .execute();
      assertThat(opened.get()).isEqualTo((int) (tasks.size() - done));
      assertThat(result.rows()).isEqualTo(ROWS);
      assertThat(result.totals().earlierRows()).isPositive();
      RawTables.assertSame(session, keyspace, "orders", "resumed", ROWS, 0);

      assertThatThrownBy(
              () ->
                  copy("resumed", source("orders").ignoreCellTimes())
                      .job(JobOptions.in(store).resuming())
                      .jobId(id)
                      .execute())
          .hasMessageContaining("source cell times was \"copied\" and is \"left out\"");
    }
  }

  @Test
  void keepsRowsThatTheClusterRefuses() throws Exception {
    String tooLong = "c".repeat(70_000);
    PreparedStatement insert =
        session.prepare("INSERT INTO " + keyspace + ".wide (id, c, v) VALUES (?, ?, ?)");
    for (int id = 0; id < 100; id++) {
      session.execute(insert.bind(id, id == 41 ? tooLong : "c" + id, id));
    }
    Path rejects = folder.resolve("refused.jsonl");
    ImportResult result =
        copy("keyed", source("wide"))
            .onUnrepresentable(OnUnrepresentable.REJECT)
            .rejectsTo(rejects)
            .execute();
    assertThat(result.rows()).isEqualTo(99);
    assertThat(result.rejectedRows()).isEqualTo(1);
    assertThat(Files.readString(rejects))
        .contains("The cluster refuses the row: InvalidQueryException: ")
        .contains("\"v\":\"00000029\"");
    assertThat(one("SELECT count(*) FROM " + keyspace + ".keyed").getLong(0)).isEqualTo(99);
  }

  @Test
  void refusesTablesThatDoNotFit() {
    assertThatThrownBy(() -> copy("odd", source("places")).execute())
        .isInstanceOf(UnsuitableTableException.class)
        .hasMessageContaining("The source table " + keyspace + ".places does not fit")
        .hasMessageContaining("its column \"u\" is frozen<place> there and frozen<place2> here");
    assertThatThrownBy(() -> copy("hits2", source("orders")).execute())
        .isInstanceOf(UnsuitableTableException.class)
        .hasMessageContaining("it has no column \"p\"")
        .hasMessageContaining("its column \"status\" is not in the table");
    assertThatThrownBy(() -> copy("copy", source("missing")).execute())
        .isInstanceOf(UnsuitableTableException.class)
        .hasMessageContaining("missing");
    assertThatThrownBy(() -> copy("copy", source("orders")).writetimeNames("%s_written").execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("name columns of files");
    assertThatThrownBy(() -> source("orders").where("status = 'open'; DROP TABLE x"))
        .isInstanceOf(InvalidSettingException.class);
  }

  @Test
  void failsIfTheSourceIsTruncatedMeanwhile() {
    TestCluster.define(
        List.of(
            "CREATE TABLE " + keyspace + ".emptied (id int PRIMARY KEY)",
            "CREATE TABLE " + keyspace + ".half (id int PRIMARY KEY)"));
    for (int id = 0; id < 100; id++) {
      session.execute("INSERT INTO " + keyspace + ".emptied (id) VALUES (" + id + ")");
    }
    ImportSource source =
        new Counted(
            source("emptied"),
            new AtomicInteger(),
            task -> {
              if (task == TASKS / 2) {
                session.execute("TRUNCATE " + keyspace + ".emptied");
              }
            });
    UUID id = UUID.randomUUID();
    try (JobStore store = JobStore.file(folder.resolve("truncated.db"))) {
      JobOptions job = JobOptions.in(store);
      assertThatThrownBy(
              () ->
                  copy("half", source).taskCount(TASKS).parallelism(1).job(job).jobId(id).execute())
          .isInstanceOf(UnsuitableTableException.class)
          .hasMessageContaining("Table " + keyspace + ".emptied was truncated while it was copied")
          .hasMessageContaining("begin a new copy into an empty table");
      assertThatThrownBy(
              () -> copy("half", source("emptied")).job(job.resuming()).jobId(id).execute())
          .hasMessageContaining("source last truncation was");
    }
  }

  @Test
  void copiesNamedColumnsWithTheirTimes() {
    TestCluster.define(
        "CREATE TABLE " + keyspace + ".named (id int PRIMARY KEY, status text, other text)");
    copy("named", source("orders")).columns("id", "status").execute();
    Row row =
        one("SELECT status, WRITETIME(status), other FROM " + keyspace + ".named WHERE id = 3");
    assertThat(row.getString(0)).isEqualTo("paid");
    assertThat(row.getLong(1)).isEqualTo(WRITTEN + 3);
    assertThat(row.isNull(2)).isTrue();
  }

  @Test
  void readsPagesOfTheGivenSize() {
    RecordingSession watch = new RecordingSession(session);
    TableSource source = TableSource.of(watch.session(), keyspace, "orders").pageSize(40);
    assertThat(copy("pages", source).createTable().taskCount(4).execute().rows()).isEqualTo(ROWS);
    assertThat(watch.sent())
        .extracting(Statement::getPageSize)
        .filteredOn(size -> size > 0)
        .hasSizeGreaterThanOrEqualTo(ROWS / 40)
        .containsOnly(40);
    assertThatThrownBy(() -> source.pageSize(0))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("pageSize is 0");
  }

  @Test
  void skipsTheChecksOfTheSource() {
    RecordingSession checked = new RecordingSession(session);
    copy("copy", TableSource.of(checked.session(), keyspace, "orders")).execute();
    RecordingSession unchecked = new RecordingSession(session);
    copy("copy", TableSource.of(unchecked.session(), keyspace, "orders").skipPreflight()).execute();
    // The checks ask one by one, the scan does not.
    assertThat(unchecked.executions()).isLessThan(checked.executions());
  }

  private TableSource source(String table) {
    return TableSource.of(session, keyspace, table);
  }

  private ImportRequest copy(String table, ImportSource source) {
    return operator.importInto(keyspace, table).from(source);
  }

  private Row one(String cql) {
    return Objects.requireNonNull(session.execute(cql).one(), cql);
  }

  /** Counts the tasks that are opened, and calls a hook before each. */
  private record Counted(ImportSource real, AtomicInteger opened, IntConsumer atTask)
      implements ImportSource {

    @Override
    public Map<String, String> identity() {
      return real.identity();
    }

    @Override
    public SourceSession open() {
      SourceSession session = real.open();
      return new SourceSession() {
        @Override
        public Optional<TableSchema> schema(String keyspace, String table) {
          return session.schema(keyspace, table);
        }

        @Override
        public SourcePlan plan(
            TableDescription table, List<String> columns, OptionalInt taskCount) {
          return session.plan(table, columns, taskCount);
        }

        @Override
        public boolean isRepeatable() {
          return session.isRepeatable();
        }

        @Override
        public RowReader open(SourcePlan plan, List<ColumnDescription> columns, SourceTask task) {
          atTask.accept(opened.incrementAndGet());
          return session.open(plan, columns, task);
        }

        @Override
        public void requireUnchanged() {
          session.requireUnchanged();
        }

        @Override
        public void close() {
          session.close();
        }
      };
    }
  }
}
