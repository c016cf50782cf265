package io.ringhaul.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.ExportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.internal.iceberg.Orders;
import io.ringhaul.internal.iceberg.RestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.rest.RESTCatalog;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Exports to and imports from a REST catalog with files in an object store that has faults. */
@ClusterTest
class RestLakeIT {

  private static final int ORDERS = 400;
  private static final String S3 = "org.apache.iceberg.aws.s3.S3FileIO";

  @TempDir private static Path objects;
  private static ObjectStore store;
  private static CqlSession session;
  private static TokenAwareBulkOperator operator;
  private static String keyspace;
  private static int tables;

  @TempDir private Path folder;
  private FaultyProxy proxy;
  private JdbcCatalog catalog;
  private RestServer server;
  private RESTCatalog client;
  private String bucket;

  @BeforeAll
  static void startStore() throws Exception {
    store = ObjectStore.start(objects);
    session = TestCluster.session();
    operator = TokenAwareBulkOperator.over(session);
    keyspace = TestCluster.newKeyspace(1);
    Orders.create(keyspace + ".orders");
    Orders.insert(session, keyspace + ".orders", 0, ORDERS);
  }

  @AfterAll
  static void stopStore() throws InterruptedException {
    store.close();
  }

  @BeforeEach
  void start() throws IOException {
    tables++;
    bucket = "lake-" + tables;
    proxy = new FaultyProxy(store.endpoint());
    open(store.bucket(bucket));
  }

  private void open(String warehouse) throws IOException {
    catalog = new JdbcCatalog();
    Map<String, String> behind = new HashMap<>(store.properties());
    behind.put("uri", "jdbc:sqlite:" + folder.resolve("catalog.db"));
    behind.put("warehouse", warehouse);
    behind.put("io-impl", S3);
    behind.put("jdbc.schema-version", "V1");
    catalog.initialize("behind", behind);
    // Clients get the access to the store from the server.
    Map<String, String> config = new HashMap<>(ObjectStore.properties(proxy.endpoint()));
    config.put("s3.retry.num-retries", "2");
    config.put("s3.retry.min-wait-ms", "20");
    server = new RestServer(catalog, config);
    client = server.client(Map.of("io-impl", S3));
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    server.close();
    catalog.close();
    proxy.close();
  }

