package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.CountResult;
import io.ringhaul.ExportRequest;
import io.ringhaul.ExportResult;
import io.ringhaul.ImportResult;
import io.ringhaul.KeyspaceRequest;
import io.ringhaul.KeyspaceResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.VerifyResult;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.exceptions.FailedTablesException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.exceptions.JobStoppedException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import io.ringhaul.parquet.ParquetSource;
import io.ringhaul.parquet.ParquetTarget;
import io.ringhaul.table.TableSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An operation runs on the tables of a keyspace. */
@ClusterTest
class KeyspaceIT {

  private static final long ROWS = 30;
  private static final List<String> TABLES = List.of("\"Orders\"", "t0", "t1", "t2");

  private final CqlSession session = TestCluster.session();
  private final TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
  private final String keyspace = TestCluster.newKeyspace(1);
  private final String other = TestCluster.newKeyspace(1);

  @TempDir private Path folder;

  @BeforeEach
  void fill() {
    List<String> ddl = new ArrayList<>();
    for (String table : TABLES) {
      ddl.add("CREATE TABLE " + keyspace + "." + table + " (id int PRIMARY KEY, v text)");
    }
    ddl.add(
        "CREATE MATERIALIZED VIEW "
            + keyspace
            + ".seen AS SELECT id, v FROM t1 WHERE v IS NOT NULL AND id IS NOT NULL"
            + " PRIMARY KEY (v, id)");
    TestCluster.define(ddl);
    for (String table : TABLES) {
      for (int id = 0; id < ROWS; id++) {
        session.execute(
            String.format("INSERT INTO %s.%s (id, v) VALUES (%d, 'v%d')", keyspace, table, id, id));
      }
    }
  }

  @AfterEach
  void close() {
    operator.close();
  }

  @Test
  void exportsImportsAndVerifiesTheTables() throws IOException {
    KeyspaceResult<ExportResult> exported =
        operator
            .exportKeyspace(keyspace)
            .schemaTo(folder.resolve("schema/all.cql"))
            .execute((table, export) -> export.to(target(table)).execute());
    assertThat(exported.tables().keySet())
        .extracting(table -> table.asCql(true))
        .containsExactlyInAnyOrderElementsOf(TABLES);
    assertThat(exported.rows()).isEqualTo(TABLES.size() * ROWS);
    assertThat(Files.readString(folder.resolve("schema/all.cql")))
        .contains("CREATE TABLE " + keyspace + ".t0")
        .contains("CREATE MATERIALIZED VIEW " + keyspace + ".seen");

    KeyspaceResult<ImportResult> imported =
        operator
            .importKeyspace(other)
            .tables("T*", "\"Or*\"")
            .tablesIn(folder)
            .execute((table, into) -> into.from(source(table)).createTable().execute());
    assertThat(imported.rows()).isEqualTo(TABLES.size() * ROWS);
    KeyspaceResult<VerifyResult> verified =
        operator
            .verifyKeyspace(other)
            .execute((table, verify) -> verify.against(source(table)).execute());
    assertThat(verified.tables()).hasSize(TABLES.size());
    assertThat(verified.tables().values()).allMatch(VerifyResult::isEqual);
    KeyspaceResult<CountResult> counted =
        operator.countKeyspace(other).tables("t?").execute((table, count) -> count.execute());
    assertThat(counted.tables().keySet())
        .extracting(CqlIdentifier::asInternal)
        .containsExactlyInAnyOrder("t0", "t1", "t2");
    assertThat(counted.rows()).isEqualTo(3 * ROWS);
  }

  @Test
  void copiesTheTablesOfAnotherKeyspace() {
    KeyspaceResult<ImportResult> copied =
        operator
            .importKeyspace(other)
            .tablesOf(session, keyspace)
            .execute(
                (table, copy) ->
                    copy.from(TableSource.of(session, CqlIdentifier.fromCql(keyspace), table))
                        .createTable()
                        .execute());
    assertThat(copied.rows()).isEqualTo(TABLES.size() * ROWS);
    assertThat(operator.countKeyspace(other).execute((table, count) -> count.execute()).tables())
        .allSatisfy((table, count) -> assertThat(count.rows()).isEqualTo(ROWS));
  }

