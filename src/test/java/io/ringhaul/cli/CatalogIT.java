package io.ringhaul.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.google.errorprone.annotations.FormatMethod;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TableComparison;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.ValuesTable;
import io.ringhaul.internal.iceberg.RestServer;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import io.ringhaul.lake.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Exports and imports of the command line through a REST catalog that requires a login, with files
 * in an object store.
 */
@ClusterTest
class CatalogIT {

  private static final int ROWS = 2_000;
  private static final String SECRET = "geheim-of-the-client";
  private static final String TOKEN = "geheim-of-the-session";

  private static String keyspace = "";

  @TempDir private static Path shared;
  private static ObjectStore store;
  private static String bucket = "";

  @TempDir private Path folder;
  private Path program = Path.of("unset");
  private Path jobs = Path.of("unset");
  private JdbcCatalog behind = new JdbcCatalog();
  private RestServer server;

  @BeforeAll
  static void fill() throws Exception {
    store = ObjectStore.start(shared);
    bucket = store.bucket("lake");
    keyspace = ValuesTable.create("copy", ROWS, row -> "value " + row);
  }

  @AfterAll
  static void stop() throws InterruptedException {
    store.close();
  }

  @BeforeEach
  void start() throws IOException {
    program =
        CommandProcess.installIn(
            Files.createDirectory(folder.resolve("bin")),
            Files.createDirectory(folder.resolve("home")));
    jobs = folder.resolve("home/.ringhaul/jobs.db");
    Map<String, String> properties = new HashMap<>(store.properties());
    properties.put("uri", "jdbc:sqlite:" + folder.resolve("catalog.db"));
    properties.put("warehouse", bucket + "/" + folder.getFileName());
    properties.put("io-impl", "org.apache.iceberg.aws.s3.S3FileIO");
    behind.initialize("behind", properties);
    server = new RestServer(behind, Map.of());
    server.requireLogin(SECRET, TOKEN);
    TestCluster.session().execute("TRUNCATE " + keyspace + ".copy");
  }

  @AfterEach
  void close() {
    server.close();
    behind.close();
  }

