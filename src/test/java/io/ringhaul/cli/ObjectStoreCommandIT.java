package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.lake.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands with files in an object store. */
@ClusterTest
class ObjectStoreCommandIT {

  private static final int ROWS = 60;
  private static final List<String> TABLES = List.of("orders", "\"Items\"");

  @TempDir private static Path folder;
  private static ObjectStore store;
  private static String bucket = "";
  private static List<String> properties = List.of();

  private final CqlSession session = TestCluster.session();
  private final String keyspace = TestCluster.newKeyspace(1);

  @BeforeAll
  static void start() throws Exception {
    store = ObjectStore.start(folder);
    bucket = store.bucket("lake");
    List<String> options = new ArrayList<>();
    store
        .properties()
        .forEach((key, value) -> options.add("--storage-property=" + key + "=@" + file(value)));
    properties = List.copyOf(options);
  }

  private static Path file(String value) {
    try {
      return Files.writeString(Files.createTempFile(folder, "value", ".txt"), value + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @AfterAll
  static void stop() throws Exception {
    store.close();
  }

  @BeforeEach
  void fill() {
    for (String table : TABLES) {
      TestCluster.define(
          "CREATE TABLE " + keyspace + "." + table + " (id int PRIMARY KEY, v text, d decimal)");
      for (int id = 0; id < ROWS; id++) {
        session.execute(
            String.format(
                "INSERT INTO %s.%s (id, v, d) VALUES (%d, 'v%d', %d.50)",
                keyspace, table, id, id, id));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "json", "parquet"})
  void verifiesAndRepairsTable(String format) {
    String[] files = {"--format=" + format, "--path=" + bucket + "/" + keyspace + "/orders"};
    CapturedRun plan = run("plan", "export", "orders", files);
    assertThat(plan.exitCode()).as(plan.err()).isZero();
    assertThat(store.path("lake/" + keyspace)).doesNotExist();
    assertThat(done("export", "orders", files).out()).contains("60 rows");
    assertThat(done("verify", "orders", files).out()).contains("60 rows");

    session.execute("UPDATE " + keyspace + ".orders SET v = 'other' WHERE id = 1");
    session.execute("DELETE FROM " + keyspace + ".orders WHERE id = 2");
    CapturedRun differs = run("", "verify", "orders", files);
    assertThat(differs.exitCode()).as(differs.err()).isEqualTo(ExitCode.DIFFERENT);
    assertThat(differs.facts()).contains("missing: 1");
    CapturedRun repaired = run("", "repair", "orders", with(files, "--apply"));
    assertThat(repaired.facts()).as(repaired.err()).contains("written rows: 2");
    done("verify", "orders", files);

    session.execute("TRUNCATE " + keyspace + ".orders");
    assertThat(done("import", "orders", with(files, "--dry-run")).facts())
        .contains("accepted rows: 60", "dry run: true");
    assertThat(done("count", "orders").out()).contains(": 0 rows");
    assertThat(done("import", "orders", files).out()).contains("60 rows");
    done("verify", "orders", files);
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "json", "parquet"})
  void movesAKeyspace(String format) {
    String[] files = {"--format=" + format, "--path=" + bucket + "/" + keyspace};
    assertThat(done("export", "*", files).out()).contains("2 tables, 120 rows");
    assertThat(store.path("lake/" + keyspace + "/Items/_manifest.json")).exists();
    TABLES.forEach(table -> session.execute("TRUNCATE " + keyspace + "." + table));
    assertThat(done("import", "*", files).out()).contains("2 tables, 120 rows");
    done("verify", "*", files);
  }

  private CapturedRun done(String command, String table, String... options) {
    CapturedRun run = run("", command, table, options);
    assertThat(run.exitCode()).as(run.err() + run.out()).isZero();
    return run;
  }

  /**
   * Runs a command.
   *
   * @param before a command that shows this one; empty to run it
   */
  private CapturedRun run(String before, String command, String table, String... options) {
    List<String> arguments = new ArrayList<>(before.isEmpty() ? List.of() : List.of(before));
    arguments.add(command);
    arguments.add(keyspace + "." + table);
    arguments.addAll(List.of(options));
    if (options.length > 0) {
      arguments.addAll(properties);
    }
    arguments.add("--contact-point=" + TestCluster.contactPoint());
    return CapturedRun.inProcess(arguments.toArray(String[]::new));
  }

  private static String[] with(String[] options, String more) {
    List<String> all = new ArrayList<>(List.of(options));
    all.add(more);
    return all.toArray(String[]::new);
  }
}
