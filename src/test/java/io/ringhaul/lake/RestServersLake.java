package io.ringhaul.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.ExportRequest;
import io.ringhaul.ExportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.format.WriteMode;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.internal.iceberg.Orders;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStore;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.rest.RESTCatalog;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Exports and imports through real REST catalog servers, with files in an object store. The system
 * property {@code ringhaul.lake.commits} sets the number of concurrent exports to one table.
 * Default: 200.
 */
@ClusterTest
@ParameterizedClass
@EnumSource(CatalogServer.Kind.class)
class RestServersLake {

  private static final int ORDERS = 3_000;
  private static final int COMMITS = Integer.getInteger("ringhaul.lake.commits", 200);
  private static final int FIRST_COMMITS = 40;
  private static final int ROWS = 5;
  private static final int WRITERS = 8;

  @TempDir private static Path objects;
  private static ObjectStore store;
  private static CqlSession session;
  private static String keyspace;
  private static int runs;

  private final CatalogServer.Kind kind;
  @TempDir private Path folder;
  private String bucket;
  private FaultyProxy proxy;
  private CatalogServer server;
  private RESTCatalog client;
  private TokenAwareBulkOperator operator;

  RestServersLake(CatalogServer.Kind kind) {
    this.kind = kind;
  }

  @BeforeAll
  static void startStore() throws Exception {
    store = ObjectStore.start(objects);
    session = TestCluster.session();
    keyspace = TestCluster.newKeyspace(1);
    Orders.create(keyspace + ".orders");
    for (int id = 0; id < ORDERS; id += 250) {
      Orders.insert(session, keyspace + ".orders", id, id + 250);
    }
  }

  @AfterAll
  static void stopStore() throws InterruptedException {
    store.close();
  }

  @BeforeEach
  void start() throws Exception {
    assumeTrue(
        CatalogServer.canStart(kind),
        "Nessie needs Java 21; name its folder in the variable RINGHAUL_JAVA21_HOME");
    runs++;
    bucket = "lake-" + runs;
    proxy = new FaultyProxy(store.endpoint());
    server =
        CatalogServer.start(kind, store, proxy.endpoint(), store.bucket(bucket) + "/wh", folder);
    client = CatalogServer.client(server.uri(), proxy.endpoint());
    operator = TokenAwareBulkOperator.over(session);
  }

  @AfterEach
  void stop() throws Exception {
    if (server != null) {
      operator.close();
      client.close();
      server.close();
      proxy.close();
    }
  }

  @Test
  void exportsAndImportsExactlyWhileTheStorageFailsAndThrottles() throws Exception {
    AtomicInteger requests = new AtomicInteger();
    proxy.faults(
        head -> {
          int number = requests.incrementAndGet();
          return number % 9 == 0
              ? Optional.of(FaultyProxy.Fault.SLOW_DOWN)
              : number % 11 == 0 ? Optional.of(FaultyProxy.Fault.INTERNAL_ERROR) : Optional.empty();
        });
    ExportResult exported =
        operator.export(keyspace, "orders").to(target().partitionBy("month(order_date)")).execute();
    assertThat(exported.rows()).isEqualTo(ORDERS);
    assertThat(exported.location()).isEqualTo("lake.orders in " + table().location());
    assertThat(parquetObjects()).isEqualTo(dataFiles());
    assertImported();
    assertThat(requests.get()).isGreaterThan(11);
  }

  @Test
  void resumesAnExportThatWasKilled() throws Exception {
    Path jobs = folder.resolve("jobs.db");
    UUID job = UUID.randomUUID();
    proxy.faults(RestServersLake::slowly);
    Process exporting =
        new ProcessBuilder(
                ServerProcess.java().toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Exporting.class.getName(),
                TestCluster.contactPoint(),
                TestCluster.get().localDatacenter(),
                keyspace,
                server.uri(),
                proxy.endpoint(),
                jobs.toString(),
                job.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("exporting.txt").toFile())
            .start();
    try {
      long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
      while (parquetObjects().size() < 4) {
        assertThat(exporting.isAlive())
            .as(() -> "the export runs: " + read(folder.resolve("exporting.txt")))
            .isTrue();
        assertThat(System.nanoTime()).isLessThan(deadline);
        TimeUnit.MILLISECONDS.sleep(20);
      }
    } finally {
      exporting.destroyForcibly().waitFor();
    }
    proxy.faults(head -> Optional.empty());
    List<String> before = parquetObjects();
    try (JobStore opened = JobStore.file(jobs)) {
      ExportResult resumed = exporting(operator, client, keyspace, opened, job).execute();
      assertThat(resumed.rows()).isEqualTo(ORDERS);
    }
    assertThat(parquetObjects()).isEqualTo(dataFiles());
    assertThat(before).filteredOn(parquetObjects()::contains).isNotEmpty();
    assertThat(table().location() + "/data/")
        .satisfies(data -> assertThat(parquetObjects()).allMatch(file -> file.startsWith(data)));
    assertImported();
  }

