package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.CountRequest;
import io.ringhaul.ExportRequest;
import io.ringhaul.ExportResult;
import io.ringhaul.ImportRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.RecordingSession;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.Topology;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.OperationCancelledException;
import io.ringhaul.exceptions.UnsupportedClusterException;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The load of operations on the cluster and on the caller's session. */
@ClusterTest
@Topology
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ScanBehaviourIT {

  private static final int ROWS = 5_000;

  private final CqlSession session = TestCluster.session();
  private String keyspace = "";

  @TempDir private Path warehouse;

  @BeforeAll
  void insert() {
    keyspace = TestCluster.newKeyspace(3);
    TestCluster.define("CREATE TABLE " + keyspace + ".t (id int PRIMARY KEY, v text)");
    TestCluster.define("CREATE TABLE " + keyspace + ".clone (id int PRIMARY KEY, v text)");
    AsyncWrites.writeRows(
        session,
        "INSERT INTO " + keyspace + ".t (id, v) VALUES (?, ?)",
        ROWS,
        i -> new Object[] {i, "v" + i});
  }

  @Test
  void requestsAreBoundedSpreadAndPreparedOnce() {
    RecordingSession watch = new RecordingSession(session);
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(watch.session())) {
      assertThat(operator.count(keyspace, "t").parallelism(3).taskCount(60).execute().rows())
          .isEqualTo(ROWS);
      watch.requireMaxInFlight(3);
      assertThat(watch.coordinators()).hasSize(TestCluster.get().nodes());
      // A count has at most three shapes of ranges.
      assertThat(watch.prepared()).doesNotHaveDuplicates().hasSizeBetween(1, 3);
    }
    RecordingSession exportWatch = new RecordingSession(session);
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(exportWatch.session())) {
      ExportRequest request = export(operator, "behaviour.bounded").parallelism(3).taskCount(60);
      assertThat(request.execute().rows()).isEqualTo(ROWS);
      exportWatch.requireMaxInFlight(3);
      assertThat(exportWatch.coordinators()).hasSize(TestCluster.get().nodes());
      assertThat(exportWatch.prepared()).doesNotHaveDuplicates().hasSizeBetween(1, 3);
    }
    RecordingSession importWatch = new RecordingSession(session);
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(importWatch.session())) {
      ImportRequest request =
          operator
              .importInto(keyspace, "clone")
              .from(IcebergSource.warehouse(warehouse).table("behaviour.bounded"))
              .parallelism(3);
      assertThat(request.execute().rows()).isEqualTo(ROWS);
      importWatch.requireMaxInFlight(3);
      assertThat(importWatch.coordinators()).hasSize(TestCluster.get().nodes());
      assertThat(importWatch.prepared()).hasSize(1);
    }
    RawTables.assertSame(session, keyspace, "t", "clone", ROWS, 0);
  }

  @Test
  void keepsCallersSessionOpen() {
    try (CqlSession own = TestCluster.get().newSession()) {
      TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(own);
      assertThat(operator.count(keyspace, "t").execute().rows()).isEqualTo(ROWS);
      operator.close();
      assertThat(own.isClosed()).isFalse();
      assertThat(own.execute("SELECT release_version FROM system.local").one()).isNotNull();
    }
  }

  @Test
  void smallPagesKeepRowsExact() {
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      ExportRequest request = export(operator, "behaviour.paged").pageSize(7).taskCount(3);
      assertThat(request.execute().rows()).isEqualTo(ROWS);
    }
    Warehouse.inspect(
        warehouse,
        TableIdentifier.of("behaviour", "paged"),
        table -> {
          List<Integer> ids = new ArrayList<>();
          for (Record row : Warehouse.rows(table)) {
            Integer id = (Integer) row.getField("id");
            assertThat(row.getField("v")).isEqualTo("v" + id);
            ids.add(id);
          }
          ids.sort(null);
          assertThat(ids).isEqualTo(IntStream.range(0, ROWS).boxed().toList());
        });
  }

  @Test
  void cancelledExportStopsAndLeavesNoFiles(@TempDir Path folder) throws Exception {
    TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
    CompletableFuture<ExportResult> export = slowExport(operator, folder);

    long start = System.nanoTime();
    assertThat(export.cancel(true)).isTrue();
    // The future completes at once; the export has ended when its files are removed.
    while (!Warehouse.files(folder).isEmpty() && secondsSince(start) < 10) {
      Thread.sleep(20);
    }
    operator.close();
    assertThat(secondsSince(start)).isLessThan(20);
    assertThat(threadsLeft()).isEmpty();
    assertThat(Warehouse.files(folder)).isEmpty();
    assertThat(session.isClosed()).isFalse();
  }

  @Test
  void closingOperatorCancelsRunningOperations(@TempDir Path folder) throws Exception {
    TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
    CompletableFuture<ExportResult> export = slowExport(operator, folder);

    long start = System.nanoTime();
    operator.close();
    assertThat(secondsSince(start)).isLessThan(20);
    assertThat(export).isCompletedExceptionally();
    assertThatThrownBy(export::join)
        .hasCauseInstanceOf(OperationCancelledException.class)
        .hasMessageContaining("was cancelled; nothing was committed");
    assertThat(threadsLeft()).isEmpty();
    assertThat(Warehouse.files(folder)).isEmpty();
    assertThat(session.isClosed()).isFalse();

    CompletableFuture<ExportResult> late = export(operator, "behaviour.late").executeAsync();
    assertThatThrownBy(late::join)
        .hasCauseInstanceOf(BulkOperationException.class)
        .hasMessageContaining("The operator was closed");
  }

  @Test
  void closingOperatorCancelsOperationsOfOtherThreads() throws Exception {
    TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
    CountDownLatch underWay = new CountDownLatch(1);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread counting =
        new Thread(
            () -> {
              try {
                operator
                    .count(keyspace, "t")
                    .maxRowsPerSecond(1)
                    .onProgress(progress -> underWay.countDown())
                    .execute();
              } catch (RuntimeException e) {
                failure.set(e);
              }
            });
    counting.start();
    assertThat(underWay.await(30, TimeUnit.SECONDS)).isTrue();
    operator.close();
    counting.join(10_000);
    assertThat(failure.get()).isInstanceOf(OperationCancelledException.class);
    assertThatThrownBy(() -> operator.count(keyspace, "t").execute())
        .isInstanceOf(OperationCancelledException.class)
        .hasMessageContaining("The operator was closed");
  }

  @Test
  void failureNamesWrongDataCentre() {
    try (CqlSession elsewhere =
            CqlSession.builder()
                .addContactPoints(TestCluster.get().contactPoints())
                .withLocalDatacenter("nowhere")
                .build();
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(elsewhere)) {
      CountRequest count = operator.count(keyspace, "t");
      ExportRequest export = export(operator, "behaviour.elsewhere");
      String sentence =
          "No node of the cluster is in the session's local data centre; the cluster has "
              + TestCluster.get().localDatacenter()
              + ": check basic.load-balancing-policy.local-datacenter";
      assertThatThrownBy(count::execute)
          .isInstanceOf(UnsupportedClusterException.class)
          .hasMessage(sentence);
      assertThatThrownBy(export::execute)
          .isInstanceOf(UnsupportedClusterException.class)
          .hasMessage(sentence);
    }
  }

  /** Starts a slow export with one row per page and waits until its files are not empty. */
  private CompletableFuture<ExportResult> slowExport(TokenAwareBulkOperator operator, Path folder)
      throws InterruptedException {
    CountDownLatch underWay = new CountDownLatch(1);
    CompletableFuture<ExportResult> export =
        operator
            .export(keyspace, "t")
            .to(IcebergTarget.warehouse(folder).table("behaviour.slow"))
            .parallelism(2)
            .taskCount(400)
            .pageSize(1)
            .onProgress(
                progress -> {
                  if (progress.rows() > 0) {
                    underWay.countDown();
                  }
                })
            .executeAsync();
    assertThat(underWay.await(30, TimeUnit.SECONDS)).isTrue();
    // The rows of a page count before they are written.
    while (Warehouse.files(folder).isEmpty()) {
      assertThat(export).as("the export completed before it could be cancelled").isNotDone();
      Thread.sleep(20);
    }
    return export;
  }

  private ExportRequest export(TokenAwareBulkOperator operator, String name) {
    return operator.export(keyspace, "t").to(IcebergTarget.warehouse(warehouse).table(name));
  }

  private static double secondsSince(long nanoTime) {
    return Duration.ofNanos(System.nanoTime() - nanoTime).toMillis() / 1e3;
  }

  /** Returns the live threads of the operator, after a short wait for their end. */
  private static List<String> threadsLeft() throws InterruptedException {
    List<String> names = List.of();
    for (int i = 0; i < 500; i++) {
      names =
          Thread.getAllStackTraces().keySet().stream()
              .map(Thread::getName)
              .filter(name -> name.startsWith("ringhaul-"))
              .toList();
      if (names.isEmpty()) {
        return names;
      }
      Thread.sleep(20);
    }
    return names;
  }
}