  @Test
  void exportsAndImportsExactlyWhileTheStorageFailsAndThrottles() throws Exception {
    AtomicInteger requests = new AtomicInteger();
    AtomicInteger faults = new AtomicInteger();
    proxy.faults(
        head -> {
          int number = requests.incrementAndGet();
          Optional<FaultyProxy.Fault> fault =
              number % 7 == 0
                  ? Optional.of(FaultyProxy.Fault.SLOW_DOWN)
                  : number % 11 == 0
                      ? Optional.of(FaultyProxy.Fault.INTERNAL_ERROR)
                      : Optional.empty();
          fault.ifPresent(any -> faults.incrementAndGet());
          return fault;
        });
    client.close();
    client = server.client(Map.of("io-impl", S3, "s3.retry.num-retries", "10"));
    ExportResult exported = operator.export(keyspace, "orders").to(target()).execute();
    assertThat(exported.rows()).isEqualTo(ORDERS);
    Table table = catalog.loadTable(TableIdentifier.of("lake", "orders"));
    assertThat(exported.location()).isEqualTo("lake.orders in " + table.location());
    assertThat(parquetObjects()).isEqualTo(dataFiles(table)).isNotEmpty();
    String copy = "orders_" + tables;
    Orders.create(keyspace + "." + copy);
    operator.importInto(keyspace, copy).from(source()).execute();
    assertThat(Orders.bytesById(session, keyspace + "." + copy))
        .isEqualTo(Orders.bytesById(session, keyspace + ".orders"));
    assertThat(faults.get()).isPositive();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "403 | AccessDenied | the storage denies access; check the credentials and what they permit"
            + " there (403: AccessDenied by the test)",
        "403 | ExpiredToken | the credentials of the storage have expired; renew them"
            + " (403: ExpiredToken by the test)",
        "503 | SlowDown | the storage limits the rate of requests; use fewer parallel tasks or wait"
            + " a while (503: SlowDown by the test)",
        "500 | InternalError | the storage failed; wait until it works again"
            + " (500: InternalError by the test)",
      })
  void namesFileAndReasonIfTheStorageRejectsAFile(int status, String code, String reason)
      throws Exception {
    proxy.faults(
        head ->
            head.startsWith("PUT") && head.contains(".parquet")
                ? Optional.of(new FaultyProxy.Fault(status, code))
                : Optional.empty());
    assertThatThrownBy(() -> operator.export(keyspace, "orders").to(target()).execute())
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith("The data file s3://" + bucket + "/lake/orders/data/")
        .hasMessageContaining(
            ".parquet of the Iceberg table lake.orders cannot be written: " + reason);
    assertThat(client.tableExists(TableIdentifier.of("lake", "orders"))).isFalse();
    assertThat(objectsIn(bucket)).isEmpty();
  }

  @Test
  void namesTheMissingBucket() throws Exception {
    stop();
    proxy = new FaultyProxy(store.endpoint());
    open("s3://nowhere");
    assertThatThrownBy(() -> operator.export(keyspace, "orders").to(target()).execute())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(
            " of the Iceberg table lake.orders cannot be written: the bucket does not exist; create"
                + " it or correct the location (404: ");
    assertThat(client.tableExists(TableIdentifier.of("lake", "orders"))).isFalse();
  }

  @Test
  void namesTheFileIfTheStorageRejectsReading() throws Exception {
    operator.export(keyspace, "orders").to(target()).execute();
    proxy.faults(
        head ->
            head.startsWith("GET") && head.contains(".parquet")
                ? Optional.of(new FaultyProxy.Fault(403, "AccessDenied"))
                : Optional.empty());
    String copy = "orders_" + tables;
    Orders.create(keyspace + "." + copy);
    assertThatThrownBy(() -> operator.importInto(keyspace, copy).from(source()).execute())
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith("The data file s3://" + bucket + "/lake/orders/data/")
        .hasMessageContaining(
            " cannot be read: the storage denies access; check the credentials and what they permit"
                + " there (403: ");
    assertThat(Orders.bytesById(session, keyspace + "." + copy)).isEmpty();
  }

  @Test
  void commitsNothingIfTheStorageRejectsMetadata() throws Exception {
    proxy.faults(
        head ->
            head.startsWith("PUT") && head.contains(".avro")
                ? Optional.of(new FaultyProxy.Fault(403, "AccessDenied"))
                : Optional.empty());
    assertThatThrownBy(() -> operator.export(keyspace, "orders").to(target()).execute())
        .isExactlyInstanceOf(StorageException.class)
        .hasMessageStartingWith(
            "Nothing was committed to the Iceberg table lake.orders: the storage denies access;"
                + " check the credentials and what they permit there (403: ");
    assertThat(client.tableExists(TableIdentifier.of("lake", "orders"))).isFalse();
    assertThat(objectsIn(bucket)).isEmpty();
  }

  @Test
  void saysThatTheStorageIsNotReached() throws Exception {
    proxy.close();
    assertThatThrownBy(() -> operator.export(keyspace, "orders").to(target()).execute())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(
            " of the Iceberg table lake.orders cannot be written: no connection: ")
        .hasMessageContaining("check the address and its server");
    assertThat(client.tableExists(TableIdentifier.of("lake", "orders"))).isFalse();
  }

  private IcebergTarget target() {
    return IcebergTarget.catalog(client).table("lake.orders");
  }

  private IcebergSource source() {
    return IcebergSource.catalog(client).table("lake.orders");
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

  private static List<String> dataFiles(Table table) throws IOException {
    try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
      return StreamSupport.stream(tasks.spliterator(), false)
          .map(task -> task.file().location())
          .sorted()
          .toList();
    }
  }
}
