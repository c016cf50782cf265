package io.ringhaul.errors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.config.ProgrammaticDriverConfigLoaderBuilder;
import io.ringhaul.ExportRequest;
import io.ringhaul.ImportRequest;
import io.ringhaul.OperationRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.PreflightException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.exceptions.UnsupportedClusterException;
import io.ringhaul.format.WriteMode;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each invalid input fails with one exception that names it, before anything is written to disk.
 */
@ClusterTest
class BadInputIT {

  private static CqlSession session;
  private static TokenAwareBulkOperator operator;
  private static String keyspace;

  /** A warehouse with an export of {@code orders}; tests must not change it. */
  @TempDir static Path exported;

  private static Map<Path, Long> exportedFiles = Map.of();

  @TempDir Path folder;

  @BeforeAll
  static void createTables() {
    session = TestCluster.session();
    operator = TokenAwareBulkOperator.over(session);
    keyspace = TestCluster.newKeyspace(1);
    define(
        "CREATE TABLE %s.orders (id int, line int, day date, name text, tags list<text>,"
            + " PRIMARY KEY (id, line))");
    session.execute(
        "INSERT INTO "
            + keyspace
            + ".orders (id, line, day, name) VALUES (1, 2, '2024-01-31', 'a')");
    define(
        "CREATE TABLE %s.copy (id int, line int, day date, name text, tags list<text>,"
            + " PRIMARY KEY (id, line))");
    define("CREATE TABLE %s.other (id int PRIMARY KEY, name int)");
    define("CREATE TABLE %s.hits (id int PRIMARY KEY, n counter)");
    define(
        "CREATE MATERIALIZED VIEW %s.by_name AS SELECT * FROM %s.orders WHERE name IS NOT NULL AND"
            + " id IS NOT NULL AND line IS NOT NULL PRIMARY KEY (name, id, line)");
    operator.export(keyspace, "orders").to(IcebergTarget.warehouse(exported)).execute();
    exportedFiles = files(exported);
  }

  @AfterAll
  static void close() {
    operator.close();
  }

  @AfterEach
  void nothingWasMade() {
    assertThat(folder.resolve("warehouse")).doesNotExist();
    assertThat(files(exported)).isEqualTo(exportedFiles);
    assertThat(session.execute("SELECT id FROM " + keyspace + ".copy").all()).isEmpty();
  }

  @Test
  void missingKeyspace() {
    everyOperation(
        "nowhere",
        "orders",
        UnsuitableTableException.class,
        message ->
            assertThat(message)
                .startsWith("Keyspace nowhere does not exist, or ")
                .containsPattern("known keyspaces: \\S+, \\S+"));
  }

  @Test
  void missingTable() {
    everyOperation(
        keyspace,
        "missing",
        UnsuitableTableException.class,
        message ->
            assertThat(message)
                .startsWith("Table missing does not exist in keyspace " + keyspace + "; it has ")
                .contains("orders"));
    everyOperation(
        keyspace,
        "\"Orders\"",
        UnsuitableTableException.class,
        message ->
            assertThat(message)
                .isEqualTo(
                    "Table \"Orders\" does not exist in keyspace "
                        + keyspace
                        + "; did you mean orders?"));
  }

  @Test
  void missingOrDuplicateColumns() {
    String missing =
        "Table " + keyspace + ".orders has no column price; it has id, line, day, name, tags";
    failsAlike(
        export().columns("id", "price"), UnsuitableTableException.class, m -> equal(m, missing));
    failsAlike(
        export().columns("id", "line", "id"),
        UnsuitableTableException.class,
        m ->
            equal(m, "Column id is named twice; name each column of " + keyspace + ".orders once"));
    failsAlike(
        importInto("copy").columns("id", "line", "price"),
        UnsuitableTableException.class,
        m -> equal(m, missing.replace(".orders", ".copy")));
    failsAlike(
        importInto("copy").columns("id", "line", "line"),
        UnsuitableTableException.class,
        m ->
            equal(m, "Column line is named twice; name each column of " + keyspace + ".copy once"));
  }

  @ParameterizedTest
  @CsvSource({
    "system, local, is local to each node (LocalStrategy)",
    "system_schema, tables, is local to each node (LocalStrategy)",
    "system_views, clients, is a virtual keyspace",
  })
  void tablesWithoutTokenRing(String name, String table, String reason) {
    everyOperation(
        name,
        table,
        UnsuitableTableException.class,
        message -> assertThat(message).startsWith(name + " " + reason));
    // Also if the session reads the schema of all keyspaces.
    withSession(
        config ->
            config.withStringList(
                DefaultDriverOption.METADATA_SCHEMA_REFRESHED_KEYSPACES, List.of("/.*/")),
        other ->
            fails(
                () -> other.count(name, table).execute(),
                UnsuitableTableException.class,
                message -> assertThat(message).startsWith(name + " " + reason)));
  }

