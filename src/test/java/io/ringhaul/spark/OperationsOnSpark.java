package io.ringhaul.spark;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.ExportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.format.ImportSource;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import io.ringhaul.parquet.ParquetSource;
import io.ringhaul.seeds.Seeds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An application on Spark's own class path, with the jar for Spark. */
@ClusterTest
class OperationsOnSpark {

  private static final String SPARK = "org.apache.spark:spark-core_2.12:3.5.7";
  private static final int ROWS = 3_000;
  private static final int ROUNDS = Integer.getInteger("ringhaul.spark.rounds", 3);

  private final CqlSession session = TestCluster.session();
  private final String keyspace = TestCluster.newKeyspace(1);

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {SPARK, "org.apache.spark:spark-core_2.13:4.0.1"})
  void countsAndExportsExactly(String spark) throws Exception {
    insert();
    List<String> lines =
        SparkApplication.compile(spark, folder)
            .start(
                "local[2,4]",
                keyspace,
                Map.of(),
                "count",
                "iceberg",
                "partitioned",
                "parquet",
                "csv",
                "broken",
                "resumed",
                "incremental",
                "incremental",
                "unserializable",
                "differs",
                "stream",
                "left")
            .end();

    assertThat(lines)
        .hasSize(13)
        .startsWith(
            "count: " + ROWS,
            "iceberg: " + ROWS,
            "partitioned: " + ROWS,
            "parquet: " + ROWS,
            "csv: " + ROWS)
        .contains("resumed: " + ROWS, "incremental: " + ROWS, "incremental: 0");
    assertThat(lines.get(5)).startsWith("broken failed: ").contains("a failure on purpose");
    assertThat(lines.get(9))
        .startsWith("unserializable failed: ")
        .contains("refers to an object of java.lang.Thread, which is not serializable");
    assertThat(lines.get(10))
        .startsWith("differs failed: ")
        .contains("where is name = 'x' there and not set here");
    assertThat(lines.get(11)).contains("stream failed: ").contains("needs files, and not a stream");
    assertEqual(warehouse("incremental"));
    assertEqual(warehouse("iceberg"));
    assertEqual(warehouse("partitioned"));
    assertEqual(warehouse("broken"));
    assertEqual(ParquetSource.at(folder.resolve("parquet")));
    assertEqual(CsvSource.at(folder.resolve("csv")));
    resumeHere("left");
    assertEqual(warehouse("left"));
  }

  /** Resumes a job of the application in this process, which has no Spark. */
  private void resumeHere(String job) {
    try (JobStore store = JobStore.file(folder.resolve("jobs.db"));
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      ExportResult result =
          operator
              .export(keyspace, "t")
              .to(IcebergTarget.warehouse(folder.resolve(job)))
              .taskCount(12)
              .job(JobOptions.in(store).resuming())
              .jobId(job)
              .execute();
      assertThat(result.rows()).isEqualTo(ROWS);
      assertThat(result.totals().earlierRows()).isPositive();
    }
  }

  @Test
  void exportsExactlyWhileExecutorsAndDriverAreKilled() throws Exception {
    insert();
    Random random = new Random(Seeds.next());
    SparkApplication application = SparkApplication.compile(SPARK, folder);
    try (StandaloneSpark cluster = StandaloneSpark.start(application.spark(), folder)) {
      for (int round = 0; round < ROUNDS; round++) {
        SparkApplication.Run killed = start(application, cluster, "slow " + round);
        awaitTask(killed, "slow " + round);
        TimeUnit.MILLISECONDS.sleep(random.nextInt(3_000));
        List<ProcessHandle> executors = cluster.executors();
        executors.get(random.nextInt(executors.size())).destroyForcibly();
        if (round % 3 == 2) {
          TimeUnit.MILLISECONDS.sleep(random.nextInt(2_000));
          killed.process().destroyForcibly().waitFor();
          killed = start(application, cluster, "slow " + round);
        }
        assertThat(killed.end()).containsExactly("slow " + round + ": " + ROWS);
        assertEqual(warehouse("slow " + round));
      }
    }
  }

  @Test
  void takesTheFirstAttemptOfASlowTask() throws Exception {
    insert();
    SparkApplication application = SparkApplication.compile(SPARK, folder);
    try (StandaloneSpark cluster = StandaloneSpark.start(application.spark(), folder)) {
      Map<String, String> speculation =
          Map.of(
              "spark.speculation", "true",
              "spark.speculation.interval", "200ms",
              "spark.speculation.quantile", "0.3");
      assertThat(application.start(cluster.master(), keyspace, speculation, "straggler").end())
          .containsExactly("straggler: " + ROWS);
      assertEqual(warehouse("straggler"));
    }
  }

  private SparkApplication.Run start(
      SparkApplication application, StandaloneSpark cluster, String action) throws Exception {
    return application.start(
        cluster.master(),
        keyspace,
        Map.of(
            "spark.executor.memory",
            "512m",
            "spark.serializer",
            "org.apache.spark.serializer.KryoSerializer"),
        action);
  }

  /** Waits until a task of the job has ended. */
  private void awaitTask(SparkApplication.Run run, String job) throws Exception {
    try (JobStore store = JobStore.file(folder.resolve("jobs.db"))) {
      while (store.list().stream()
          .filter(each -> each.status() == JobStatus.RUNNING)
          .noneMatch(each -> each.name().equals(job) && each.figures().done() > 0)) {
        assertThat(run.process().isAlive()).as(Files.readString(run.err())).isTrue();
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
  }

  private void insert() {
    TestCluster.define("CREATE TABLE " + keyspace + ".t (id int PRIMARY KEY, name text)");
    for (int id = 0; id < ROWS; id++) {
      session.execute(
          String.format("INSERT INTO %s.t (id, name) VALUES (%d, 'name %2$d')", keyspace, id));
    }
  }

  private IcebergSource warehouse(String name) {
    return IcebergSource.warehouse(folder.resolve(name)).table(keyspace + ".t");
  }

  private void assertEqual(ImportSource source) {
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      assertThat(operator.verify(keyspace, "t").against(source).execute().isEqual()).isTrue();
    }
  }
}