  @Test
  void containsTheRowsOfConcurrentCommits() throws Exception {
    String small = "small_" + runs;
    Orders.create(keyspace + "." + small);
    Orders.insert(session, keyspace + "." + small, 0, ROWS);
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    try {
      List<Future<?>> exports = new ArrayList<>();
      for (int i = 0; i < COMMITS; i++) {
        exports.add(
            threads.submit(
                () ->
                    operator
                        .export(keyspace, small)
                        .to(target().mode(WriteMode.APPEND))
                        .taskCount(1)
                        .withoutMonitoring()
                        .execute()));
      }
      for (Future<?> export : exports) {
        export.get();
      }
    } finally {
      threads.shutdownNow();
    }
    Table table = table();
    assertThat(table.currentSnapshot().summary())
        .containsEntry("total-records", Integer.toString(COMMITS * ROWS));
    assertThat(dataFiles()).hasSizeGreaterThanOrEqualTo(COMMITS).isEqualTo(parquetObjects());
  }

  @Test
  void containsTheRowsOfConcurrentFirstCommits() throws Exception {
    String small = "first_" + runs;
    Orders.create(keyspace + "." + small);
    Orders.insert(session, keyspace + "." + small, 0, ROWS);
    operator.export(keyspace, small).to(target()).execute();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (int round = 0; round < FIRST_COMMITS; round++) {
        TableIdentifier empty = TableIdentifier.of("lake", "empty_" + round);
        client.createTable(empty, table().schema());
        Callable<ExportResult> export =
            () ->
                operator
                    .export(keyspace, small)
                    .to(
                        IcebergTarget.catalog(client)
                            .table(empty.toString())
                            .mode(WriteMode.APPEND))
                    .taskCount(1)
                    .withoutMonitoring()
                    .execute();
        for (Future<ExportResult> exported : threads.invokeAll(List.of(export, export))) {
          assertThat(exported.get().rows()).isEqualTo(ROWS);
        }
        assertThat(client.loadTable(empty).currentSnapshot().summary())
            .as("round %d", round)
            .containsEntry("total-records", Integer.toString(2 * ROWS));
        assertThat(client.loadTable(empty).schema().sameSchema(table().schema())).isTrue();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void leavesNothingBehindWhenAnExportIsGivenUp() throws Exception {
    AtomicInteger files = new AtomicInteger();
    proxy.faults(
        head ->
            head.startsWith("PUT") && head.contains(".parquet") && files.incrementAndGet() > 2
                ? Optional.of(new FaultyProxy.Fault(403, "AccessDenied"))
                : Optional.empty());
    assertThatThrownBy(
            () -> operator.export(keyspace, "orders").to(target()).taskCount(8).execute())
        .hasMessageContaining("cannot be written: the storage denies access");
    assertThat(client.tableExists(TableIdentifier.of("lake", "orders"))).isFalse();
    assertThat(objectsIn(bucket)).isEmpty();
  }

  private static Optional<FaultyProxy.Fault> slowly(String head) {
    if (head.startsWith("PUT")) {
      try {
        TimeUnit.MILLISECONDS.sleep(400);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return Optional.empty();
  }

  private static ExportRequest exporting(
      TokenAwareBulkOperator operator,
      RESTCatalog client,
      String keyspace,
      JobStore jobs,
      UUID job) {
    return operator
        .export(keyspace, "orders")
        .to(IcebergTarget.catalog(client).table("lake.orders"))
        .taskCount(16)
        .parallelism(2)
        .job(JobOptions.in(jobs).resuming())
        .jobId(job);
  }

  private void assertImported() {
    String copy = "copy_" + runs;
    Orders.create(keyspace + "." + copy);
    operator
        .importInto(keyspace, copy)
        .from(IcebergSource.catalog(client).table("lake.orders"))
        .execute();
    assertThat(Orders.bytesById(session, keyspace + "." + copy))
        .isEqualTo(Orders.bytesById(session, keyspace + ".orders"));
  }

  private IcebergTarget target() {
    return IcebergTarget.catalog(client).table("lake.orders");
  }

  private Table table() {
    return client.loadTable(TableIdentifier.of("lake", "orders"));
  }

  private List<String> dataFiles() throws IOException {
    try (CloseableIterable<FileScanTask> tasks = table().newScan().planFiles()) {
      return StreamSupport.stream(tasks.spliterator(), false)
          .map(task -> task.file().location())
          .sorted()
          .toList();
    }
  }

  private List<String> parquetObjects() throws IOException {
    return objectsIn(bucket).stream().filter(name -> name.endsWith(".parquet")).toList();
  }

  private static List<String> objectsIn(String bucket) throws IOException {
    try (Stream<Path> files = Files.walk(store.path(bucket))) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> "s3://" + store.path("").relativize(file))
          .sorted()
          .toList();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** The main class of the process that is killed. */
  static final class Exporting {

    private Exporting() {}

    public static void main(String[] args) throws IOException {
      String[] node = args[0].split(":", -1);
      try (CqlSession own =
              CqlSession.builder()
                  .addContactPoint(new InetSocketAddress(node[0], Integer.parseInt(node[1])))
                  .withLocalDatacenter(args[1])
                  .build();
          TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(own);
          RESTCatalog client = CatalogServer.client(args[3], args[4]);
          JobStore jobs = JobStore.file(Path.of(args[5]))) {
        exporting(operator, client, args[2], jobs, UUID.fromString(args[6])).execute();
      }
    }
  }
}
