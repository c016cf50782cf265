package io.ringhaul.internal.jobstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobFigures;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** The job store on PostgreSQL. */
class JobStorePostgres extends JobStoreContract {

  private static final int PARTITIONS = 10_000;

  private static PostgresServer server;

  @BeforeAll
  static void start() throws Exception {
    server = PostgresServer.start();
  }

  @AfterAll
  static void stop() throws Exception {
    if (server != null) {
      server.close();
    }
  }

  @Override
  Transactions connect() {
    return DataSourceTransactions.open(server.source(), new StoreSchema(Migration.ALL));
  }

  @Override
  boolean isDurable() {
    return true;
  }

  @Test
  void manyMayMakeTheTablesAtOnce() throws Exception {
    for (int round = 0; round < 5; round++) {
      PGSimpleDataSource source = schema();
      List<Migration> more = new ArrayList<>(Migration.ALL);
      more.add(new Migration(List.of("CREATE TABLE batch_notes (note TEXT)")));
      for (List<Migration> migrations : List.of(Migration.ALL, more)) {
        List<CompletableFuture<Void>> openers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
          openers.add(
              CompletableFuture.runAsync(
                  () -> {
                    StoreSchema schema = new StoreSchema(migrations);
                    try (JobStore store =
                        new StoredJobs(
                            DataSourceTransactions.open(source, schema), LocalProcess.current())) {
                      JobStoreContract.created(store);
                    }
                  }));
        }
        openers.forEach(CompletableFuture::join);
      }
      assertThatThrownBy(() -> JobStore.over(source))
          .isInstanceOf(StorageException.class)
          .hasMessage(
              "The job store "
                  + server.location()
                  + " has version "
                  + more.size()
                  + " of its tables; this Ringhaul supports versions up to "
                  + Migration.ALL.size()
                  + ";"
                  + " use the newer Ringhaul, or another store");
      assertThat(DataSourceTransactions.open(source, new StoreSchema(more)).read(JobRecords::jobs))
          .hasSize(12);
    }
  }

  @Test
  void aStepThatFailsLeavesNothing() throws Exception {
    PGSimpleDataSource source = schema();
    Job job;
    try (JobStore store = JobStore.over(source)) {
      job = JobStoreContract.created(store);
    }
    List<Migration> broken = new ArrayList<>(Migration.ALL);
    broken.add(
        new Migration(
            List.of(
                "CREATE TABLE batch_half (id TEXT)",
                "UPDATE batch_jobs SET name = 'lost'",
                "INSERT INTO batch_nowhere VALUES (1)")));
    assertThatThrownBy(() -> DataSourceTransactions.open(source, new StoreSchema(broken)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("batch_nowhere");
    try (JobStore store = JobStore.over(source)) {
      assertThat(store.list()).containsExactly(job);
    }
    assertThatThrownBy(() -> execute(source, "SELECT * FROM batch_half"))
        .hasMessageContaining("does not exist");
  }

  @Test
  void anOrdinaryRoleMayUseTablesThatAreThere() throws Exception {
    JobStore.over(server.source()).close();
    String role = "role" + UUID.randomUUID().toString().replace("-", "");
    execute(server.source(), "CREATE ROLE " + role + " LOGIN");
    assertThatThrownBy(() -> JobStore.over(server.source(role)))
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith(
            "The job store " + server.location() + " cannot be used: ERROR: permission denied")
        .hasMessageEndingWith(
            "; check that the database runs and that its user may create and alter tables");
    execute(
        server.source(),
        "GRANT SELECT, INSERT, UPDATE, DELETE ON batch_jobs, batch_partitions, batch_schema,"
            + " performance_metrics, resource_usage, job_bottlenecks, tuning_history,"
            + " tuned_settings, job_requests, job_profiles TO "
            + role);
    try (JobStore store = JobStore.over(server.source(role))) {
      Job job = JobStoreContract.created(store);
      assertThat(store.find(job.id())).contains(job);
      JobRuns.of(store).begin(job.id()).close();
      store.delete(job.id());
    }
  }

  @Test
  void whatIsDoneSurvivesACrashOfTheServer() throws Exception {
    try (JobStore store = JobStore.over(server.source())) {
      Job job = JobStoreContract.created(store);
      try (JobRun run = JobRuns.of(store).begin(job.id())) {
        run.plan("p", Jobs.tiling(300, 1));
        for (int i = 0; i < 300; i++) {
          run.begun(i);
          if (i % 100 == 50) {
            server.crashAndStart();
          }
          run.done(Jobs.checkpoint(i));
        }
        run.completed();
      }
      assertThat(store.find(job.id()).orElseThrow().figures())
          .isEqualTo(new JobFigures(300, 300, 0, 344_850, 300));
    }
  }

  @Test
  void aServerThatIsAwayIsTold() throws Exception {
    PGSimpleDataSource source = server.source();
    source.setPortNumbers(new int[] {1});
    source.setPassword("secret");
    assertThatThrownBy(() -> JobStore.over(source))
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith("The database of the job store cannot be reached: ")
        .hasMessageNotContaining("secret");
    assertThat(connect().location()).isEqualTo(server.location());
  }

  @Test
  void largePlansStayCheap() {
    try (JobStore store = store()) {
      Job job = JobStoreContract.created(store);
      try (JobRun run = JobRuns.of(store).begin(job.id())) {
        List<JobPartition> planned = Jobs.tiling(PARTITIONS, 3);
        long start = System.nanoTime();
        run.plan("p", planned);
        assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);
        assertThat(run.partitions()).isEqualTo(planned);
        run.begun(9_999);
        run.done(Jobs.checkpoint(9_999));
      }
    }
  }

  /** The database, in a schema of its own that is empty. */
  private static PGSimpleDataSource schema() throws SQLException {
    String name = "s" + UUID.randomUUID().toString().replace("-", "");
    execute(server.source(), "CREATE SCHEMA " + name);
    PGSimpleDataSource source = server.source();
    source.setCurrentSchema(name);
    return source;
  }

  private static void execute(PGSimpleDataSource source, String sql) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
