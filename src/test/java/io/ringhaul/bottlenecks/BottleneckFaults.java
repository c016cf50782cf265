package io.ringhaul.bottlenecks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.ExportRequest;
import io.ringhaul.ImportRequest;
import io.ringhaul.OperationRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cli.sandbox.SandboxCluster;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.DelayedLink;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.formats.Disk;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStore;
import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.BottleneckKind;
import io.ringhaul.parquet.ParquetTarget;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import javax.management.Attribute;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Causes each bottleneck on a dedicated node and requires its detection within ten seconds;
 * undisturbed runs must report none. Prints the detection times. Requires an otherwise idle
 * machine.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BottleneckFaults {

  private static final int ROWS = 150_000;
  private static final int LARGE_PARTITION = 60_000;
  private static final int SMALL_PARTITIONS = 2_000;
  private static final int QUIET_RUNS = 10;

  /** Number of samples, one per second, that a job runs before the disturbance. */
  private static final int USUAL_SAMPLES = 14;

  /** Above every latency that the detectors consider normal. */
  private static final int LATE_MILLIS = 400;

  @TempDir Path folder;

  private final List<CompletableFuture<?>> running = new ArrayList<>();
  private SandboxCluster cluster;
  private CqlSession session;
  private TokenAwareBulkOperator operator;
  private Bottlenecks bottlenecks = new Bottlenecks();

  @BeforeAll
  void start() throws IOException {
    cluster =
        SandboxCluster.builder()
            .heapMegabytes(1024)
            .port(9942)
            .storagePort(7900)
            .jmxPort(7999)
            .start();
    session = connect(cluster.contactPoints());
    session.execute(
        "CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', 'replication_factor':"
            + " 1}");
    session.execute("CREATE TABLE ks.t (id int PRIMARY KEY, v text)");
    session.execute("CREATE TABLE ks.clone (id int PRIMARY KEY, v text)");
    session.execute("CREATE TABLE ks.skewed (id int, n int, v text, PRIMARY KEY (id, n))");
    String value = "v".repeat(120);
    PreparedStatement insert = session.prepare("INSERT INTO ks.t (id, v) VALUES (?, ?)");
    PreparedStatement skewed = session.prepare("INSERT INTO ks.skewed (id, n, v) VALUES (?, ?, ?)");
    try (AsyncWrites writes = new AsyncWrites(session)) {
      for (int i = 0; i < ROWS; i++) {
        writes.add(insert.bind(i, value + i));
      }
      for (int i = 0; i < LARGE_PARTITION; i++) {
        writes.add(skewed.bind(0, i, value + i));
      }
      for (int i = 1; i <= SMALL_PARTITIONS; i++) {
        writes.add(skewed.bind(i, i, value + i));
      }
    }
    cluster.nodes().get(0).flush("ks");
    operator = TokenAwareBulkOperator.over(session);
  }

  private CqlSession connect(List<InetSocketAddress> contactPoints) {
    return CqlSession.builder()
        .addContactPoints(contactPoints)
        .withLocalDatacenter(cluster.localDatacenter())
        .withConfigLoader(
            DriverConfigLoader.programmaticBuilder()
                .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(60))
                .withDuration(DefaultDriverOption.RECONNECTION_BASE_DELAY, Duration.ofMillis(500))
                .withDuration(DefaultDriverOption.RECONNECTION_MAX_DELAY, Duration.ofSeconds(1))
                .build())
        .build();
  }

  @AfterAll
  void stop() {
    operator.close();
    session.close();
    cluster.close();
  }

  @BeforeEach
  void listen() {
    bottlenecks = new Bottlenecks();
  }

  @AfterEach
  void end() throws InterruptedException {
    for (CompletableFuture<?> operation : running) {
      operation.cancel(true);
      try {
        operation.get();
      } catch (ExecutionException | CancellationException e) {
        assertThat(operation.isDone()).isTrue();
      }
    }
    running.clear();
  }

  private void start(OperationRequest<?, ?> request) {
    start(request, bottlenecks);
  }

  private void start(OperationRequest<?, ?> request, Bottlenecks heard) {
    running.add(request.onBottleneck(heard).onSample(heard).executeAsync());
  }

  /**
   * An export that takes half a minute even on a fast machine, because each page has a single row.
   */
  private ExportRequest longExport() {
    return longExport(operator);
  }

  private static ExportRequest longExport(TokenAwareBulkOperator operator) {
    return operator.export("ks", "t").to(BurdenedTarget.light()).pageSize(1).skipPreflight();
  }

  private void awaitUsual() throws InterruptedException {
    bottlenecks.awaitSamples(USUAL_SAMPLES, sample -> sample.rowsPerSecond() > 0);
    assertThat(bottlenecks.all()).isEmpty();
  }

  @Test
  @Order(12)
  void undisturbedRunsReportNothing() throws Exception {
    for (int run = 0; run < QUIET_RUNS; run++) {
      Bottlenecks quiet = new Bottlenecks();
      Path part = folder.resolve("quiet" + run);
      ExportRequest export =
          operator
              .export("ks", "t")
              .to(run % 2 == 0 ? CsvTarget.folder(part) : ParquetTarget.folder(part));
      long rows =
          export.pageSize(8).parallelism(2).onBottleneck(quiet).onSample(quiet).execute().rows();
      assertThat(rows).isEqualTo(ROWS);
      System.out.printf(
          "undisturbed run %d: export, samples %d, limited by %s, bottlenecks %s%n",
          run + 1, quiet.samples(), quiet.limitedBy(), quiet.all());
      assertThat(quiet.all()).isEmpty();
      if (run % 2 == 0) {
        ImportRequest imported = operator.importInto("ks", "clone").from(CsvSource.at(part));
        assertThat(imported.onBottleneck(quiet).onSample(quiet).execute().rows()).isEqualTo(ROWS);
        System.out.printf(
            "undisturbed run %d: import, samples %d, limited by %s, bottlenecks %s%n",
            run + 1, quiet.samples(), quiet.limitedBy(), quiet.all());
        assertThat(quiet.all()).isEmpty();
      }
    }
  }

  @Test
  @Order(1)
  void detectsClientCpu() throws Exception {
    BurdenedTarget costly =
        new BurdenedTarget(
            () -> {
              try {
                MessageDigest digest = MessageDigest.getInstance("SHA-512");
                for (int i = 0; i < 5_000; i++) {
                  digest.update(digest.digest());
                }
              } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
              }
            });
    start(operator.export("ks", "t").to(costly).skipPreflight());
    bottlenecks.awaitSamples(1, sample -> true);
    Bottleneck bottleneck = bottlenecks.awaitSoon(BottleneckKind.CLIENT_CPU);
    assertThat(bottleneck.component()).isEqualTo("process");
  }

  @Test
  @Order(2)
  void detectsClientMemory() throws Exception {
    start(longExport());
    bottlenecks.awaitSamples(3, sample -> true);
    int bound = bottlenecks.last().inFlightBound();
    List<byte[]> held = new ArrayList<>();
    long most = Runtime.getRuntime().maxMemory();
    Thread taking =
        new Thread(
            () -> {
              // Retained memory that the collector cannot free, up to 95 % of the heap.
              while (used() < 0.95 * most) {
                synchronized (held) {
                  held.add(new byte[100_000]);
                }
              }
            });
    taking.start();
    Bottleneck bottleneck = bottlenecks.awaitSoon(BottleneckKind.CLIENT_MEMORY);
    assertThat(bottleneck.component()).isEqualTo("heap");
    // The limits that use memory are lowered while memory is short and recover afterwards.
    bottlenecks.awaitSamples(1, sample -> sample.inFlightBound() < bound);
    taking.join();
    synchronized (held) {
      held.clear();
    }
    System.gc();
    int lowered = bottlenecks.samples();
    bottlenecks.awaitSamples(1, sample -> sample.inFlightBound() == bound, lowered);
  }

  private static long used() {
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  /** The source supplies rows faster than the cluster writes them. */
  @Test
  @Order(3)
  void detectsQueueGrowth() throws Exception {
    BurdenedTarget slow = new BurdenedTarget(() -> Thread.sleep(5));
    start(operator.export("ks", "t").to(slow).skipPreflight());
    bottlenecks.awaitSamples(1, sample -> true);
    Bottleneck bottleneck = bottlenecks.awaitSoon(BottleneckKind.QUEUE_GROWTH);
    assertThat(bottleneck.component()).isEqualTo("queue");
  }

  @Test
  @Order(4)
  void detectsFullDisk() throws Exception {
    assumeTrue(Disk.canBeMounted(folder.resolve("try")));
    try (Disk disk = Disk.mount(folder.resolve("disk"), 90)) {
      Files.write(disk.folder().resolve("others"), new byte[28 << 20]);
      start(
          operator
              .export("ks", "t")
              .to(CsvTarget.folder(disk.folder().resolve("t")))
              .maxRowsPerSecond(20_000)
              .skipPreflight());
      bottlenecks.awaitSamples(1, sample -> sample.rowsPerSecond() > 0);
      Bottleneck bottleneck = bottlenecks.awaitSoon(BottleneckKind.DISK);
      assertThat(bottleneck.evidence().get("freeBytes")).isLessThan(64 << 20);
      assertThat(bottleneck.recommendation()).contains("free space on the disk");
      end();
    }
  }

  @Test
  @Order(5)
  void detectsSlowDisk() throws Exception {
    assumeTrue(ControlGroup.canBoundWrites());
    try (SlowDisk disk =
        SlowDisk.mount(folder.resolve("slow.img"), folder.resolve("slow"), 1_000_000)) {
      start(
          operator
              .export("ks", "t")
              .to(CsvTarget.folder(disk.folder().resolve("t")))
              .skipPreflight());
      bottlenecks.awaitSamples(1, sample -> sample.rowsPerSecond() > 0);
      Bottleneck bottleneck = bottlenecks.awaitSoon(BottleneckKind.DISK);
      assertThat(bottleneck.evidence().get("writeShare")).isGreaterThan(0.5);
      assertThat(bottleneck.recommendation()).contains("faster disk");
      end();
    }
  }

  @Test
  @Order(6)
  void detectsServerOverload() throws Exception {
    start(longExport());
    bottlenecks.awaitSamples(3, sample -> sample.rowsPerSecond() > 0);
    long before = rangeTimeout(1);
    try {
      Bottleneck bottleneck = bottlenecks.awaitSoon(BottleneckKind.SERVER_OVERLOAD);
      assertThat(bottleneck.component()).isEqualTo("cluster");
    } finally {
      rangeTimeout(before);
    }
  }

  @SuppressWarnings("BanJNDI")
  private long rangeTimeout(long millis) throws IOException, JMException {
    ObjectName service = new ObjectName("org.apache.cassandra.db:type=StorageService");
    try (JMXConnector management = JMXConnectorFactory.connect(cluster.nodes().get(0).jmxUrl())) {
      var connection = management.getMBeanServerConnection();
      long before = (Long) connection.getAttribute(service, "RangeRpcTimeout");
      connection.setAttribute(service, new Attribute("RangeRpcTimeout", millis));
      return before;
    }
  }

  @Test
  @Order(7)
  void detectsLatencySpike() throws Exception {
    try (DelayedLink link = DelayedLink.to(cluster.contactPoints().get(0), 0);
        CqlSession linked = connect(List.of(link.address()));
        TokenAwareBulkOperator behind = TokenAwareBulkOperator.over(linked)) {
      start(longExport(behind));
      awaitUsual();
      link.delay(LATE_MILLIS);
      Bottleneck bottleneck = bottlenecks.awaitSoon(BottleneckKind.LATENCY_SPIKE);
      assertThat(bottleneck.component()).endsWith(":" + link.address().getPort());
      end();
    }
  }

  @Test
  @Order(8)
  void detectsThroughputDrop() throws Exception {
    start(longExport());
    awaitUsual();
    try (Signals silent = Signals.suspend(cluster)) {
      assertThat(bottlenecks.awaitSoon(BottleneckKind.THROUGHPUT_DROP).component())
          .isEqualTo("job");
      assertThat(bottlenecks.awaitSoon(BottleneckKind.LATENCY_SPIKE).component())
          .isEqualTo("cluster");
    }
  }

  @Test
  @Order(9)
  void detectsContention() throws Exception {
    Bottlenecks other = new Bottlenecks();
    start(longExport().maxInFlightPerNode(4));
    awaitUsual();
    start(longExport().maxInFlightPerNode(4), other);
    other.awaitSamples(1, sample -> sample.rowsPerSecond() > 0);
    Bottleneck bottleneck = bottlenecks.awaitSoon(BottleneckKind.CONTENTION);
    assertThat(bottleneck.component()).isEqualTo("node:127.0.0.1:9942");
    assertThat(bottleneck.reason()).contains("the export of ks.t");
    assertThat(bottleneck.evidence().get("rowsPerSecondAlone")).isPositive();
    // This job never ran alone, so it has no baseline.
    assertThat(other.all()).extracting(Bottleneck::kind).doesNotContain(BottleneckKind.CONTENTION);
  }

  @Test
  @Order(10)
  void detectsContentionWithAnotherProcess() throws Exception {
    Path jobs = folder.resolve("jobs.db");
    try (JobStore store = JobStore.file(jobs)) {
      start(longExport().maxInFlightPerNode(2).job(JobOptions.in(store)));
      awaitUsual();
      try (ExportProcess other = ExportProcess.start(cluster, folder, jobs, "nightly")) {
        other.awaitMetrics(store);
        Bottleneck bottleneck = bottlenecks.awaitSoon(BottleneckKind.CONTENTION);
        assertThat(bottleneck.component()).isEqualTo("node:127.0.0.1:9942");
        assertThat(bottleneck.reason()).contains("the job \"nightly\"");
        assertThat(bottleneck.evidence().get("rowsPerSecondAlone")).isPositive();
        assertThat(other.isAlive()).isTrue();
      } finally {
        end();
      }
    }
  }

  @Test
  @Order(11)
  void detectsSkew() throws Exception {
    start(
        operator
            .export("ks", "skewed")
            .to(BurdenedTarget.light())
            .pageSize(2)
            .taskCount(64)
            .parallelism(8)
            .skipPreflight());
    bottlenecks.awaitSamples(1, sample -> sample.tasks().size() == 1);
    Bottleneck bottleneck = bottlenecks.awaitSoon(BottleneckKind.SKEW);
    assertThat(bottleneck.component()).startsWith("task:");
    assertThat(bottleneck.evidence().get("idleWorkers")).isPositive();
  }

  /** Runs last, because it stops the node. */
  @Test
  @Order(13)
  void detectsErrorSpike() throws Exception {
    start(longExport());
    bottlenecks.awaitSamples(3, sample -> sample.rowsPerSecond() > 0);
    cluster.nodes().get(0).kill();
    Bottleneck bottleneck = bottlenecks.awaitSoon(BottleneckKind.ERROR_SPIKE);
    assertThat(bottleneck.component()).isEqualTo("cluster");
    assertThat(bottleneck.evidence().get("errors")).isPositive();
  }
}
