package io.ringhaul.internal.jobstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Versions of the tables. */
class StoreSchemaTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final Migration WITH_NOTES =
      new Migration(
          List.of(
              "CREATE TABLE batch_notes (job_id TEXT NOT NULL, note TEXT NOT NULL)",
              "INSERT INTO batch_notes (job_id, note) SELECT id, name FROM batch_jobs"));

  private static final Migration WITH_PRIORITY =
      new Migration(
          List.of("ALTER TABLE batch_jobs ADD COLUMN priority INTEGER NOT NULL DEFAULT 5"));

  private static final Migration BROKEN =
      new Migration(
          List.of(
              "CREATE TABLE batch_half (id TEXT)",
              "UPDATE batch_jobs SET name = 'lost'",
              "INSERT INTO batch_nowhere VALUES (1)"));

  @TempDir Path folder;

  private Path file;

  @BeforeEach
  void place() {
    file = folder.resolve("jobs.db");
  }

  @Test
  void eachStepIsTakenOnce() throws Exception {
    Job job;
    try (JobStore store = open(Migration.ALL)) {
      job = JobStoreContract.created(store);
    }
    assertThat(integer("SELECT version FROM batch_schema")).isEqualTo(Migration.ALL.size());
    for (int i = 0; i < 2; i++) {
      try (JobStore store = open(with(WITH_NOTES))) {
        assertThat(store.find(job.id())).contains(job);
      }
      assertThat(integer("SELECT version FROM batch_schema")).isEqualTo(Migration.ALL.size() + 1);
      assertThat(integer("SELECT count(*) FROM batch_notes")).isEqualTo(1);
    }
    try (JobStore store = open(with(WITH_NOTES, WITH_PRIORITY))) {
      assertThat(store.find(job.id())).contains(job);
      store.create(Jobs.export("another"));
    }
    assertThat(integer("SELECT sum(priority) FROM batch_jobs")).isEqualTo(10);
    assertThat(integer("SELECT count(*) FROM batch_notes")).isEqualTo(1);
  }

  @Test
  void aStoreOfTheFirstVersionIsTakenUp() throws Exception {
    Job job;
    List<JobPartition> planned = Jobs.tiling(3, 2);
    try (JobStore store = open(Migration.ALL)) {
      job = JobStoreContract.created(store);
      try (JobRun run = JobRuns.of(store).begin(job.id())) {
        run.plan("p", planned);
      }
    }
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
      for (String table :
          List.of(
              "performance_metrics",
              "resource_usage",
              "job_bottlenecks",
              "tuning_history",
              "tuned_settings",
              "job_requests",
              "job_profiles")) {
        Sql.update(connection, "DROP TABLE " + table);
      }
      for (String column : List.of("begun", "ended", "worker", "replica", "course_checksum")) {
        Sql.update(connection, "ALTER TABLE batch_partitions DROP COLUMN " + column);
      }
      Sql.update(connection, "UPDATE batch_schema SET version = 1");
    }
    try (JobStore store = open(Migration.ALL)) {
      assertThat(integer("SELECT version FROM batch_schema")).isEqualTo(Migration.ALL.size());
      assertThat(store.partitions(job.id())).isEqualTo(planned);
      try (JobRun run = JobRuns.of(store).begin(job.id())) {
        run.begun(1);
        run.done(Jobs.checkpoint(1));
        assertThat(run.partitions().get(0)).isEqualTo(planned.get(0));
        assertThat(run.partitions().get(1).lastAttempt()).isPresent();
      }
      assertThat(store.telemetry().bottlenecks(job.id())).isEmpty();
    }
  }

  @Test
  void aNewStoreGetsAllSteps() throws Exception {
    open(with(WITH_NOTES, WITH_PRIORITY)).close();
    assertThat(integer("SELECT version FROM batch_schema")).isEqualTo(Migration.ALL.size() + 2);
    assertThat(integer("SELECT count(*) FROM batch_notes")).isZero();
  }

  @Test
  void aStepThatFailsLeavesNothing() throws Exception {
    Job job;
    try (JobStore store = open(Migration.ALL)) {
      job = JobStoreContract.created(store);
    }
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> open(with(WITH_NOTES, BROKEN)))
          .isInstanceOfSatisfying(
              StorageException.class, e -> assertThat(e.location()).isEqualTo(file.toString()))
          .hasMessageStartingWith("The job store " + file + " cannot be used")
          .hasMessageContaining("no such table: batch_nowhere");
      assertThat(integer("SELECT version FROM batch_schema")).isEqualTo(Migration.ALL.size());
      assertThat(
              integer(
                  "SELECT count(*) FROM sqlite_master WHERE name IN ('batch_notes', 'batch_half')"))
          .isZero();
    }
    try (JobStore store = open(Migration.ALL)) {
      assertThat(store.list()).containsExactly(job);
    }
  }

  @Test
  void aStoreThatCannotBeMadeIsNotThere() {
    assertThatThrownBy(() -> open(with(BROKEN))).isInstanceOf(StorageException.class);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aNewerStoreIsRefusedAndLeftAlone() throws Exception {
    int known = Migration.ALL.size();
    open(with(WITH_NOTES, WITH_PRIORITY)).close();
    for (String setting : List.of(file.toString(), "a DataSource")) {
      assertThatThrownBy(
              () -> {
                if (setting.startsWith("a ")) {
                  org.sqlite.SQLiteDataSource source = new org.sqlite.SQLiteDataSource();
                  source.setUrl("jdbc:sqlite:" + file);
                  JobStore.over(source);
                } else {
                  JobStore.file(file);
                }
              })
          .isInstanceOf(StorageException.class)
          .hasMessageEndingWith(
              file
                  + " has version "
                  + (known + 2)
                  + " of its tables; this Ringhaul supports versions up to "
                  + known
                  + "; use the newer Ringhaul, or another store");
    }
    assertThat(integer("SELECT version FROM batch_schema")).isEqualTo(known + 2);
  }

  @Test
  void manyMayMakeAndChangeItAtOnce() throws Exception {
    for (List<Migration> migrations : List.of(Migration.ALL, with(WITH_NOTES))) {
      List<CompletableFuture<Void>> openers = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        openers.add(
            CompletableFuture.runAsync(
                () -> {
                  try (JobStore store = open(migrations)) {
                    JobStoreContract.created(store);
                  }
                }));
      }
      openers.forEach(CompletableFuture::join);
    }
    try (JobStore store = open(with(WITH_NOTES))) {
      assertThat(store.list()).hasSize(12);
    }
    assertThat(integer("SELECT version FROM batch_schema")).isEqualTo(Migration.ALL.size() + 1);
    assertThat(folder.toFile().list()).containsExactly("jobs.db");
  }

  @Test
  void aCommitIsDurable() throws Exception {
    try (JobStore store = open(Migration.ALL)) {
      assertThat(store.isDurable()).isTrue();
      assertThat(integer("SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'"))
          .isEqualTo(1);
    }
    try (SqliteTransactions transactions =
        SqliteTransactions.open(file, PATIENCE, new StoreSchema(Migration.ALL))) {
      assertThat(transactions.synchronous()).isEqualTo(2);
    }
  }

  private JobStore open(List<Migration> migrations) {
    return new StoredJobs(
        SqliteTransactions.open(file, PATIENCE, new StoreSchema(migrations)),
        LocalProcess.current());
  }

  private static List<Migration> with(Migration... more) {
    List<Migration> all = new ArrayList<>(Migration.ALL);
    all.addAll(List.of(more));
    return all;
  }

  private int integer(String query) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
      return Sql.query(connection, query, row -> row.getInt(1)).get(0);
    }
  }
}
