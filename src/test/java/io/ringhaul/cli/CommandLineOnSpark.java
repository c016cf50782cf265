package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.fasterxml.jackson.databind.JsonNode;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cli.sandbox.ForeignClassPath;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.format.ImportSource;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import io.ringhaul.spark.StandaloneSpark;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands with {@code --on} and under {@code spark-submit}, on Spark's own class path. */
@ClusterTest
class CommandLineOnSpark {

  private static final int ROWS = 2_000;
  private static final String LOCAL = "local[2]";
  private static final String SECRET = "a-secret-that-nobody-sees";

  private final CqlSession session = TestCluster.session();
  private final String keyspace = TestCluster.newKeyspace(1);
  private final UUID job = UUID.randomUUID();

  @TempDir private Path folder;

  private List<Path> spark;
  private Path home;

  @BeforeEach
  void install() throws IOException {
    TestCluster.define("CREATE TABLE " + keyspace + ".t (id int PRIMARY KEY, name text)");
    for (int id = 0; id < ROWS; id++) {
      session.execute(
          String.format("INSERT INTO %s.t (id, name) VALUES (%d, 'name %2$d')", keyspace, id));
    }
    // The other artifacts: Spark's archive has these versions, a resolution by Maven older ones.
    spark =
        ForeignClassPath.of(
            "Spark",
            "org.apache.spark:spark-core_2.12:3.5.7",
            "org.slf4j:slf4j-api:2.0.7",
            "com.fasterxml.jackson.core:jackson-core:2.15.2");
    home = StandaloneSpark.home(spark, folder);
    installWith(Map.of());
  }

