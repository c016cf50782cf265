package io.ringhaul.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.ExportFollowRequest;
import io.ringhaul.ExportRequest;
import io.ringhaul.FollowResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.exceptions.JobStoppedException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.OnUnrepresentable;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.internal.jobstore.Jobs;
import io.ringhaul.it.Warehouse;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStore;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotChanges;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An incremental export whose commit comes after that of another one is planned again. */
@ClusterTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConcurrentIncrementalIT {

  private final CqlSession session = TestCluster.session();
  private final TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
  private final String keyspace = TestCluster.newKeyspace(1);
  private final String table = "t_" + UUID.randomUUID().toString().substring(0, 8);

  @TempDir private Path folder;

  @AfterAll
  void close() {
    operator.close();
  }

  private ExportRequest incremental(ExportTarget target) {
    return operator.export(keyspace, table).to(target).incremental().overlap(Duration.ZERO);
  }

  private IcebergTarget target() {
    return IcebergTarget.warehouse(folder);
  }

  private void create() {
    TestCluster.define(
        List.of(
            "DROP TABLE IF EXISTS " + keyspace + "." + table,
            "CREATE TABLE " + keyspace + "." + table + " (k int PRIMARY KEY, v text)"));
    insert(1);
  }

  private void insert(int key) {
    session.execute("INSERT INTO " + keyspace + "." + table + " (k, v) VALUES (?, 'v')", key);
  }

  /** The target, and another incremental export that commits before its first commit. */
  private ExportTarget overtaken() {
    return overtakenBy(incremental(target()));
  }

  private ExportTarget overtakenBy(ExportRequest other) {
    AtomicBoolean done = new AtomicBoolean();
    return FaultyTarget.beforeCommit(
        target(),
        () -> {
          if (done.compareAndSet(false, true)) {
            other.execute();
            insert(3);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "memory", "file"})
  void followPlansTheBatchAgain(String stored) {
    create();
    incremental(target()).execute();
    insert(2);
    ExportRequest request = incremental(overtaken()).jobId("follow of " + table);
    try (JobStore store =
        stored.equals("file") ? JobStore.file(folder.resolve("jobs.db")) : JobStore.inMemory()) {
      if (!stored.equals("none")) {
        request.job(JobOptions.in(store));
      }
      FollowResult result = request.follow().every(Duration.ofMillis(10)).maxBatches(2).execute();
      assertThat(result.batches()).isEqualTo(2);
      assertThat(result.rows()).isEqualTo(1);
    }
    assertMerged(4);
  }

  @Test
  void followPlansTheFirstExportAgain() {
    create();
    try (JobStore store = JobStore.file(folder.resolve("jobs.db"))) {
      FollowResult result =
          incremental(overtaken())
              .job(JobOptions.in(store))
              .jobId("follow of " + table)
              .follow()
              .maxBatches(1)
              .execute();
      assertThat(result.rows()).isEqualTo(1);
    }
    assertMerged(2);
  }

  @Test
  void followFailsIfOtherExportsAlwaysComeFirst() {
    create();
    incremental(target()).execute();
    AtomicInteger commits = new AtomicInteger();
    ExportTarget slow =
        FaultyTarget.beforeCommit(
            target(),
            () -> {
              insert(1 + commits.incrementAndGet());
              incremental(target()).execute();
            });
    insert(100);
    assertThatThrownBy(
            () -> incremental(slow).follow().every(Duration.ofMillis(10)).maxBatches(1).execute())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("another incremental export has committed snapshot");
    assertThat(commits).hasValue(10);
    assertMerged(11);
  }

  @Test
  void twoProcessesDoNotFollowWithTheSameId() throws Exception {
    create();
    CountDownLatch inCommit = new CountDownLatch(1);
    CountDownLatch hasFailed = new CountDownLatch(1);
    ExportTarget slow =
        FaultyTarget.beforeCommit(
            target(),
            () -> {
              inCommit.countDown();
              await(hasFailed);
            });
    try (JobStore store = JobStore.file(folder.resolve("jobs.db"));
        JobStore storeOfSecond = JobStore.file(folder.resolve("jobs.db"))) {
      List<CompletableFuture<FollowResult>> second = new ArrayList<>();
      ExportFollowRequest first =
          follow(target(), store)
              .maxBatches(2)
              .onBatch(
                  batch -> {
                    insert(2);
                    second.add(follow(slow, storeOfSecond).maxBatches(1).executeAsync());
                    await(inCommit);
                  });
      assertThatThrownBy(first::execute)
          .isInstanceOf(JobException.class)
          .hasMessageContaining("runs job");
      hasFailed.countDown();
      assertThat(second.get(0).get(1, TimeUnit.MINUTES).rows()).isEqualTo(1);
      assertThat(store.list()).hasSize(2);
    }
    assertMerged(2);
  }

  private ExportFollowRequest follow(ExportTarget target, JobStore store) {
    return incremental(target)
        .job(JobOptions.in(store))
        .jobId("follow of " + table)
        .follow()
        .every(Duration.ofMillis(10));
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void resumePlansTheExportAgain() {
    create();
    incremental(target()).execute();
    insert(2);
    try (JobStore store = JobStore.file(folder.resolve("jobs.db"))) {
      ExportRequest request =
          incremental(overtaken()).job(JobOptions.in(store).resuming()).jobId("resumed " + table);
      assertThatThrownBy(request::execute)
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("another incremental export has committed snapshot")
          .hasMessageMatching("(?s).*; resume job [-0-9a-f]+, which reads the changes again");
      ExportRequest resumed =
          incremental(target()).job(JobOptions.in(store).resuming()).jobId("resumed " + table);
      assertThat(resumed.execute().rows()).isEqualTo(1);
    }
    assertMerged(3);
  }

  @Test
  void keepsAnOutdatedPlanUntilItsFilesAndRejectedRowsAreRemoved() {
    create();
    TestCluster.define(List.of("ALTER TABLE " + keyspace + "." + table + " ADD n int"));
    incremental(target()).execute();
    insert(2);
    insertUnrepresentable(4);
    Path rejects = folder.resolve("rejects.jsonl");
    Path rejectsOfBatch = folder.resolve("rejects.1.jsonl");
    ExportRequest other =
        incremental(target())
            .onUnrepresentable(OnUnrepresentable.REJECT)
            .rejectsTo(folder.resolve("other.jsonl"));
    try (JobStore store = JobStore.file(folder.resolve("jobs.db"))) {
      ExportTarget failing =
          FaultyTarget.beforeAbandon(
              overtakenBy(other),
              () -> {
                assertThat(rejectsOfBatch).exists();
                assertThatThrownBy(() -> rejecting(target(), store, rejects).execute())
                    .isInstanceOf(JobException.class)
                    .hasMessageContaining("runs job");
                throw new StorageException("lake", "The store is away", null);
              });
      assertThatThrownBy(() -> rejecting(failing, store, rejects).execute())
          .isInstanceOf(StorageException.class)
          .hasMessage("The store is away");
      assertThat(store.list()).singleElement().matches(job -> job.plan().isPresent());
      FollowResult result = rejecting(target(), store, rejects).execute();
      assertThat(result.rows()).isEqualTo(1);
      assertThat(rejectsOfBatch).doesNotExist();
      assertThat(store.list()).hasSize(1);
    }
    session.execute("DELETE FROM " + keyspace + "." + table + " WHERE k = 4");
    assertMerged(3);
  }

  private ExportFollowRequest rejecting(ExportTarget target, JobStore store, Path rejects) {
    return incremental(target)
        .onUnrepresentable(OnUnrepresentable.REJECT)
        .rejectsTo(rejects)
        .job(JobOptions.in(store))
        .jobId("follow of " + table)
        .follow()
        .every(Duration.ofMillis(10))
        .maxBatches(1);
  }

  /** Inserts a row with an int of no bytes. */
  private void insertUnrepresentable(int key) {
    session.execute(
        session
            .prepare("INSERT INTO " + keyspace + "." + table + " (k, n) VALUES (?, ?)")
            .bind()
            .setInt(0, key)
            .setBytesUnsafe(1, ByteBuffer.allocate(0)));
  }

  @Test
  void exportWithoutAJobStoreSaysToRunAgain() {
    create();
    incremental(target()).execute();
    insert(2);
    assertThatThrownBy(() -> incremental(overtaken()).execute())
        .isInstanceOf(StorageException.class)
        .hasMessageEndingWith("; run the export again");
    incremental(target()).execute();
    assertMerged(3);
  }

  @Test
  void comparisonEndsSoonAfterItsJobIsStopped() {
    create();
    incremental(target()).execute();
    for (int key = 2; key < 300; key++) {
      insert(key);
    }
    AtomicLong written = new AtomicLong();
    try (JobStore store = JobStore.file(folder.resolve("jobs.db"))) {
      UUID id = UUID.randomUUID();
      ExportTarget stopped =
          FaultyTarget.atRow(
              target(),
              row -> {
                written.set(row);
                if (row == 1) {
                  Jobs.stopNow(store, id);
                }
              });
      ExportRequest request = compared(stopped, store, id);
      assertThatThrownBy(request::execute)
          .isInstanceOf(JobStoppedException.class)
          .hasMessageContaining("was stopped")
          .hasMessageContaining("resume job " + id);
      assertThat(written.get()).isLessThan(100);
      assertThat(compared(target(), store, id).execute().rows()).isEqualTo(298);
    }
    assertMerged(2);
  }

  private ExportRequest compared(ExportTarget target, JobStore store, UUID id) {
    return operator
        .export(keyspace, table)
        .to(target)
        .incremental()
        .detectDeletes()
        .taskCount(1)
        .pageSize(10)
        .job(JobOptions.in(store).resuming())
        .jobId(id);
  }

  /** Checks the rows, the number of snapshots, and that no files are left. */
  private void assertMerged(int snapshots) {
    assertThat(
            operator
                .verify(keyspace, table)
                .against(IcebergSource.warehouse(folder))
                .execute()
                .isEqual())
        .isTrue();
    Set<String> inTable = new TreeSet<>();
    Warehouse.inspect(
        folder,
        TableIdentifier.of(keyspace, table),
        loaded -> {
          assertThat(loaded.snapshots()).hasSize(snapshots);
          for (Snapshot snapshot : loaded.snapshots()) {
            SnapshotChanges changes = SnapshotChanges.builderFor(loaded).snapshot(snapshot).build();
            changes.addedDataFiles().forEach(file -> inTable.add(name(file.location())));
            changes.addedDeleteFiles().forEach(file -> inTable.add(name(file.location())));
          }
        });
    assertThat(Warehouse.files(folder))
        .extracting(file -> name(file.toString()))
        .filteredOn(name -> name.endsWith(".parquet"))
        .containsExactlyInAnyOrderElementsOf(inTable);
  }

  private static String name(String location) {
    return location.substring(location.lastIndexOf('/') + 1);
  }
}