  /** A configuration file with the catalog prod, which refers to its secrets or contains them. */
  private Path configuration() throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("[catalog.prod]");
    properties().forEach((key, value) -> lines.add("\"" + key + "\" = \"" + value + "\""));
    return Files.write(folder.resolve("ringhaul.toml"), lines);
  }

  private Map<String, String> properties() {
    Map<String, String> properties = new HashMap<>(store.properties());
    properties.put("type", "rest");
    properties.put("uri", server.uri());
    properties.put("credential", "me:" + SECRET);
    properties.put("io-impl", "org.apache.iceberg.aws.s3.S3FileIO");
    return properties;
  }

  @FormatMethod
  private String command(String text, Object... values) {
    return "ringhaul "
        + String.format(text, values).replace("KS", keyspace)
        + " --contact-point="
        + TestCluster.contactPoint();
  }

  private CapturedRun run(String line) throws IOException, InterruptedException {
    return CommandProcess.shell(program, line).ended();
  }

  private CapturedRun done(String line) throws IOException, InterruptedException {
    CapturedRun run = run(line);
    assertThat(run.exitCode()).as(line + "\n" + run.out() + run.err()).isZero();
    return run;
  }

  @Test
  void exportsImportsAndComparesByCatalogOfConfigurationFile() throws Exception {
    String prod = "--config=" + configuration() + " --format=iceberg --catalog=prod";
    String table = " --iceberg-table=lake.orders";
    CapturedRun plan = done(command("plan export KS.t %s", prod + table));
    assertThat(plan.out()).contains("stored as");
    assertThat(behind.namespaceExists(TableIdentifier.of("lake", "x").namespace())).isFalse();

    List<CapturedRun> runs = new ArrayList<>();
    runs.add(done(command("export KS.t -v %s --verify", prod + table)));
    assertThat(runs.get(0).facts())
        .contains("lake.orders in " + bucket)
        .contains("verified: equal");
    runs.add(done(command("import KS.copy -v %s", prod + table)));
    assertEqual();
    TestCluster.session().execute("DELETE FROM " + keyspace + ".copy WHERE id = 7");
    CapturedRun different = run(command("verify KS.copy %s", prod + table));
    assertThat(different.exitCode()).isEqualTo(ExitCode.DIFFERENT);
    assertThat(different.facts()).contains("missing: 1\n");
    runs.add(done(command("repair KS.copy %s --apply", prod + table)));
    assertEqual();
    runs.add(done("ringhaul jobs list"));
    runs.add(done("ringhaul jobs show " + only().id()));
    assertThat(runs.get(4).out()).contains("--catalog=prod");

    for (CapturedRun run : runs) {
      assertNoSecret(run.out() + run.err());
    }
    assertNoSecretIn(Objects.requireNonNull(jobs.getParent()));
    assertNoSecretIn(shared.resolve("buckets"));
  }

  @Test
  void environmentDefinesCatalog() throws Exception {
    StringBuilder line = new StringBuilder();
    properties()
        .forEach(
            (key, value) ->
                line.append("export RINGHAUL_CATALOG__PROD__")
                    .append(key.toUpperCase(Locale.ROOT).replace(".", "__").replace('-', '_'))
                    .append("='")
                    .append(value)
                    .append("'\n"));
    String catalog = " --format=iceberg --catalog=prod --iceberg-table=lake.orders";
    done(line + command("export KS.t") + catalog);
    done(line + command("import KS.copy") + catalog);
    assertEqual();
    assertNoSecretIn(Objects.requireNonNull(jobs.getParent()));
  }

  /** The job keeps references to a file and to a variable, and reads both again. */
  @Test
  void optionsDefineCatalogWithReferencesToSecrets() throws Exception {
    Files.writeString(folder.resolve("login"), "me:" + SECRET + "\n");
    StringBuilder options = new StringBuilder(" --format=iceberg --iceberg-table=lake.orders");
    Map<String, String> properties = properties();
    properties.put("credential", "@login");
    properties.put("s3.access-key-id", "${env:KEY_ID}");
    properties.put("s3.secret-access-key", "${env:KEY}");
    properties.forEach(
        (key, value) -> options.append(" --catalog-property='" + key + "=" + value + "'"));
    String in = "cd '" + folder + "' && ";
    String keys =
        "export KEY_ID=" + ObjectStore.ACCESS_KEY + " KEY=" + ObjectStore.SECRET_KEY + "\n";
    CapturedRun without = run(in + command("export KS.t") + options);
    assertThat(without.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(without.err())
        .startsWith(
            "ringhaul: The environment variable KEY_ID of the property s3.access-key-id of"
                + " catalog default is not set\n");
    done(keys + in + command("export KS.t") + options);
    assertThat(only().definition().command())
        .contains(
            "--catalog-property=credential=@" + folder.resolve("login"),
            "--catalog-property=s3.secret-access-key=${env:KEY}");
    // In another folder; a completed job tells its result again.
    assertThat(done(keys + "ringhaul jobs resume " + only().id()).out())
        .contains("lake.orders in " + bucket);
    done(keys + in + command("import KS.copy") + options);
    assertEqual();
    assertNoSecretIn(Objects.requireNonNull(jobs.getParent()));
  }

  /** The token expires between the two runs; the job reads the new one from the same file. */
  @Test
  void killedExportGoesOnThroughItsCatalogWithNewToken() throws Exception {
    Map<String, String> properties = properties();
    properties.remove("credential");
    properties.put("token", TOKEN);
    Path config = folder.resolve("token.toml");
    writeToken(config, properties);
    CommandProcess process = CommandProcess.shell(program, "exec " + slowExport(config));
    Job running = begun();
    assertThat(commandLines()).contains("--catalog=prod").doesNotContain("geheim");
    process.signal("KILL");
    process.ended();
    assertThat(find(running.id()).status()).isNotEqualTo(JobStatus.COMPLETED);
    assertThat(behind.tableExists(TableIdentifier.of("lake", "orders"))).isFalse();

    server.requireLogin(SECRET, "geheim-2");
    CapturedRun refused = run("ringhaul jobs resume " + running.id());
    assertThat(refused.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(refused.err())
        .contains(
            "ringhaul: The catalog prod at "
                + server.uri()
                + " refuses the login: Not authorized: the token has expired; check the properties"
                + " credential, token and scope, and whether the token has expired\n");
    properties.put("token", "geheim-2");
    writeToken(config, properties);
    CapturedRun resumed = done("cd / && ringhaul jobs resume " + running.id() + " --rate=100000");
    assertThat(resumed.out()).contains("export " + keyspace + ".t: 2,000 rows in ");
    done(
        command("import KS.copy --config=%s --format=iceberg --catalog=prod", config)
            + " --iceberg-table=lake.orders");
    assertEqual();
    assertNoSecretIn(Objects.requireNonNull(jobs.getParent()));
  }

  private String slowExport(Path config) {
    return command(
        "export KS.t --config=%s --format=iceberg --catalog=prod --iceberg-table=lake.orders"
            + " --tasks=16 --rate=400 --page-size=25 --parallelism=1",
        config);
  }

  private static void writeToken(Path config, Map<String, String> properties) throws IOException {
    StringBuilder text = new StringBuilder("[catalog.prod]\n");
    properties.forEach((key, value) -> text.append("'" + key + "' = '" + value + "'\n"));
    Files.writeString(config, text);
  }

  @Test
  void otherServerIsNotTheSameCatalog() throws Exception {
    Path config = configuration();
    CommandProcess process = CommandProcess.shell(program, "exec " + slowExport(config));
    Job running = begun();
    process.signal("KILL");
    process.ended();
    try (RestServer other = new RestServer(behind, Map.of())) {
      Files.writeString(config, Files.readString(config).replace(server.uri(), other.uri()));
      CapturedRun refused = run("ringhaul jobs resume " + running.id());
      assertThat(refused.exitCode()).isNotZero();
      assertThat(refused.err())
          .contains("catalog prod (rest, " + server.uri() + ")")
          .contains("catalog prod (rest, " + other.uri() + ")");
    }
  }

  @Test
  void exportsAndImportsKeyspaceThroughCatalog() throws Exception {
    String prod = "--config=" + configuration() + " --format=iceberg --catalog=prod";
    done(command("export 'KS.t*' %s --mode=overwrite", prod));
    assertThat(behind.tableExists(TableIdentifier.of(keyspace, "t"))).isTrue();
    TestCluster.session().execute("TRUNCATE " + keyspace + ".t");
    done(command("import 'KS.t*' %s", prod));
    assertThat(rows("t")).isEqualTo(ROWS);
  }

  @Test
  void wrongUseIsOneSentence() throws Exception {
    Path config = configuration();
    String prod = "--config=" + config + " --format=iceberg --catalog=prod";
    assertSentence(
        "export KS.t --config=" + config + " --format=iceberg --catalog=prd",
        ExitCode.WRONG_USAGE,
        "The catalog prd is unknown; known are prod. Define it in [catalog.prd] of the configuration"
            + " file or in variables such as RINGHAUL_CATALOG__PRD__TYPE, or give its properties"
            + " with --catalog-property");
    assertSentence(
        "export KS.t " + prod + " --path=x",
        ExitCode.WRONG_USAGE,
        "Give either --path or --catalog");
    assertSentence(
        "import KS.copy --config=" + config + " --format=csv --catalog=prod",
        ExitCode.WRONG_USAGE,
        "--catalog is for --format iceberg, not for csv");
    assertSentence(
        "verify KS.copy --config=" + config + " --catalog=prod",
        ExitCode.WRONG_USAGE,
        "Give --format iceberg with --catalog");
    assertSentence(
        "import KS.copy " + prod + " --catalog-property=credential=me:x",
        ExitCode.WRONG_USAGE,
        "The value of --catalog-property credential would be visible to other users of this machine"
            + " and stored with the job: give credential=@FILE or 'credential=${env:NAME}', or set"
            + " RINGHAUL_CATALOG__PROD__CREDENTIAL or the property in the configuration file");
    assertSentence(
        "export KS.t " + prod + " --catalog-property=type=glue",
        ExitCode.WRONG_USAGE,
        "The catalog prod needs jars that are not on the class path: "
            + "org.apache.iceberg:iceberg-aws:1.12.0 with software.amazon.awssdk:glue, s3, sts and"
            + " kms. Add them to the dependencies of the application; for the command line, name"
            + " them in RINGHAUL_CLASSPATH");
  }

  @Test
  void unusableCatalogIsOneSentence() throws Exception {
    String prod = "--config=" + configuration() + " --format=iceberg --catalog=prod";
    String login =
        "The catalog prod at "
            + server.uri()
            + " refuses the login: Not authorized: invalid_client: the client is unknown; check the"
            + " properties credential, token and scope, and whether the token has expired";
    Files.writeString(folder.resolve("wrong"), "me:wrong");
    String wrong = prod + " --catalog-property=credential=@" + folder.resolve("wrong");
    assertSentence("export KS.t " + wrong, ExitCode.FAILED, login);
    assertSentence("import KS.copy " + wrong, ExitCode.FAILED, login);
    assertSentence(
        "export KS.t " + prod + " --catalog-property=uri=http://127.0.0.1:1",
        ExitCode.FAILED,
        "The catalog prod at http://127.0.0.1:1 cannot be opened: Connect to http://127.0.0.1:1"
            + " failed: Connection refused; check its properties uri and warehouse, and that it can"
            + " be reached");
    assertSentence(
        "import KS.copy " + prod + " --iceberg-table=lake.none",
        ExitCode.FAILED,
        "The catalog prod has no Iceberg table lake.none: it has no namespace; name one with"
            + " --iceberg-table");
    assertThat(behind.listNamespaces()).isEmpty();
    assertThat(Files.exists(store.path("lake/" + folder.getFileName()))).isFalse();
  }

  /** Runs a command that fails within seconds, and checks the only line about it. */
  private void assertSentence(String command, int exitCode, String sentence) throws Exception {
    Instant begin = Instant.now();
    CapturedRun run = run(command("%s", command));
    assertThat(run.exitCode()).as(run.err()).isEqualTo(exitCode);
    assertThat(run.err().lines().filter(line -> line.startsWith("ringhaul: ")))
        .containsExactly("ringhaul: " + sentence);
    assertThat(run.err()).doesNotContain("Exception", "WARN", "\tat ");
    assertNoSecret(run.err());
    assertThat(Duration.between(begin, Instant.now())).isLessThan(Duration.ofSeconds(40));
  }

  private static void assertNoSecret(String text) {
    assertThat(text).doesNotContain("geheim", ObjectStore.SECRET_KEY);
  }

  private static void assertNoSecretIn(Path place) throws IOException {
    try (Stream<Path> files = Files.walk(place)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, ISO_8859_1))
            .as(file.toString())
            .doesNotContain("geheim", ObjectStore.SECRET_KEY);
      }
    }
  }

  /** What {@code ps} shows of all processes of this user. */
  private static String commandLines() throws IOException, InterruptedException {
    Process ps = new ProcessBuilder("ps", "-eo", "args").start();
    String text = new String(ps.getInputStream().readAllBytes(), ISO_8859_1);
    assertThat(ps.waitFor()).isZero();
    return text;
  }

  private static void assertEqual() throws InterruptedException {
    CqlSession session = TestCluster.session();
    TableComparison.Outcome outcome = new TableComparison(session).compare(keyspace, "t", "copy");
    assertThat(outcome.difference()).isEmpty();
    assertThat(outcome.rows()).isEqualTo(ROWS);
  }

  private static long rows(String table) {
    return TestCluster.session()
        .execute("SELECT count(*) FROM " + keyspace + "." + table)
        .all()
        .get(0)
        .getLong(0);
  }

  /** Waits until a job has completed at least one task. */
  private Job begun() throws InterruptedException {
    Instant deadline = Instant.now().plusSeconds(60);
    while (Instant.now().isBefore(deadline)) {
      Optional<Job> job = Files.exists(jobs) ? all().stream().findFirst() : Optional.empty();
      if (job.filter(found -> found.figures().done() > 0).isPresent()) {
        return job.orElseThrow();
      }
      Thread.sleep(50);
    }
    throw new AssertionError("No job has a completed task");
  }

  private Job only() {
    return all().stream().filter(job -> job.name().startsWith("export")).findFirst().orElseThrow();
  }

  private Job find(UUID id) {
    return all().stream().filter(job -> job.id().equals(id)).findFirst().orElseThrow();
  }

  private List<Job> all() {
    try (JobStore opened = JobStore.file(jobs)) {
      return opened.list();
    }
  }
}
