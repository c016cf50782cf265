package io.ringhaul.internal.jobstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.cli.jobs.JobStoreLocation;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobFigures;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
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
  StoreDatabase connect() {
    return StoreDatabase.over(server.source(), () -> {});
  }

  @Override
  boolean isDurable() {
    return true;
  }

  @Test
  void manyMayMakeTheTablesAtOnce() throws Exception {
    for (int round = 0; round < 5; round++) {
      PGSimpleDataSource source = schema();
      StoreSchemaTest.assertManyMayMakeIt(() -> JobStore.over(source));
      execute(source, "UPDATE batch_schema SET version = 99");
      assertThatThrownBy(() -> JobStore.over(source))
          .isInstanceOf(StorageException.class)
          .hasMessage(
              "The job store "
                  + server.location()
                  + " has version 99 of its tables; this Ringhaul supports version "
                  + StoreSchema.VERSION
                  + "; use the Ringhaul that created it, or another store");
    }
  }

  @Test
  void aStatementThatFailsLeavesNothing() throws Exception {
    PGSimpleDataSource source = schema();
    assertThatThrownBy(() -> StoreDatabase.over(source, () -> {}, StoreSchemaTest.broken()))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("batch_nowhere");
    for (String table : List.of("batch_jobs", "batch_schema")) {
      assertThatThrownBy(() -> execute(source, "SELECT * FROM " + table))
          .hasMessageContaining("does not exist");
    }
    try (JobStore store = JobStore.over(source)) {
      assertThat(store.list()).isEmpty();
    }
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
        .hasMessageEndingWith("; check that the database runs and that its user may create tables");
    execute(
        server.source(),
        "GRANT SELECT, INSERT, UPDATE, DELETE ON batch_jobs, batch_partitions, batch_schema,"
            + " job_metrics, job_bottlenecks, tuning_history,"
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
  void theCommandLineKeepsAFewConnections() throws Exception {
    Map<String, String> environment = Map.of("PGUSER", server.source().getUser());
    try (JobStore store = JobStoreLocation.of(server.location(), environment).open()) {
      Job job = JobStoreContract.created(store);
      server.crashAndStart();
      assertThat(store.find(job.id())).contains(job);
      assertThat(connections()).isBetween(1, 4);
    }
    for (int i = 0; i < 100 && connections() > 0; i++) {
      Thread.sleep(50);
    }
    assertThat(connections()).isZero();
    assertThatThrownBy(JobStoreLocation.of("jdbc:postgresql://127.0.0.1:1/x", environment)::open)
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith("The database of the job store cannot be reached: ");
  }

  /** Returns the number of the clients' connections to the server without this one. */
  private static int connections() throws SQLException {
    try (Connection connection = server.source().getConnection()) {
      return Jdbi.open(connection)
          .createQuery(
              "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
                  + " AND pid <> pg_backend_pid()")
          .mapTo(Integer.class)
          .one();
    }
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