  @Test
  void sessionWithoutSchema() {
    String message =
        "The session has no schema metadata; set the driver's advanced.metadata.schema.enabled to"
            + " true";
    withSession(
        config -> config.withBoolean(DefaultDriverOption.METADATA_SCHEMA_ENABLED, false),
        other -> {
          fails(
              () -> other.count(keyspace, "orders").execute(),
              UnsupportedClusterException.class,
              m -> equal(m, message));
          fails(
              () -> other.export(keyspace, "orders").to(target()).execute(),
              UnsupportedClusterException.class,
              m -> equal(m, message));
          fails(
              () -> other.importInto(keyspace, "copy").from(source()).execute(),
              UnsupportedClusterException.class,
              m -> equal(m, message));
        });
  }

  @Test
  void warehouseBelowFile() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "a file");
    for (Path warehouse : List.of(file, file.resolve("warehouse"))) {
      failsAlike(
          operator.export(keyspace, "orders").to(IcebergTarget.warehouse(warehouse)),
          PreflightException.class,
          m ->
              assertThat(m)
                  .startsWith("The export of " + keyspace + ".orders was not begun. No file can be")
                  .contains(file.toString(), "(not a folder)"));
      failsAlike(
          operator
              .export(keyspace, "orders")
              .to(IcebergTarget.warehouse(warehouse))
              .skipPreflight(),
          StorageException.class,
          m ->
              assertThat(m)
                  .startsWith("The warehouse folder " + warehouse + " cannot be created: "));
      failsAlike(
          operator.importInto(keyspace, "copy").from(IcebergSource.warehouse(warehouse)),
          StorageException.class,
          m ->
              equal(m, "There is no Iceberg warehouse in " + warehouse + ": it has no catalog.db"));
    }
    assertThat(file).hasContent("a file");
  }

  @Test
  void warehouseWithInvalidCatalog() throws IOException {
    Path broken = Files.createDirectory(folder.resolve("broken"));
    Files.writeString(broken.resolve("catalog.db"), "this is no SQLite database at all");
    failsAlike(
        operator.export(keyspace, "orders").to(IcebergTarget.warehouse(broken)),
        StorageException.class,
        m -> assertThat(m).startsWith("The Iceberg catalog " + broken + "/catalog.db cannot be"));
    failsAlike(
        operator.importInto(keyspace, "copy").from(IcebergSource.warehouse(broken)),
        StorageException.class,
        m -> assertThat(m).startsWith("The Iceberg catalog " + broken + "/catalog.db cannot be"));
    assertThat(broken.resolve("catalog.db")).hasContent("this is no SQLite database at all");
  }

  @Test
  void importFromMissingSource() {
    Path nowhere = folder.resolve("warehouse");
    failsAlike(
        operator.importInto(keyspace, "copy").from(IcebergSource.warehouse(nowhere)),
        StorageException.class,
        m -> equal(m, "There is no Iceberg warehouse in " + nowhere + ": it has no catalog.db"));
    failsAlike(
        operator
            .importInto(keyspace, "copy")
            .from(IcebergSource.warehouse(exported).table("lake.missing")),
        StorageException.class,
        m ->
            equal(
                m,
                "The catalog ringhaul has no Iceberg table lake.missing: it has the namespaces "
                    + keyspace
                    + "; name one with table(...)"));
    failsAlike(
        operator.importInto(keyspace, "copy").from(IcebergSource.warehouse(exported)),
        StorageException.class,
        m ->
            equal(
                m,
                "The catalog ringhaul has no Iceberg table "
                    + keyspace
                    + ".copy: the namespace "
                    + keyspace
                    + " has orders; name one with table(...)"));
  }

  @Test
  void incompatibleSchemas() {
    failsAlike(
        importInto("other").columns("id", "name"),
        StorageException.class,
        m ->
            assertThat(m)
                .startsWith(
                    "The Iceberg table "
                        + keyspace
                        + ".orders does not fit "
                        + keyspace
                        + ".other: column name: Iceberg type string is not compatible with CQL type"
                        + " int"));
    failsAlike(
        importInto("other"),
        StorageException.class,
        m -> assertThat(m).contains("its column line is not in the table"));
    failsAlike(
        operator
            .export(keyspace, "other")
            .to(
                IcebergTarget.warehouse(exported)
                    .table(keyspace + ".orders")
                    .mode(WriteMode.APPEND)),
        StorageException.class,
        m ->
            assertThat(m)
                .contains("column name: CQL type int is not compatible with Iceberg type string")
                .contains("it must be int, not string"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "month(day             | it must be a column, year(c)",
        "week(day)             | there is no transform week",
        "month(missing)        | the export has no column missing",
        "month(name)           | ",
        "bucket(0, id)         | bucket takes a positive number",
        "tags                  | ",
      })
  void partitionExpressions(String expression, String reason) {
    fails(
        () -> export(target().partitionBy(expression)).execute(),
        InvalidSettingException.class,
        m ->
            assertThat(m)
                .startsWith(
                    "The partition expression \""
                        + expression
                        + "\" cannot be used: "
                        + (reason == null ? "" : reason)));
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 1_000_001, Integer.MAX_VALUE})
  void settingsOutOfBounds(int value) {
    setting(
        "taskCount",
        "taskCount is " + value + "; it takes 1 to 1000000",
        () -> export().taskCount(value));
    setting(
        "taskCount",
        "taskCount is " + value + "; it takes 1 to 1000000",
        () -> operator.count(keyspace, "orders").taskCount(value));
    setting(
        "parallelism",
        "parallelism is " + value + "; it takes 1 to 10000",
        () -> export().parallelism(value));
    setting(
        "pageSize",
        "pageSize is " + value + "; it takes 1 to 1000000",
        () -> export().pageSize(value));
    setting(
        "maxAttempts",
        "maxAttempts is " + value + "; it takes 1 to 100",
        () -> importInto("copy").maxAttempts(value));
    assertThatThrownBy(() -> importInto("copy").maxBatchStatements(value))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("maxBatchStatements");
  }

  @Test
  void moreSettingsOutOfBounds() {
    assertThatThrownBy(() -> importInto("copy").maxBatchBytes(0))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("maxBatchBytes");
    setting(
        "requestTimeout",
        "requestTimeout is PT0S; it takes a positive duration",
        () -> export().requestTimeout(Duration.ZERO));
  }

  @Test
  void missingTargetOrSource() {
    setting(
        "to",
        "An export needs a target: call to(...), for instance with IcebergTarget",
        () -> operator.export(keyspace, "orders").execute());
    setting(
        "to",
        "An export needs a target: call to(...), for instance with IcebergTarget",
        () -> operator.export(keyspace, "orders").executeAsync());
    setting(
        "from",
        "An import needs a source: call from(...), for instance with IcebergSource",
        () -> operator.importInto(keyspace, "copy").execute());
  }

  /** Without a fixed id each run would start another job and export the table again. */
  @Test
  void resumingWithoutId() {
    JobOptions resuming = JobOptions.in(JobStore.inMemory()).named("nightly").resuming();
    String message =
        "resuming() resumes a job by its id or name, and the request has none, so each run would"
            + " start a new job: call jobId(...), always with the same name, such as"
            + " jobId(\"orders of 2025-06-30\")";
    setting("resuming", message, () -> export().job(resuming).execute());
    setting("resuming", message, () -> export().job(resuming).executeAsync());
    setting("resuming", message, () -> importInto("copy").job(resuming).execute());
    setting("resuming", message, () -> importInto("copy").job(resuming).follow());
    assertThat(resuming.store().list()).isEmpty();
  }

  @Test
  void importWithoutCompleteKey() {
    failsAlike(
        importInto("copy").columns("id", "name"),
        InvalidSettingException.class,
        m ->
            equal(
                m,
                "The import into "
                    + keyspace
                    + ".copy lacks \"line\" of its primary key; every row needs the whole key"));
    Path part = folder.resolve("part");
    operator
        .export(keyspace, "orders")
        .columns("id", "name")
        .to(IcebergTarget.warehouse(part))
        .execute();
    failsAlike(
        operator
            .importInto(keyspace, "copy")
            .from(IcebergSource.warehouse(part).table(keyspace + ".orders")),
        StorageException.class,
        m -> assertThat(m).endsWith("does not fit " + keyspace + ".copy: it has no column line"));
  }

  @Test
  void importIntoUnwritableTable() {
    failsAlike(
        importInto("by_name"),
        UnsuitableTableException.class,
        m ->
            equal(
                m,
                keyspace
                    + ".by_name is a materialized view and cannot be written; write to its base"
                    + " table"));
    failsAlike(
        importInto("hits").columns("id"),
        UnsuitableTableException.class,
        m ->
            equal(
                m,
                "Table "
                    + keyspace
                    + ".hits holds counters, and the import has none of them: a counter's row"
                    + " cannot be made of its key alone"));
  }

  @Test
  void keyspaceWithoutReplica() {
    // Cassandra rejects unknown data centres, so a test cannot simulate a remote one.
    String empty = "without_replica_" + keyspace;
    TestCluster.define(
        String.format(
            "CREATE KEYSPACE %s WITH replication = {'class': 'SimpleStrategy',"
                + " 'replication_factor': 0}",
            empty));
    TestCluster.define(
        "CREATE TABLE " + empty + ".orders (id int, line int, PRIMARY KEY (id, line))");
    everyOperation(
        empty,
        "orders",
        UnsupportedClusterException.class,
        message ->
            assertThat(message)
                .startsWith("The keyspace " + empty + " has no replica for the token range "));
  }

  @Test
  void sessionOfAnotherDataCentre() {
    String message =
        "No node of the cluster is in the session's local data centre; the cluster has "
            + TestCluster.get().localDatacenter()
            + ": check basic.load-balancing-policy.local-datacenter";
    try (CqlSession other =
            CqlSession.builder()
                .addContactPoints(TestCluster.get().contactPoints())
                .withLocalDatacenter("elsewhere")
                .build();
        TokenAwareBulkOperator over = TokenAwareBulkOperator.over(other)) {
      fails(
          () -> over.count(keyspace, "orders").execute(),
          UnsupportedClusterException.class,
          m -> equal(m, message));
      fails(
          () -> over.export(keyspace, "orders").to(target()).execute(),
          UnsupportedClusterException.class,
          m -> equal(m, message));
      fails(
          () -> over.importInto(keyspace, "copy").from(source()).execute(),
          UnsupportedClusterException.class,
          m -> equal(m, message));
    }
  }

  @Test
  void unknownExecutionProfile() {
    setting(
        "executionProfile",
        "The session has no execution profile nightly; it has default",
        () -> operator.count(keyspace, "orders").executionProfile("nightly").execute());
    setting(
        "executionProfile",
        "The session has no execution profile nightly; it has default",
        () -> export().executionProfile("nightly").execute());
    setting(
        "executionProfile",
        "The session has no execution profile nightly; it has default",
        () -> importInto("copy").executionProfile("nightly").execute());
  }

  private void everyOperation(
      String name,
      String table,
      Class<? extends BulkOperationException> type,
      Consumer<String> check) {
    failsAlike(operator.count(name, table), type, check);
    failsAlike(operator.export(name, table).to(target()), type, check);
    failsAlike(operator.importInto(name, table).from(source()), type, check);
  }

  /** Requires the same failure from a blocking and from a background run. */
  private static void failsAlike(
      OperationRequest<?, ?> request,
      Class<? extends BulkOperationException> type,
      Consumer<String> check) {
    fails(request::execute, type, check);
    Throwable thrown = catchThrowable(() -> request.executeAsync().join());
    assertThat(thrown).isInstanceOf(CompletionException.class);
    assertOneSentence(Objects.requireNonNull(thrown.getCause()), type, check);
  }

  private static void fails(
      ThrowingCallable call, Class<? extends BulkOperationException> type, Consumer<String> check) {
    assertOneSentence(catchThrowable(call), type, check);
  }

  private static void assertOneSentence(
      Throwable thrown, Class<? extends BulkOperationException> type, Consumer<String> check) {
    assertThat(thrown).isExactlyInstanceOf(type);
    String message = thrown.getMessage();
    assertThat(message).doesNotContain("\n").hasSizeLessThan(700);
    check.accept(message);
  }

  private static void setting(String name, String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            InvalidSettingException.class, e -> assertThat(e.setting()).isEqualTo(name))
        .hasMessage(message);
  }

  private static void equal(String message, String expected) {
    assertThat(message).isEqualTo(expected);
  }

  private static void withSession(
      Function<ProgrammaticDriverConfigLoaderBuilder, ProgrammaticDriverConfigLoaderBuilder> config,
      Consumer<TokenAwareBulkOperator> use) {
    try (CqlSession other =
            CqlSession.builder()
                .addContactPoints(TestCluster.get().contactPoints())
                .withLocalDatacenter(TestCluster.get().localDatacenter())
                .withConfigLoader(
                    config
                        .apply(
                            DriverConfigLoader.programmaticBuilder()
                                .withDuration(
                                    DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(60)))
                        .build())
                .build();
        TokenAwareBulkOperator over = TokenAwareBulkOperator.over(other)) {
      use.accept(over);
    }
  }

  private ExportRequest export() {
    return export(target());
  }

  private static ExportRequest export(IcebergTarget target) {
    return operator.export(keyspace, "orders").to(target);
  }

  private static ImportRequest importInto(String table) {
    return operator.importInto(keyspace, table).from(source());
  }

  private IcebergTarget target() {
    return IcebergTarget.warehouse(folder.resolve("warehouse"));
  }

  private static IcebergSource source() {
    return IcebergSource.warehouse(exported).table(keyspace + ".orders");
  }

  private static void define(String cql) {
    TestCluster.define(cql.replace("%s", keyspace));
  }

  /** Returns the data and metadata files with their sizes, without SQLite's transient log. */
  private static Map<Path, Long> files(Path folder) {
    try (Stream<Path> paths = Files.walk(folder)) {
      Map<Path, Long> files = new TreeMap<>();
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        if (!path.getFileName().toString().startsWith("catalog.db-")) {
          files.put(path, Files.size(path));
        }
      }
      return files;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
