package io.ringhaul.internal.jobstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteDataSource;

/** The creation of the tables, and their version. */
class StoreSchemaTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path folder;

  private Path file;

  @BeforeEach
  void place() {
    file = folder.resolve("jobs.db");
  }

  @Test
  void theTablesAreCreatedOnce() throws Exception {
    Job job;
    try (JobStore store = JobStore.file(file)) {
      job = JobStoreContract.created(store);
    }
    for (int i = 0; i < 2; i++) {
      assertThat(integer("SELECT version FROM batch_schema")).isEqualTo(StoreSchema.VERSION);
      try (JobStore store = JobStore.file(file)) {
        assertThat(store.list()).containsExactly(job);
      }
    }
  }

  @Test
  void aStatementThatFailsLeavesNothing() throws Exception {
    SQLiteDataSource source = source();
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> StoreDatabase.over(source, () -> {}, broken()))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining(file + " cannot be used")
          .hasMessageContaining("no such table: batch_nowhere");
      assertThat(integer("SELECT count(*) FROM sqlite_master")).isZero();
    }
    try (JobStore store = JobStore.over(source)) {
      assertThat(store.list()).isEmpty();
    }
  }

  @Test
  void aStoreThatCannotBeMadeIsNotThere() {
    assertThatThrownBy(() -> StoreDatabase.file(file, PATIENCE, broken()))
        .isInstanceOfSatisfying(
            StorageException.class, e -> assertThat(e.location()).isEqualTo(file.toString()))
        .hasMessageStartingWith("The job store " + file + " cannot be used")
        .hasMessageContaining("no such table: batch_nowhere");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aStoreOfAnotherVersionIsRefusedAndLeftAlone() throws Exception {
    JobStore.file(file).close();
    for (int version : List.of(StoreSchema.VERSION - 1, StoreSchema.VERSION + 1)) {
      try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
        Jdbi.open(connection).execute("UPDATE batch_schema SET version = ?", version);
      }
      for (ThrowingCallable opening :
          List.<ThrowingCallable>of(() -> JobStore.file(file), () -> JobStore.over(source()))) {
        assertThatThrownBy(opening)
            .isInstanceOf(StorageException.class)
            .hasMessageEndingWith(
                file
                    + " has version "
                    + version
                    + " of its tables; this Ringhaul supports version "
                    + StoreSchema.VERSION
                    + "; use the Ringhaul that created it, or another store");
      }
      assertThat(integer("SELECT version FROM batch_schema")).isEqualTo(version);
    }
  }

  @Test
  void manyMayMakeItAtOnce() throws Exception {
    assertManyMayMakeIt(() -> JobStore.file(file));
    assertThat(integer("SELECT version FROM batch_schema")).isEqualTo(StoreSchema.VERSION);
    assertThat(folder.toFile().list()).containsExactly("jobs.db");
  }

  @Test
  void aCommitIsDurable() throws Exception {
    try (JobStore store = JobStore.file(file)) {
      assertThat(store.isDurable()).isTrue();
      assertThat(integer("SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'"))
          .isEqualTo(1);
    }
    try (StoreDatabase database = StoreDatabase.file(file)) {
      int synchronous =
          database.read(
              handle -> handle.createQuery("PRAGMA synchronous").mapTo(Integer.class).one());
      assertThat(synchronous).isEqualTo(2);
    }
  }

  /** Checks that several openers of a store without tables at once make it once, and all use it. */
  static void assertManyMayMakeIt(Supplier<JobStore> opener) {
    List<CompletableFuture<Void>> openers = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      openers.add(
          CompletableFuture.runAsync(
              () -> {
                try (JobStore store = opener.get()) {
                  JobStoreContract.created(store);
                }
              }));
    }
    openers.forEach(CompletableFuture::join);
    try (JobStore store = opener.get()) {
      assertThat(store.list()).hasSize(6);
    }
  }

  /** Returns the tables with a statement behind them that fails. */
  static StoreSchema broken() {
    return new StoreSchema(
        StoreSchema.VERSION,
        StoreSchema.current().script() + "INSERT INTO batch_nowhere VALUES (1);");
  }

  private SQLiteDataSource source() {
    SQLiteDataSource source = new SQLiteDataSource();
    source.setUrl("jdbc:sqlite:" + file);
    return source;
  }

  private int integer(String query) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
      return Jdbi.open(connection).createQuery(query).mapTo(Integer.class).one();
    }
  }
}