  @Test
  void resumesTheStoredTables() throws IOException {
    Path blocked = Files.createDirectories(folder.resolve("t1"));
    Files.writeString(blocked.resolve("mine"), "1\n");
    UUID id = UUID.randomUUID();
    try (JobStore store = JobStore.file(folder.resolve("jobs.db"))) {
      JobOptions job = JobOptions.in(store).named("nightly");
      FailedTablesException failed =
          catchThrowableOfType(FailedTablesException.class, () -> export(job, id));
      assertThat(failed)
          .hasMessageStartingWith("1 of the tables of keyspace " + keyspace + " failed: t1: ");
      assertThat(failed.failures().get("t1")).isInstanceOf(StorageException.class);
      assertThat(failed.failures()).hasSize(1);
      assertThat(failed.notBegun()).isEmpty();
      assertThat(failed.partialResult().orElseThrow().rows()).isEqualTo(3 * ROWS);

      Files.delete(blocked.resolve("mine"));
      // A run keeps its tables.
      TestCluster.define("CREATE TABLE " + keyspace + ".t3 (id int PRIMARY KEY)");
      assertThatThrownBy(() -> export(job, id))
          .isInstanceOf(JobException.class)
          .hasMessageContaining("resume it, or use another id");
      KeyspaceResult<ExportResult> resumed = export(job.resuming(), id);
      assertThat(resumed.tables().keySet())
          .extracting(table -> table.asCql(true))
          .containsExactlyInAnyOrderElementsOf(TABLES);
      assertThat(resumed.rows()).isEqualTo(TABLES.size() * ROWS);
      assertThat(store.list())
          .hasSize(TABLES.size())
          .allMatch(each -> each.status() == JobStatus.COMPLETED)
          .allMatch(each -> each.run() == (each.name().equals("nightly/t1") ? 2 : 1));
      assertThat(export(job.resuming(), id).rows()).isEqualTo(TABLES.size() * ROWS);
    }
  }

  @Test
  void endsWithAStoppedTable() {
    UUID id = UUID.randomUUID();
    try (JobStore store = JobStore.file(folder.resolve("jobs.db"))) {
      JobOptions job = JobOptions.in(store).named("stopped");
      FailedTablesException stopped =
          catchThrowableOfType(
              FailedTablesException.class,
              () ->
                  exports(job, id)
                      .execute(
                          (table, export) -> {
                            if (store.list().stream()
                                .anyMatch(each -> each.status() == JobStatus.COMPLETED)) {
                              throw new JobStoppedException(id, "stopped here");
                            }
                            return export.to(target(table)).execute();
                          }));
      assertThat(stopped.failures()).hasSize(1);
      assertThat(stopped.notBegun()).hasSize(TABLES.size() - 2);
      assertThat(store.list())
          .extracting(Job::status)
          .containsOnly(JobStatus.COMPLETED, JobStatus.PENDING)
          .hasSize(TABLES.size());
      assertThat(export(job.resuming(), id).rows()).isEqualTo(TABLES.size() * ROWS);
    }
  }

  @Test
  void refusesWhatMakesNoSense() {
    assertThatThrownBy(
            () ->
                operator
                    .countKeyspace(keyspace)
                    .tables("t*", "nothing*")
                    .execute((table, count) -> count.execute()))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("No table in the keyspace " + keyspace + " matches nothing*");
    assertThatThrownBy(() -> operator.countKeyspace(keyspace).tables("t; DROP"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("it takes letters, digits, underscores, * and ?");
    assertThatThrownBy(
            () -> operator.countKeyspace("missing").execute((table, count) -> count.execute()))
        .hasMessageContaining("Keyspace missing does not exist");
    try (JobStore store = JobStore.inMemory()) {
      assertThatThrownBy(() -> operator.verifyKeyspace(keyspace).job(JobOptions.in(store)))
          .isInstanceOf(InvalidSettingException.class)
          .hasMessageContaining("job is for exports and imports");
      assertThatThrownBy(
              () ->
                  operator
                      .exportKeyspace(keyspace)
                      .job(JobOptions.in(store).resuming())
                      .execute((table, export) -> export.to(target(table)).execute()))
          .isInstanceOf(InvalidSettingException.class)
          .hasMessageContaining("jobId");
    }
  }

  private KeyspaceResult<ExportResult> export(JobOptions job, UUID id) {
    return exports(job, id).execute((table, export) -> export.to(target(table)).execute());
  }

  private KeyspaceRequest<ExportRequest, ExportResult> exports(JobOptions job, UUID id) {
    return operator.exportKeyspace(keyspace).job(job).jobId(id);
  }

  private ParquetTarget target(CqlIdentifier table) {
    return ParquetTarget.folder(folder.resolve(table.asInternal()));
  }

  private ParquetSource source(CqlIdentifier table) {
    return ParquetSource.at(folder.resolve(table.asInternal()));
  }
}