  /** Makes the program {@code ringhaul}, with variables of its environment. */
  private void installWith(Map<String, String> more) throws IOException {
    String variables =
        more.entrySet().stream()
            .map(each -> "export " + each.getKey() + "='" + each.getValue() + "'\n")
            .collect(Collectors.joining());
    Path program = folder.resolve("ringhaul");
    Files.writeString(
        program,
        "#!/bin/sh\nexport SPARK_HOME='"
            + home
            + "' SPARK_LOCAL_IP=127.0.0.1\nexport RINGHAUL_SPARK_JAR='"
            + Path.of(System.getProperty("ringhaul.spark.jar")).toAbsolutePath()
            + "'\nexport RINGHAUL_JOB_STORE='"
            + folder.resolve("jobs.db")
            + "'\n"
            + variables
            + "exec '"
            + Path.of(System.getProperty("java.home"), "bin", "java")
            + "' -XX:TieredStopAtLevel=1 -Xmx256m -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp '"
            + System.getProperty("java.class.path")
            + "' "
            + Main.class.getName()
            + " \"$@\"\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
  }

  private CommandProcess start(String command, String... options) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(command, keyspace + ".t"));
    arguments.add("--contact-point=" + contactPoint());
    arguments.addAll(List.of(options));
    return CommandProcess.start(folder, arguments.toArray(String[]::new));
  }

  private static String contactPoint() {
    InetSocketAddress contact = TestCluster.get().contactPoints().get(0);
    return contact.getHostString() + ":" + contact.getPort();
  }

  private static CapturedRun done(CommandProcess process) throws Exception {
    CapturedRun run = process.ended();
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
    return run;
  }

  @Test
  void countsExportsAndImportsInLocalMode() throws Exception {
    CapturedRun count = done(start("count", "--on=" + LOCAL, "--tasks=8", "--json"));
    assertThat(count.json().path("rows").asInt()).isEqualTo(ROWS);

    CapturedRun export =
        done(
            start(
                "export",
                "--on=" + LOCAL,
                "--format=iceberg",
                "--path=" + folder.resolve("lake"),
                "--tasks=8",
                "--verify",
                "--json"));
    JsonNode result = export.json();
    assertThat(result.path("rows").asInt()).isEqualTo(ROWS);
    assertThat(result.path("verified").asText()).isEqualTo("equal");
    assertThat(export.err()).doesNotContain("Exception", " WARN ", " INFO ");
    IcebergSource lake = IcebergSource.warehouse(folder.resolve("lake")).table(keyspace + ".t");
    assertEqual(lake);

    session.execute("TRUNCATE " + keyspace + ".t");
    CapturedRun again =
        done(
            start(
                "import",
                "--on=" + LOCAL,
                "--format=iceberg",
                "--path=" + folder.resolve("lake"),
                "--tasks=8",
                "--json"));
    assertThat(again.json().path("rows").asInt()).isEqualTo(ROWS);
    assertEqual(lake);
  }

  @Test
  void takesTheMasterOfSparkSubmit() throws Exception {
    Path jar = Path.of(System.getProperty("ringhaul.spark.jar")).toAbsolutePath();
    String submit =
        "SPARK_LOCAL_IP=127.0.0.1 '%s/bin/spark-submit' --master '%s' --class %s '%s' "
            .formatted(home, LOCAL, Main.class.getName(), jar);
    String connection = " --contact-point=" + contactPoint();

    CapturedRun count =
        done(CommandProcess.shell(folder, submit + "count " + keyspace + ".t --json" + connection));
    assertThat(count.json().path("rows").asInt()).isEqualTo(ROWS);

    CapturedRun verify =
        CommandProcess.shell(
                folder,
                submit + "verify " + keyspace + ".t --format=csv --path=missing" + connection)
            .ended();
    assertThat(verify.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(verify.err()).contains("verify runs in one process: start it without spark-submit");

    CapturedRun other =
        CommandProcess.shell(folder, submit + "count " + keyspace + ".t --on=yarn" + connection)
            .ended();
    assertThat(other.err())
        .contains("--on is yarn, and spark-submit has the master local[2]: give the master once");
  }

  @Test
  void sendsSecretsInTasksOnly() throws Exception {
    Path lake = Files.createDirectory(folder.resolve("lake"));
    Path events = Files.createDirectory(folder.resolve("events"));
    Map<String, String> catalog =
        Map.of(
            "type",
            "jdbc",
            "uri",
            "jdbc:sqlite:" + lake.resolve("catalog.db"),
            "warehouse",
            lake.toString(),
            "jdbc.password",
            SECRET);
    installWith(
        Map.of(
            "RINGHAUL_PASSWORD",
            SECRET,
            "RINGHAUL_CATALOG__LAKE__TYPE",
            "jdbc",
            "RINGHAUL_CATALOG__LAKE__URI",
            "jdbc:sqlite:" + lake.resolve("catalog.db"),
            "RINGHAUL_CATALOG__LAKE__WAREHOUSE",
            lake.toString(),
            "RINGHAUL_CATALOG__LAKE__JDBC__PASSWORD",
            SECRET));
    List<String> seen = new ArrayList<>();
    try (StandaloneSpark cluster = StandaloneSpark.start(spark, folder)) {
      CommandProcess export =
          start(
              "export",
              "--on=" + cluster.master(),
              "--spark-conf=spark.executor.memory=512m",
              "--spark-conf=spark.eventLog.enabled=true",
              "--spark-conf=spark.eventLog.dir=" + events.toUri(),
              "--format=iceberg",
              "--catalog=lake",
              "--username=someone",
              "--tasks=12",
              "--json");
      while (export.isAlive()) {
        ProcessHandle.allProcesses()
            .flatMap(process -> process.info().commandLine().stream())
            .filter(line -> line.contains("spark"))
            .forEach(seen::add);
        TimeUnit.MILLISECONDS.sleep(200);
      }
      assertThat(done(export).json().path("rows").asInt()).isEqualTo(ROWS);
    }
    assertEqual(IcebergSource.catalog("lake", catalog).table(keyspace + ".t"));
    assertThat(seen).anyMatch(line -> line.contains("CoarseGrainedExecutorBackend"));
    assertThat(seen).noneMatch(line -> line.contains(SECRET));
    List<Path> written = files("events", "work0", "work1");
    assertThat(written).anyMatch(file -> file.endsWith("stderr"));
    for (Path file : Stream.concat(written.stream(), logs()).toList()) {
      assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
          .as(file.toString())
          .doesNotContain(SECRET);
    }
  }

  private List<Path> files(String... folders) throws IOException {
    List<Path> all = new ArrayList<>();
    for (String each : folders) {
      try (Stream<Path> below = Files.walk(folder.resolve(each))) {
        below.filter(Files::isRegularFile).forEach(all::add);
      }
    }
    return all;
  }

  /** What the commands and servers have printed, and the jobs. */
  private Stream<Path> logs() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all
          .filter(Files::isRegularFile)
          .filter(file -> !file.endsWith("ringhaul"))
          .toList()
          .stream();
    }
  }

  @Test
  void resumesOnSparkWhatBeganHere() throws Exception {
    Path target = folder.resolve("csv");
    stopped(slow(target));
    resumed(target, "--on=" + LOCAL);
  }

  @Test
  void resumesHereWhatBeganOnSpark() throws Exception {
    Path target = folder.resolve("csv");
    stopped(slow(target, "--on=" + LOCAL));
    resumed(target, "--on=none");
  }

  private CommandProcess slow(Path target, String... more) throws IOException {
    List<String> options = new ArrayList<>(List.of(more));
    options.addAll(
        List.of(
            "--format=csv",
            "--path=" + target,
            "--tasks=40",
            "--rate=300",
            "--fixed-tasks",
            "--job-id=" + job));
    return start("export", options.toArray(String[]::new));
  }

  /** Stops the command with Ctrl-C after some of its tasks. */
  private void stopped(CommandProcess export) throws Exception {
    try (JobStore store = JobStore.file(folder.resolve("jobs.db"))) {
      while (store.find(job).filter(found -> found.figures().done() > 2).isEmpty()) {
        assertThat(export.isAlive()).isTrue();
        TimeUnit.MILLISECONDS.sleep(50);
      }
      export.signal("INT");
      CapturedRun run = export.ended();
      assertThat(run.err()).contains("Resume: ringhaul jobs resume " + job);
      assertThat(store.find(job).orElseThrow().status()).isEqualTo(JobStatus.STOPPED);
    }
  }

  /** Resumes the job in another place, without its limit. */
  private void resumed(Path target, String on) throws Exception {
    CapturedRun run =
        done(
            CommandProcess.start(
                folder, "jobs", "resume", job.toString(), on, "--rate=100000", "--json"));
    assertThat(run.json().path("rows").asInt()).isEqualTo(ROWS);
    assertThat(run.json().path("earlierRows").asInt()).isPositive();
    assertEqual(CsvSource.at(target));
  }

  @Test
  void saysWhatDoesNotRunOnSpark() throws Exception {
    CapturedRun limited =
        start(
                "export",
                "--on=" + LOCAL,
                "--format=csv",
                "--path=" + folder.resolve("csv"),
                "--max-rows=10")
            .ended();
    assertThat(limited.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(limited.err()).contains("--max-rows");

    CapturedRun wrong = start("count", "--on=spark://127.0.0.1:nowhere").ended();
    assertThat(wrong.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(wrong.err()).contains("Spark cannot be started on spark://127.0.0.1:nowhere");
  }

  private void assertEqual(ImportSource source) {
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      assertThat(operator.verify(keyspace, "t").against(source).execute().isEqual()).isTrue();
    }
  }
}
