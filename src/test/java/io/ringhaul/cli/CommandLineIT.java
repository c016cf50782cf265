package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.fasterxml.jackson.databind.JsonNode;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the command line against a real cluster. */
@ClusterTest
class CommandLineIT {

  private static final int ROWS = 300;
  private static final String COLUMNS = "(id int PRIMARY KEY, name text, day date)";
  private static String keyspace = "";

  @TempDir private Path folder;

  @BeforeAll
  static void fill() {
    CqlSession session = TestCluster.session();
    keyspace = TestCluster.newKeyspace(3);
    for (String table : List.of("source", "copy", "part", "\"MixedCase\"")) {
      TestCluster.define("CREATE TABLE " + keyspace + "." + table + " " + COLUMNS);
    }
    insert(session, "source", ROWS);
    insert(session, "\"MixedCase\"", 7);
  }

  @Test
  void reportsPreflightProblemsBeforeStart() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    String target = file.resolve("export").toString();
    CapturedRun refused =
        cluster("export", keyspace + ".source", "--format", "csv", "--path", target);
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err())
        .contains("export " + keyspace + ".source: job ")
        .endsWith(
            String.format(
                "ringhaul: The export of %s.source was not begun. No file can be created in %s (not"
                    + " a folder): make it writable, or choose another target%n",
                keyspace, file));
    CapturedRun failed =
        cluster(
            "export",
            keyspace + ".source",
            "--format",
            "csv",
            "--path",
            target,
            "--skip-preflight");
    assertThat(failed.exitCode()).isEqualTo(1);
    assertThat(failed.err()).doesNotContain("was not begun");
  }

  @Test
  void planShowsTasksAndWritesNothing() {
    Path target = folder.resolve("planned");
    String[] export = {
      "export", keyspace + ".source", "--format=csv", "--path=" + target, "--tasks=20"
    };
    CapturedRun shown = plan(export);
    assertThat(shown.exitCode()).as(shown.err()).isZero();
    assertThat(shown.out())
        .startsWith("export " + keyspace + ".source" + System.lineSeparator())
        .containsPattern("\\n  tasks +\\d+ with \\d+ token ranges")
        .containsPattern("\\n  owner +\\S+: \\d+ tasks, [0-9.]+ % of the tokens");
    CapturedRun json =
        plan(Stream.concat(Stream.of("--json"), Stream.of(export)).toArray(String[]::new));
    assertThat(json.json().path("tasks").size()).isBetween(15, 25);
    assertThat(json.json().at("/tasks/0/tokenRanges")).isNotEmpty();
    assertThat(target).doesNotExist();
    assertSentence(plan("import", keyspace + ".source"), 2, "count or export, not 'import'");
    assertSentence(plan("count", keyspace + ".source", "--tasks=x"), 2, "not a whole number");
  }

  private static CapturedRun plan(String... command) {
    return CapturedRun.inProcess(
        Stream.of(
                Stream.of("plan"),
                Stream.of(command),
                Stream.of("--contact-point=" + TestCluster.contactPoint()))
            .flatMap(each -> each)
            .toArray(String[]::new));
  }

  @Test
  void readsOnlyListedKeys() throws IOException {
    String table = keyspace + ".source";
    String keys =
        Files.write(folder.resolve("keys.csv"), List.of("id", "3", "299", "300", "3")).toString();
    CapturedRun counted = cluster("count", table, "--keys", keys, "--json");
    assertThat(counted.exitCode()).as(counted.err()).isZero();
    assertFigures(counted.json(), 2);
    CapturedRun both = cluster("count", table, "--keys", keys, "--task-size=1m");
    assertThat(both.exitCode()).isNotZero();
    assertThat(both.err()).contains("--task-size and --keys exclude each other");
    CapturedRun exported =
        cluster(
            "export",
            table,
            "--format=csv",
            "--path",
            folder.resolve("sized").toString(),
            "--task-size=64m",
            "--fixed-tasks",
            "--json");
    assertThat(exported.exitCode()).as(exported.err()).isZero();
    assertFigures(exported.json(), ROWS);
  }

  @Test
  void readsOnlyListedRanges() throws IOException {
    String table = keyspace + ".source";
    String all =
        list("all.csv", "start_token,end_token", Long.MIN_VALUE + ",3", "-3," + Long.MAX_VALUE);
    CapturedRun counted = cluster("count", table, "--ranges", all, "--json");
    assertThat(counted.exitCode()).as(counted.err()).isZero();
    assertFigures(counted.json(), ROWS);
    String half = list("half.csv", "start_token,end_token", "0," + Long.MAX_VALUE);
    CapturedRun part = cluster("count", table, "--ranges", half, "--json");
    assertThat(part.exitCode()).as(part.err()).isZero();
    assertFigures(
        part.json(),
        cluster("count", table, "--token-range=0.." + Long.MAX_VALUE, "--json")
            .json()
            .path("rows")
            .asLong(-1));
    String keys = list("keys.csv", "id", "3");
    assertThat(cluster("count", table, "--ranges", half, "--keys", keys).err())
        .contains("--ranges and --keys exclude each other");
    assertThat(cluster("count", table, "--ranges", half, "--task-size=1m").err())
        .contains("--ranges and --task-size exclude each other");
    CapturedRun wrong = cluster("count", table, "--ranges", keys);
    assertThat(wrong.exitCode()).isEqualTo(1);
    assertThat(wrong.err()).contains("keys.csv").contains("it has no column start_token");
  }

  private String list(String name, String... lines) throws IOException {
    return Files.write(folder.resolve(name), List.of(lines)).toString();
  }

  @Test
  void exportsAndImportsTable() {
    CapturedRun counted = cluster("count", keyspace + ".source", "--json");
    assertThat(counted.exitCode()).as(counted.err()).isZero();
    JsonNode count = counted.json();
    assertThat(count.path("operation").asText()).isEqualTo("count");
    assertThat(count.path("keyspace").asText()).isEqualTo(keyspace);
    assertThat(count.path("table").asText()).isEqualTo("source");
    assertFigures(count, ROWS);
    assertThat(count.path("ranges").asInt()).isPositive();
    assertThat(count.path("rangesDone").asInt()).isEqualTo(count.path("ranges").asInt());

    String warehouse = folder.resolve("warehouse").toString();
    CapturedRun exported =
        cluster("export", keyspace + ".source", "--format=iceberg", "--path", warehouse, "--json");
    assertThat(exported.exitCode()).as(exported.err()).isZero();
    JsonNode export = exported.json();
    assertThat(export.path("operation").asText()).isEqualTo("export");
    assertFigures(export, ROWS);
    assertThat(export.path("files").asInt()).isPositive();
    assertThat(export.path("fileBytes").asLong()).isPositive();
    assertThat(export.path("jobId").asText()).hasSize(36);
    long snapshot = export.path("snapshot").asLong();
    assertThat(snapshot).isNotZero();

    CapturedRun again =
        cluster("export", keyspace + ".source", "--format", "ICEBERG", "--path", warehouse);
    assertThat(again.exitCode()).isOne();
    assertThat(again.err())
        .contains(keyspace + ".source exists and has been written to")
        .contains(
            "Set how its rows are treated: --mode append keeps them, --mode overwrite replaces all of"
                + " them, --overwrite-partitions replaces the partitions");
    // The snapshot names the first export, so the later export must not be read.
    assertThat(
            cluster(
                    "export",
                    keyspace + ".source",
                    "--format",
                    "ICEBERG",
                    "--path",
                    warehouse,
                    "--mode",
                    "append")
                .exitCode())
        .isZero();
    truncate("copy");
    CapturedRun imported =
        cluster(
            "import",
            keyspace + ".copy",
            "--format=iceberg",
            "--path=" + warehouse,
            "--iceberg-table=" + keyspace + ".source",
            "--snapshot=" + snapshot,
            "--json");
    assertThat(imported.exitCode()).as(imported.err()).isZero();
    JsonNode back = imported.json();
    assertThat(back.path("operation").asText()).isEqualTo("import");
    assertThat(back.path("table").asText()).isEqualTo("copy");
    assertFigures(back, ROWS);
    assertThat(contents("copy")).isEqualTo(contents("source")).hasSize(ROWS);

    CapturedRun unknown =
        cluster(
            "import",
            keyspace + ".copy",
            "--format=iceberg",
            "--path=" + warehouse,
            "--iceberg-table=" + keyspace + ".source",
            "--snapshot=1");
    assertSentence(unknown, 1, "has no snapshot 1");
  }

  @Test
  void exportsSelectedColumns() {
    String warehouse = folder.toString();
    CapturedRun exported =
        cluster(
            "export",
            keyspace + ".source",
            "--format=iceberg",
            "--path=" + warehouse,
            "--iceberg-table=lake.some",
            "--columns=name, id",
            "--json");
    assertThat(exported.exitCode()).as(exported.err()).isZero();
    assertThat(exported.json().path("rows").asInt()).isEqualTo(ROWS);
    truncate("part");
    CapturedRun imported =
        cluster(
            "import",
            keyspace + ".part",
            "--format=iceberg",
            "--path=" + warehouse,
            "--iceberg-table=lake.some");
    assertThat(imported.exitCode()).as(imported.err()).isZero();
    assertThat(imported.facts())
        .startsWith("import " + keyspace + ".part: " + ROWS + " rows in ")
        .contains("  location: lake.some in ");
    assertThat(contents("part"))
        .isEqualTo(
            contents("source").stream()
                .map(row -> row.substring(0, row.lastIndexOf(' ')) + " null")
                .collect(Collectors.toCollection(TreeSet::new)));
  }

  @Test
  void acceptsPartitionExpressionsRepeatedOrAsList() throws Exception {
    String[] both = {"--partition-by", "month(day)", "--partition-by", "bucket(4, id)"};
    assertThat(export("twice", both).exitCode()).isZero();
    assertThat(export("list", "--partition-by=month(day),bucket(4, id)").exitCode()).isZero();
    assertThat(partitioning("twice")).containsExactly("month(day)", "bucket[4](id)");
    assertThat(partitioning("list")).containsExactly("month(day)", "bucket[4](id)");
  }

  @Test
  void appliesTasksParallelismPageSizeAndConsistency() {
    CapturedRun counted =
        cluster(
            "count",
            keyspace + ".source",
            "--json",
            "--tasks=50",
            "--parallelism=2",
            "--page-size=7",
            "--consistency=all");
    assertThat(counted.exitCode()).as(counted.err()).isZero();
    assertThat(counted.json().path("rows").asInt()).isEqualTo(ROWS);
    assertThat(counted.json().path("tasks").asInt()).isBetween(45, 55);
    CapturedRun exported =
        export("pages", "--tasks=3", "--parallelism=1", "--page-size=1", "--consistency=ONE");
    assertThat(exported.exitCode()).as(exported.err()).isZero();
    assertThat(exported.json().path("rows").asInt()).isEqualTo(ROWS);
    assertThat(exported.json().path("tasks").asInt()).isBetween(3, 6);
    assertSentence(cluster("count", keyspace + ".source", "--tasks=0"), 2, "--tasks is 0");
    assertSentence(
        cluster("count", keyspace + ".source", "--parallelism=0"), 2, "--parallelism is 0");
    assertSentence(cluster("count", keyspace + ".source", "--page-size=0"), 2, "--page-size is 0");
    assertSentence(cluster("count", keyspace + ".source", "--consistency=MOST"), 2, "MOST");
  }

  @Test
  void configurationFileProvidesDefaults() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("ringhaul.toml"),
            """
            contact-point = "%s"
            tasks = 50
            json = true
            format = "iceberg"
            path = "configured"

            [profile.few]
            tasks = 20
            """
                .formatted(TestCluster.contactPoint()));
    CapturedRun fromFile =
        CapturedRun.inProcess("count", keyspace + ".source", "--config", "" + file);
    assertThat(fromFile.exitCode()).as(fromFile.err()).isZero();
    assertThat(fromFile.json().path("tasks").asInt()).isBetween(45, 55);
    CapturedRun overridden =
        CapturedRun.inProcess("count", keyspace + ".source", "--config=" + file, "--tasks=100");
    assertThat(overridden.json().path("tasks").asInt()).isBetween(90, 110);
    CapturedRun ofProfile =
        CapturedRun.inProcess("count", keyspace + ".source", "--config=" + file, "--profile=few");
    assertThat(ofProfile.json().path("tasks").asInt()).isBetween(18, 22);
    CapturedRun exported =
        CapturedRun.inProcess("export", keyspace + ".source", "--config=" + file);
    assertThat(exported.exitCode()).as(exported.err()).isZero();
    assertThat(exported.json().path("rows").asInt()).isEqualTo(ROWS);
    assertThat(folder.resolve("configured").resolve("catalog.db")).exists();
    Path missing = folder.resolve("missing.toml");
    assertSentence(
        cluster("count", keyspace + ".source", "--config", missing.toString()),
        2,
        "There is no configuration file " + missing);
  }

  @Test
  void quotedNamesKeepTheirCase() {
    CapturedRun counted = cluster("count", keyspace + ".\"MixedCase\"", "--json");
    assertThat(counted.exitCode()).as(counted.err()).isZero();
    assertThat(counted.json().path("table").asText()).isEqualTo("MixedCase");
    assertThat(counted.json().path("rows").asInt()).isEqualTo(7);
    assertSentence(cluster("count", keyspace + ".\"SOURCE\""), 1, "\"SOURCE\"");
    assertThat(cluster("count", keyspace + ".SOURCE").exitCode()).isZero();
  }

  @Test
  void acceptsContactPointsWithAndWithoutPort() throws IOException {
    InetSocketAddress node = TestCluster.get().contactPoints().get(0);
    if (node.getPort() == 9042) {
      assertThat(
              CapturedRun.inProcess(
                      "count", keyspace + ".source", "--contact-point", node.getHostString())
                  .exitCode())
          .isZero();
    }
    assertSentence(
        CapturedRun.inProcess("count", "a.b", "--contact-point=no-such-host.invalid"),
        1,
        "The host no-such-host.invalid is unknown");
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    CapturedRun refused =
        CapturedRun.inProcess("count", "a.b", "--contact-point=127.0.0.1:" + free, "--json");
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err())
        .endsWith(
            String.format(
                "ringhaul: No node could be reached at 127.0.0.1:%1$d: Connection refused by"
                    + " 127.0.0.1:%1$d. Check --contact-point and that the node is up%n",
                free));
    assertThat(refused.json().path("error").asText()).startsWith("No node could be reached at ");
    for (String bad : List.of("127.0.0.1:x", "127.0.0.1:0", "127.0.0.1:65536", ":9042", "[::1]:")) {
      assertSentence(
          CapturedRun.inProcess("count", "a.b", "--contact-point", bad),
          2,
          "'" + bad + "' is not HOST or HOST:PORT");
    }
  }

  @Test
  void rejectsUnknownDataCentre() {
    String right = TestCluster.get().localDatacenter();
    assertThat(cluster("count", keyspace + ".source", "--local-dc=" + right).exitCode()).isZero();
    assertSentence(
        cluster("count", keyspace + ".source", "--local-dc=nowhere"),
        2,
        "The cluster has no data centre nowhere; it has " + right);
  }

  @Test
  void readsDriverConfiguration() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("driver.conf"),
            "datastax-java-driver.basic { contact-points = [\""
                + TestCluster.contactPoint()
                + "\"]\n load-balancing-policy.local-datacenter = "
                + TestCluster.get().localDatacenter()
                + "\n request.timeout = 30 seconds }\n");
    CapturedRun counted =
        CapturedRun.inProcess("count", keyspace + ".source", "--driver-config=" + file, "--json");
    assertThat(counted.exitCode()).as(counted.err()).isZero();
    assertThat(counted.json().path("rows").asInt()).isEqualTo(ROWS);
    Path missing = folder.resolve("missing.conf");
    assertSentence(
        cluster("count", keyspace + ".source", "--driver-config=" + missing),
        2,
        "There is no driver configuration file " + missing);
    Path broken = Files.writeString(folder.resolve("broken.conf"), "datastax-java-driver { a = [");
    assertSentence(
        cluster("count", keyspace + ".source", "--driver-config=" + broken),
        2,
        "The driver configuration file " + broken + " cannot be used");
    Path elsewhere =
        Files.writeString(
            folder.resolve("elsewhere.conf"),
            "datastax-java-driver.basic { contact-points = [\"127.0.0.1:1\"]\n"
                + " load-balancing-policy.local-datacenter = dc1 }\n");
    assertSentence(
        CapturedRun.inProcess("count", "a.b", "--driver-config=" + elsewhere),
        1,
        "No node could be reached at the contact points of the driver configuration");
  }

  @Test
  void driverConfigurationNeedsNoDataCentre() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("driver.conf"),
            "datastax-java-driver { basic.request.timeout = 30 seconds }\n");
    CapturedRun counted =
        cluster("count", keyspace + ".source", "--driver-config=" + file, "--json");
    assertThat(counted.exitCode()).as(counted.err()).isZero();
    assertThat(counted.json().path("rows").asInt()).isEqualTo(ROWS);
    // The file overrides the defaults.
    Path elsewhere =
        Files.writeString(
            folder.resolve("elsewhere.conf"),
            "datastax-java-driver.basic.load-balancing-policy.local-datacenter = elsewhere\n");
    assertThat(cluster("count", keyspace + ".source", "--driver-config=" + elsewhere).exitCode())
        .isEqualTo(1);
    Path policy =
        Files.writeString(
            folder.resolve("policy.conf"),
            "datastax-java-driver.basic.load-balancing-policy.class = NoSuchPolicy\n");
    assertSentence(
        cluster("count", keyspace + ".source", "--driver-config=" + policy), 1, "NoSuchPolicy");
  }

  @Test
  void namesMissingTablesAndColumns() {
    TestCluster.newKeyspace(1);
    CapturedRun nowhere = cluster("count", "no_such_ks.source");
    assertSentence(nowhere, 1, "no_such_ks");
    assertThat(nowhere.err()).containsPattern("known keyspaces: \\S+, \\S+");
    assertSentence(cluster("count", keyspace + ".no_such_table"), 1, "no_such_table");
    assertSentence(
        cluster(
            "import", keyspace + ".copy", "--format=iceberg", "--path=" + folder.resolve("none")),
        1,
        "");
    assertSentence(export("bad", "--partition-by=month(nothing)"), 2, "no column nothing");
    assertSentence(export("bad", "--partition-by=fortnight(day)"), 2, "no transform fortnight");
    assertSentence(export("bad", "--columns=id,none"), 1, "none");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"source", "a.b.c", ".b", "a.", "a b.c", "a.b-c", "\"a.b", "\"\".b", "1.b"})
  void malformedTableNameIsInvalidUsage(String name) {
    assertSentence(CapturedRun.inProcess("count", name), 2, "");
  }

  @Test
  void invalidUsageHasOwnExitCode() {
    assertSentence(
        CapturedRun.inProcess(),
        2,
        "Give a command: count, profile, export, import, copy, verify, repair, delete, plan, jobs, console, demo, ");
    assertSentence(CapturedRun.inProcess("count", "a.b", "--nonsense"), 2, "'--nonsense'");
    assertSentence(CapturedRun.inProcess("count"), 2, "KEYSPACE.TABLE");
    assertSentence(CapturedRun.inProcess("export", "a.b", "--path=x"), 2, "--format");
    assertSentence(
        CapturedRun.inProcess("export", "a.b", "--path=x", "--format=csvx"), 2, "--format");
    assertSentence(export("bad", "--columns=a b"), 2, "'a b' is not a name in CQL form");
    assertSentence(export("bad", "--iceberg-table=alone"), 2, "alone");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "count",
        "export",
        "import",
        "demo",
        "jobs",
        "jobs list",
        "jobs show",
        "jobs stop",
        "jobs resume",
        "jobs retry",
        "jobs restart",
        "jobs clean",
        ""
      })
  void helpAndVersionAreOnStandardOutput(String command) {
    String[] help = (command + " --help").strip().split(" ");
    CapturedRun helped = CapturedRun.inProcess(help);
    assertThat(helped.exitCode()).isZero();
    assertThat(helped.err()).isEmpty();
    assertThat(helped.out()).startsWith(("Usage: ringhaul " + command).strip());
    help[help.length - 1] = "--version";
    CapturedRun version = CapturedRun.inProcess(help);
    assertThat(version.exitCode()).isZero();
    assertThat(version.out()).startsWith("ringhaul ");
  }

  @Test
  void separateProcessSeparatesStreams() throws Exception {
    CapturedRun counted =
        CapturedRun.inChild(
            folder,
            "count",
            keyspace + ".source",
            "--json",
            "--contact-point",
            TestCluster.contactPoint());
    assertThat(counted.exitCode()).as(counted.err()).isZero();
    assertThat(counted.json().path("rows").asInt()).isEqualTo(ROWS);
    CapturedRun imported =
        CapturedRun.inChild(
            folder,
            "import",
            keyspace + ".source",
            "--format=iceberg",
            "--path=" + exportedWarehouse(),
            "--json",
            "--contact-point",
            TestCluster.contactPoint());
    assertThat(imported.exitCode()).as(imported.err()).isZero();
    assertThat(imported.json().path("rows").asInt()).isEqualTo(ROWS);
    assertThat(imported.err()).contains("is not empty");
    CapturedRun failed =
        CapturedRun.inChild(
            folder,
            "count",
            keyspace + ".none",
            "--json",
            "--contact-point",
            TestCluster.contactPoint());
    assertThat(failed.exitCode()).isEqualTo(1);
    assertThat(failed.json().path("error").asText()).contains("none");
    assertThat(failed.json().path("failedRanges").asInt(-1)).isZero();
    assertThat(failed.err()).contains("ringhaul: ").doesNotContain("at io.ringhaul");
    CapturedRun refused =
        CapturedRun.inChild(folder, "count", "a.b", "--contact-point=127.0.0.1:1");
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err())
        .containsOnlyOnce("Connection refused")
        .doesNotContain("StacklessClosedChannelException");
  }

  private String exportedWarehouse() {
    assertThat(
            cluster(
                    "export",
                    keyspace + ".source",
                    "--format=iceberg",
                    "--path=" + folder.resolve("child"))
                .exitCode())
        .isZero();
    return folder.resolve("child").toString();
  }

  private CapturedRun export(String table, String... more) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("export", keyspace + ".source", "--json", "--format=iceberg"));
    arguments.addAll(List.of("--path=" + folder.resolve("lake")));
    if (Stream.of(more).noneMatch(each -> each.startsWith("--iceberg-table"))) {
      arguments.add("--iceberg-table=lake." + table);
    }
    arguments.addAll(List.of(more));
    return cluster(arguments.toArray(String[]::new));
  }

  private List<String> partitioning(String table) throws IOException {
    try (JdbcCatalog catalog = new JdbcCatalog()) {
      catalog.initialize(
          "ringhaul",
          Map.of(
              "uri",
              "jdbc:sqlite:" + folder.resolve("lake").resolve("catalog.db"),
              "warehouse",
              folder.resolve("lake").toUri().toString(),
              "io-impl",
              "io.ringhaul.internal.iceberg.LocalFileIO",
              "jdbc.schema-version",
              "V1"));
      Table loaded = catalog.loadTable(TableIdentifier.of("lake", table));
      List<String> fields = new ArrayList<>();
      for (PartitionField field : loaded.spec().fields()) {
        fields.add(
            field.transform() + "(" + loaded.schema().findColumnName(field.sourceId()) + ")");
      }
      return fields;
    }
  }

  private static void assertFigures(JsonNode line, long rows) {
    assertThat(line.path("rows").asLong(-1)).isEqualTo(rows);
    assertThat(line.path("bytes").asLong()).isPositive();
    assertThat(line.path("tasks").asInt()).isPositive();
    assertThat(line.path("failedRanges").asInt(-1)).isZero();
    assertThat(line.path("retries").asLong(-1)).isZero();
    assertThat(line.path("seconds").asDouble()).isPositive();
    assertThat(line.path("ranges").isInt()).isTrue();
  }

  /** Checks that a failure is a sentence on standard error, without a stack trace. */
  private static void assertSentence(CapturedRun run, int exitCode, String part) {
    assertThat(run.exitCode()).as(run.err()).isEqualTo(exitCode);
    assertThat(run.err()).contains(part).isNotBlank();
    assertThat(run.err() + run.out())
        .doesNotContain("at io.ringhaul")
        .doesNotContain("unexpected ")
        .doesNotContain("Exception in thread");
  }

  private static CapturedRun cluster(String... arguments) {
    return CapturedRun.inProcess(
        Stream.concat(
                Stream.of(arguments), Stream.of("--contact-point=" + TestCluster.contactPoint()))
            .toArray(String[]::new));
  }

  private static void insert(CqlSession session, String table, int rows) {
    PreparedStatement insert =
        session.prepare(
            "INSERT INTO " + keyspace + "." + table + " (id, name, day) VALUES (?, ?, ?)");
    for (int id = 0; id < rows; id++) {
      BoundStatement row =
          insert.bind(id, "name " + id, LocalDate.of(2025, 1 + id % 3, 1 + id % 28));
      session.execute(row);
    }
  }

  private static void truncate(String table) {
    TestCluster.session().execute("TRUNCATE " + keyspace + "." + table);
  }

  private static Set<String> contents(String table) {
    Set<String> contents = new TreeSet<>();
    for (Row row :
        TestCluster.session().execute("SELECT id, name, day FROM " + keyspace + "." + table)) {
      contents.add(
          row.getInt("id")
              + " "
              + row.getString("name")
              + " "
              + Optional.ofNullable(row.getLocalDate("day")).map(String::valueOf).orElse("null"));
    }
    return contents;
  }
}
