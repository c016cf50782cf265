package io.ringhaul.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import com.fasterxml.jackson.databind.JsonNode;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.Slow;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.internal.jackson.Json;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import io.ringhaul.seeds.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run over the tables of a keyspace that gets SIGKILL resumes with an exact result. */
@ClusterTest
class KilledKeyspaceIT {

  private static final List<Integer> ROWS = List.of(400, 2_500, 60, 1_200);
  private static final int ALL_ROWS = 4_160;
  private static final List<JobStatus> COMPLETED =
      Collections.nCopies(ROWS.size(), JobStatus.COMPLETED);
  private static final int RANDOM_KILLS = 4;
  private static final int MOST_TASKS_BETWEEN = 5;
  private static final int MOST_MILLIS = 200;
  private static final Duration PAUSE = Duration.ofMillis(5);

  private final CqlSession session = TestCluster.session();
  private final Map<String, FaultTable> tables = new LinkedHashMap<>();
  private String keyspace = "";
  private ChildJvm jvm;
  private JobStore store;

  @TempDir private Path folder;

  @BeforeEach
  void fill() throws IOException {
    keyspace = TestCluster.newKeyspace(1);
    for (int rows : ROWS) {
      String name = "t" + tables.size();
      FaultTable table = new FaultTable(session, keyspace, rows);
      TestCluster.define(table.definition(name));
      table.insert(name);
      tables.put(name, table);
    }
    jvm = new ChildJvm(Files.createDirectory(folder.resolve("jvm")));
    store = JobStore.file(folder.resolve("jobs.db"));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void resumesExportKilledBetweenTables() throws Exception {
    Path files = folder.resolve("files");
    List<String> command = command("export", keyspace, files);
    killAt(command, KillPoint.BEFORE_JOB_STORED, 3);
    killAt(command, KillPoint.BEFORE_COMPLETION, 1);
    killAt(command, KillPoint.AFTER_COMPLETION, 1);
    assertThat(statuses()).contains(JobStatus.COMPLETED).contains(JobStatus.PENDING);
    // A table that was created meanwhile is no table of this run.
    TestCluster.define("CREATE TABLE " + keyspace + ".later (id int PRIMARY KEY)");
    finish(command);
    assertExported(files);
    assertThat(store.list()).extracting(Job::run).contains(1);
  }

  @Slow
  @Test
  void resumesExportAndImportKilledAtRandomMoments() throws Exception {
    long seed = Seeds.next();
    try {
      Random random = new Random(seed);
      Path files = folder.resolve("files");
      List<String> export = command("export", keyspace, files);
      if (killRandomly(export, random)) {
        finish(export);
      }
      assertExported(files);

      String copy = TestCluster.newKeyspace(1);
      for (String name : tables.keySet()) {
        TestCluster.define(new FaultTable(session, copy, 0).definition(name));
      }
      store.list().forEach(job -> store.delete(job.id()));
      List<String> imported = command("import", copy, files);
      if (killRandomly(imported, random)) {
        finish(imported);
      }
      for (Map.Entry<String, FaultTable> table : tables.entrySet()) {
        assertThat(rows(copy, table.getKey())).isEqualTo(table.getValue().texts());
      }
    } catch (AssertionError e) {
      throw new AssertionError("Repeat with -Dringhaul.seed=" + seed + ": " + e.getMessage(), e);
    }
  }

  private List<String> command(String operation, String from, Path files) {
    return List.of(
        operation,
        from + ".*",
        "--format=csv",
        "--path=" + files,
        "--job=nightly",
        "--resume",
        "--json",
        "--tasks=6",
        "--parallelism=2",
        "--rate=2000",
        "--contact-point=" + TestCluster.contactPoint(),
        "--job-store=" + folder.resolve("jobs.db"));
  }

  private void killAt(List<String> command, KillPoint point, int hit) throws Exception {
    try (Debugger debugger = new Debugger();
        Child child = Child.start(jvm, List.of(debugger.jvmOption()), command)) {
      if (!debugger.runTo(point, hit, Duration.ofMinutes(2))) {
        throw new AssertionError("The process does not reach " + point + ": " + child.await());
      }
      assertThat(child.kill().exitCode()).isEqualTo(137);
    }
  }

  /**
   * Kills processes some time after they have completed a random number of tasks.
   *
   * @return whether tasks are left; false if the last kill came after the last task
   */
  private boolean killRandomly(List<String> command, Random random) throws Exception {
    for (int kill = 0; kill < RANDOM_KILLS; kill++) {
      long enough = tasksDone() + random.nextInt(MOST_TASKS_BETWEEN);
      Duration delay = Duration.ofMillis(random.nextInt(MOST_MILLIS));
      try (Child child = Child.start(jvm, List.of(), command)) {
        while (tasksDone() < enough && !child.await(PAUSE)) {
          // Waits for the tasks.
        }
        child.await(delay);
        assertThat(child.kill().exitCode()).isIn(0, 137);
      }
      if (statuses().equals(COMPLETED)) {
        assertThat(kill).as("kills before the last task").isPositive();
        return false;
      }
    }
    return true;
  }

  private long tasksDone() {
    return store.list().stream().mapToLong(job -> job.figures().done()).sum();
  }

  private void finish(List<String> command) throws Exception {
    try (Child child = Child.start(jvm, jvm.archiving(), command)) {
      List<String> lines = child.await().requireExit(0).out().lines().toList();
      assertThat(lines).hasSize(ROWS.size() + 1);
      JsonNode summary = Json.tree(lines.get(ROWS.size()));
      assertThat(summary.path("tables").asInt()).isEqualTo(ROWS.size());
      assertThat(summary.path("tablesDone").asInt()).isEqualTo(ROWS.size());
      assertThat(summary.path("rows").asInt()).isEqualTo(ALL_ROWS);
    }
    assertThat(statuses()).isEqualTo(COMPLETED);
  }

  private List<JobStatus> statuses() {
    return store.list().stream().map(Job::status).toList();
  }

  private void assertExported(Path files) throws IOException {
    for (Map.Entry<String, FaultTable> table : tables.entrySet()) {
      Job job =
          store.list().stream()
              .filter(each -> each.name().equals("nightly/" + table.getKey()))
              .findFirst()
              .orElseThrow();
      Path exported = files.resolve(table.getKey());
      Path checked = Files.createTempDirectory(folder, table.getKey());
      Files.move(exported, Shape.location(checked));
      ExportedRows.assertExact(Shape.CSV, checked, job.id(), table.getValue());
      Files.move(Shape.location(checked), exported);
    }
  }

  /** The rows of a table in the form of {@link FaultTable#texts()}. */
  private List<String> rows(String from, String table) {
    List<Row> rows =
        new ArrayList<>(
            session
                .execute(
                    "SELECT "
                        + String.join(", ", FaultTable.COLUMNS)
                        + " FROM "
                        + from
                        + "."
                        + table)
                .all());
    rows.sort(
        Comparator.<Row>comparingInt(row -> row.getInt(0)).thenComparing(row -> row.getInt(1)));
    return rows.stream()
        .map(
            row -> {
              @Nullable String[] values = new String[FaultTable.COLUMNS.size()];
              for (int i = 0; i < values.length; i++) {
                values[i] = row.isNull(i) ? null : Objects.toString(row.getObject(i));
              }
              return FaultTable.text(values);
            })
        .toList();
  }
}
