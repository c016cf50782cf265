package io.ringhaul.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.ExportRequest;
import io.ringhaul.ExportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.exceptions.JobStoppedException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import io.ringhaul.parquet.ParquetSource;
import io.ringhaul.seeds.Seeds;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An application on Spark's own class path, with the jar for Spark. */
@ClusterTest
class OperationsOnSpark {

  static final String SPARK = "org.apache.spark:spark-core_2.12:3.5.7";
  private static final int ROWS = 3_000;
  private static final int FILES = 12;
  private static final int LARGE = Integer.getInteger("ringhaul.spark.rows", 2_000_000);
  private static final int ROUNDS = Integer.getInteger("ringhaul.spark.rounds", 3);

  private final CqlSession session = TestCluster.session();
  private final String keyspace = TestCluster.newKeyspace(1);
  private final Random random = new Random(Seeds.next());

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {SPARK, "org.apache.spark:spark-core_2.13:4.0.1"})
  void countsAndExportsExactly(String spark) throws Exception {
    insert();
    stopHere("begun");
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
                "begun",
                "incremental",
                "incremental",
                "unserializable",
                "differs",
                "stream",
                "left")
            .end();

    assertThat(lines)
        .hasSize(14)
        .startsWith(
            "count: " + ROWS,
            "iceberg: " + ROWS,
            "partitioned: " + ROWS,
            "parquet: " + ROWS,
            "csv: " + ROWS)
        .contains("resumed: " + ROWS, "begun: " + ROWS, "incremental: " + ROWS, "incremental: 0");
    assertThat(lines.get(5)).startsWith("broken failed: ").contains("a failure on purpose");
    assertThat(lines.get(10))
        .startsWith("unserializable failed: ")
        .contains("refers to an object of java.lang.Thread, which is not serializable");
    assertThat(lines.get(11))
        .startsWith("differs failed: ")
        .contains("where is name = 'x' there and not set here");
    assertThat(lines.get(12)).contains("stream failed: ").contains("needs files, and not a stream");
    assertEqual(warehouse("incremental"));
    assertEqual(warehouse("iceberg"));
    assertEqual(warehouse("partitioned"));
    assertEqual(warehouse("broken"));
    assertEqual(warehouse("begun"));
    assertEqual(ParquetSource.at(folder.resolve("parquet")));
    assertEqual(CsvSource.at(folder.resolve("csv")));
    resumeHere("left");
    assertEqual(warehouse("left"));
  }

  @ParameterizedTest
  @ValueSource(strings = {SPARK, "org.apache.spark:spark-core_2.13:4.0.1"})
  void importsExactly(String spark) throws Exception {
    insert();
    for (String table : List.of("of_iceberg", "of_parquet", "of_csv", "half")) {
      TestCluster.define(
          "CREATE TABLE " + keyspace + "." + table + " (id int PRIMARY KEY, name text)");
    }
    TestCluster.define("CREATE TABLE " + keyspace + ".strict (id int PRIMARY KEY, number uuid)");
    for (String table : List.of("counters", "counters_broken")) {
      TestCluster.define(
          "CREATE TABLE " + keyspace + "." + table + " (id int PRIMARY KEY, amount counter)");
    }
    TestCluster.define("CREATE TABLE " + keyspace + ".empties (id int PRIMARY KEY, number int)");
    for (int id = 0; id < 30; id++) {
      session.execute(
          String.format(
              "INSERT INTO %s.empties (id, number) VALUES (%d, %s)",
              keyspace, id, id < FILES ? "blobAsInt(0x)" : "7"));
    }
    writeCounts();
    List<String> lines =
        SparkApplication.compile(spark, folder)
            .start(
                "local[2,4]",
                keyspace,
                Map.of(),
                "iceberg",
                "parquet",
                "csv",
                "import iceberg",
                "import parquet",
                "import csv",
                "import half",
                "import rest",
                "import rejects",
                "import counters",
                "import counters broken",
                "export rejects",
                "dry run")
            .end();

    assertThat(lines)
        .hasSize(13)
        .contains(
            "import iceberg: " + ROWS,
            "import parquet: " + ROWS,
            "import csv: " + ROWS,
            "import rest: " + ROWS,
            "import rejects: " + FILES,
            "import counters: " + FILES,
            "export rejects: " + FILES);
    assertThat(lines.get(6)).startsWith("import half failed: ").contains("a failure on purpose");
    assertThat(lines.get(10))
        .startsWith("import counters broken failed: Importing into ")
        .contains("is not run again, because its rows must not be written twice");
    assertThat(lines.get(12))
        .startsWith("dry run failed: ")
        .contains("dryRun is true there and false here")
        // Exit codes follow the type of a failure.
        .endsWith("[InvalidSettingException]");
    ImportSource exported = warehouse("iceberg");
    for (String table : List.of("of_iceberg", "of_parquet", "of_csv", "half")) {
      assertEqual(table, exported);
    }
    assertThat(session.execute("SELECT * FROM " + keyspace + ".counters"))
        .hasSize(FILES)
        .allMatch(row -> row.getLong("amount") == 1);
    List<String> rejects = Files.readAllLines(folder.resolve("empties.jsonl"));
    assertThat(rejects).hasSize(FILES);
    // A resume finds the rows of a task by its number.
    assertThat(rejects).anyMatch(line -> line.contains("\"partition\":3,"));
    try (JobStore store = JobStore.file(folder.resolve("jobs.db"))) {
      Job rejecting =
          store.list().stream()
              .filter(job -> job.name().equals("import rejects"))
              .findFirst()
              .orElseThrow();
      assertThat(Files.readAllLines(folder.resolve("jobs.db." + rejecting.id() + ".rejects.jsonl")))
          .hasSize(FILES);
    }
    assertThatThrownBy(() -> resumeCountersHere("import counters broken"))
        .isInstanceOf(JobException.class)
        .hasMessageContaining("it is unknown which rows of these tasks are written");
  }

  private void writeCounts() throws IOException {
    Path counts = Files.createDirectory(folder.resolve("counts"));
    for (int i = 0; i < FILES; i++) {
      Files.writeString(counts.resolve(i + ".csv"), "id,amount\n" + i + ",1\n");
    }
  }

  private void resumeCountersHere(String job) {
    try (JobStore store = JobStore.file(folder.resolve("jobs.db"));
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      operator
          .importInto(keyspace, "counters_broken")
          .from(CsvSource.at(folder.resolve("counts")))
          .taskCount(12)
          .job(JobOptions.in(store).resuming())
          .jobId(job)
          .execute();
    }
  }

  /** Begins an export in this process, which has no Spark, and stops it after some of its tasks. */
  private void stopHere(String job) {
    try (JobStore store = JobStore.file(folder.resolve("jobs.db"));
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      UUID id = UUID.nameUUIDFromBytes(job.getBytes(StandardCharsets.UTF_8));
      ExportRequest export =
          operator
              .export(keyspace, "t")
              .to(IcebergTarget.warehouse(folder.resolve(job)))
              .taskCount(12)
              .parallelism(1)
              .maxRowsPerSecond(ROWS / 3)
              .onProgress(
                  progress -> {
                    if (store.find(id).filter(its -> its.figures().done() > 0).isPresent()) {
                      store.requestStop(id);
                    }
                  })
              .job(JobOptions.in(store))
              .jobId(job);
      assertThatThrownBy(export::execute).isInstanceOf(JobStoppedException.class);
      assertThat(store.find(id).orElseThrow().figures().done()).isBetween(1, 11);
    }
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
  void movesLargeTableExactly() throws Exception {
    for (String table : List.of("large", "copy_of_large")) {
      TestCluster.define(
          "CREATE TABLE "
              + keyspace
              + "."
              + table
              + " (part int, row bigint, name text, amount decimal, PRIMARY KEY (part, row))");
    }
    Path rows = Files.createDirectory(folder.resolve("rows")).resolve("rows.csv");
    try (BufferedWriter out = Files.newBufferedWriter(rows)) {
      out.write("part,row,name,amount\n");
      for (int row = 0; row < LARGE; row++) {
        out.write(row / 20 + "," + row + ",name " + row + "," + row + ".50\n");
      }
    }
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      operator.importInto(keyspace, "large").from(CsvSource.at(rows)).execute();
    }
    SparkApplication application = SparkApplication.compile(SPARK, folder);
    try (StandaloneSpark cluster = StandaloneSpark.start(application.spark(), folder)) {
      SparkApplication.Run run =
          application.start(
              cluster.master(),
              keyspace,
              Map.of("spark.executor.memory", "512m"),
              "export large",
              "import large");
      assertThat(run.end()).containsExactly("export large: " + LARGE, "import large: " + LARGE);
    }
    ImportSource exported =
        IcebergSource.warehouse(folder.resolve("large")).table(keyspace + ".large");
    assertEqual("large", exported);
    assertEqual("copy_of_large", exported);
  }

  @Test
  void exportsExactlyWhileExecutorsAndDriverAreKilled() throws Exception {
    insert();
    SparkApplication application = SparkApplication.compile(SPARK, folder);
    try (StandaloneSpark cluster = StandaloneSpark.start(application.spark(), folder)) {
      for (int round = 0; round < ROUNDS; round++) {
        String job = "slow " + round;
        runWhileKilled(application, cluster, job, round % 3 == 2);
        assertEqual(warehouse(job));
      }
    }
  }

  @Test
  void importsExactlyWhileExecutorsAndDriverAreKilled() throws Exception {
    insert();
    exportHere("exported");
    SparkApplication application = SparkApplication.compile(SPARK, folder);
    try (StandaloneSpark cluster = StandaloneSpark.start(application.spark(), folder)) {
      for (int round = 0; round < ROUNDS; round++) {
        String table = "imported_" + round;
        TestCluster.define(
            "CREATE TABLE " + keyspace + "." + table + " (id int PRIMARY KEY, name text)");
        runWhileKilled(application, cluster, "into " + table, round % 3 == 2);
        assertEqual(table, warehouse("exported"));
      }
    }
  }

  /** Runs a job on a cluster on which an executor is killed, and perhaps the driver too. */
  private void runWhileKilled(
      SparkApplication application, StandaloneSpark cluster, String job, boolean isDriverKilled)
      throws Exception {
    SparkApplication.Run killed = start(application, cluster, job);
    awaitTask(killed, job);
    TimeUnit.MILLISECONDS.sleep(random.nextInt(3_000));
    List<ProcessHandle> executors = cluster.executors();
    executors.get(random.nextInt(executors.size())).destroyForcibly();
    if (isDriverKilled) {
      TimeUnit.MILLISECONDS.sleep(random.nextInt(2_000));
      killed.process().destroyForcibly().waitFor();
      killed = start(application, cluster, job);
    }
    assertThat(killed.end()).containsExactly(job + ": " + ROWS);
  }

  private void exportHere(String name) {
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      operator
          .export(keyspace, "t")
          .to(IcebergTarget.warehouse(folder.resolve(name)))
          .taskCount(40)
          .execute();
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
            "spark.cores.max",
            "2",
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
    assertEqual("t", source);
  }

  private void assertEqual(String table, ImportSource source) {
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      assertThat(operator.verify(keyspace, table).against(source).execute().isEqual()).isTrue();
    }
  }
}
