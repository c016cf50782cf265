package io.ringhaul.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.ExportLeftovers;
import io.ringhaul.ExportRequest;
import io.ringhaul.ExportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.ValuesTable;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.exceptions.JobStoppedException;
import io.ringhaul.exceptions.OperationCancelledException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnknownCommitStateException;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.formats.Format;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.internal.disk.DurableFiles;
import io.ringhaul.internal.jobstore.JobRun;
import io.ringhaul.internal.jobstore.JobRuns;
import io.ringhaul.internal.jobstore.Jobs;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import io.ringhaul.job.PartitionStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Interrupted exports resume exactly, with each row once. */
@ClusterTest
class ExportJobIT {

  private static final int ROWS = 6_000;
  private static final int TASKS = 24;
  private static final int STEPS = 8;

  private static String keyspace;

  @TempDir private Path folder;

  private final UUID id = UUID.randomUUID();
  private JobStore store;
  private TokenAwareBulkOperator operator;

  @BeforeAll
  static void createTable() {
    keyspace = ValuesTable.create("back", ROWS, row -> "value " + row);
  }

  @BeforeEach
  void open() {
    store = JobStore.file(folder.resolve("jobs.db"));
    operator = TokenAwareBulkOperator.over(TestCluster.session());
  }

  @AfterEach
  void close() {
    operator.close();
    store.close();
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void resumesWithOtherTasksAndParallelism(Format format) throws IOException {
    ExportTarget target = format.target(folder.resolve("out"));
    assertThatThrownBy(
            () ->
                request(FaultyTarget.atRow(target, ExportJobIT::failInTheMiddle), store)
                    .taskCount(TASKS)
                    .parallelism(2)
                    .execute())
        .isInstanceOf(StorageException.class);
    List<JobPartition> before = store.partitions(id);
    long done = before.stream().filter(each -> each.status() == PartitionStatus.DONE).count();
    assertThat(done).isPositive().isLessThan(before.size());
    Job failed = store.find(id).orElseThrow();
    assertThat(failed.status()).isEqualTo(JobStatus.FAILED);
    assertThat(failed.error().orElseThrow()).contains("the disk is full");

    ExportResult result = request(target, store).taskCount(TASKS / 2).parallelism(4).execute();

    assertThat(result.rows()).isEqualTo(ROWS);
    assertThat(result.totals().earlierRows())
        .isEqualTo(before.stream().mapToLong(JobPartition::rows).sum())
        .isPositive();
    Job completed = store.find(id).orElseThrow();
    assertThat(completed.status()).isEqualTo(JobStatus.COMPLETED);
    assertThat(completed.figures().rows()).isEqualTo(ROWS);
    assertThat(leftovers()).isEmpty();
    assertBack(format);
  }

  @Test
  void completedJobReturnsItsResultAgain() {
    ExportTarget target = Format.ICEBERG.target(folder.resolve("out"));
    ExportResult first = request(target, store).execute();
    ExportResult again = request(target, store).execute();
    assertThat(again.snapshotId()).isPresent().isEqualTo(first.snapshotId());
    assertThat(again.rows()).isEqualTo(ROWS);
    assertThat(again.files()).isEqualTo(first.files());
    assertThat(again.fileBytes()).isEqualTo(first.fileBytes());
    assertThatThrownBy(
            () ->
                operator
                    .export(keyspace, "t")
                    .to(target)
                    .job(JobOptions.in(store))
                    .jobId(id)
                    .execute())
        .isInstanceOf(JobException.class)
        .hasMessageContaining("exists and is COMPLETED: resume it, or use another id");
  }

  @Test
  void resumesStoppedJob() {
    ExportTarget target = Format.CSV.target(folder.resolve("out"));
    assertThatThrownBy(
            () ->
                request(
                        FaultyTarget.atRow(
                            target,
                            row -> {
                              if (row == ROWS / 3) {
                                store.requestStop(id);
                              }
                              if (row > ROWS / 3) {
                                pause();
                              }
                            }),
                        store)
                    .taskCount(TASKS)
                    .parallelism(1)
                    .execute())
        .isInstanceOfSatisfying(
            JobStoppedException.class, stopped -> assertThat(stopped.jobId()).isEqualTo(id))
        .hasMessageContaining("was stopped. Finished tasks are kept: resume job " + id);
    assertThat(store.find(id).orElseThrow().status()).isEqualTo(JobStatus.STOPPED);
    ExportResult result = request(target, store).maxRowsPerSecond(999_999).execute();
    assertThat(result.rows()).isEqualTo(ROWS);
    assertThat(result.totals().earlierRows()).isPositive();
    assertThat(store.find(id).orElseThrow().definition().settings())
        .containsEntry("maxRowsPerSecond", "999999");
    assertBack(Format.CSV);
  }

  @Test
  void resumesJobStoppedBetweenFinalSteps() {
    ExportTarget target = partitioned();
    AtomicLong steps = new AtomicLong();
    AtomicLong most = new AtomicLong();
    assertThatThrownBy(
            () ->
                request(
                        FaultyTarget.inStep(
                            target,
                            step -> {
                              steps.accumulateAndGet(step, Math::max);
                              if (step == 3) {
                                Jobs.stopNow(store, id);
                              }
                            }),
                        store)
                    .taskCount(TASKS)
                    .parallelism(1)
                    .onProgress(progress -> most.accumulateAndGet(progress.tasks(), Math::max))
                    .execute())
        .isInstanceOf(JobStoppedException.class)
        .hasMessageContaining("was stopped. Finished tasks are kept: resume job " + id);
    assertThat(steps).hasValue(3);
    // Progress counts the final steps after the tasks.
    assertThat(most.get()).isGreaterThanOrEqualTo(TASKS + STEPS);
    assertThat(store.partitions(id)).allMatch(each -> each.status() == PartitionStatus.DONE);

    AtomicLong resumed = new AtomicLong();
    ExportResult result =
        request(
                FaultyTarget.inStep(target, step -> resumed.accumulateAndGet(step, Math::max)),
                store)
            .execute();
    assertThat(resumed).hasValue(STEPS - 3);
    assertThat(result.totals().earlierRows()).isEqualTo(ROWS);
    assertThat(result.files()).isEqualTo(STEPS);
    assertThat(result.tasks()).isEqualTo(store.partitions(id).size());
    assertThat(written()).hasSize(STEPS).allMatch(file -> file.endsWith(".parquet"));
    assertBack(Format.ICEBERG);
  }

  @Test
  void resumesJobAfterFailedFinalStep() {
    ExportTarget target = partitioned();
    assertThatThrownBy(
            () ->
                request(
                        FaultyTarget.inStep(
                            target,
                            step -> {
                              if (step == 2) {
                                throw new StorageException("out", "the disk is full", null);
                              }
                            }),
                        store)
                    .execute())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("the disk is full");
    assertThat(store.find(id).orElseThrow().status()).isEqualTo(JobStatus.FAILED);
    assertThat(request(target, store).execute().files()).isEqualTo(STEPS);
    assertThat(written()).hasSize(STEPS).allMatch(file -> file.endsWith(".parquet"));
    assertBack(Format.ICEBERG);
  }

  @Test
  void cancelledMergeLeavesNoFiles() {
    Thread caller = Thread.currentThread();
    assertThatThrownBy(
            () ->
                operator
                    .export(keyspace, "t")
                    .to(FaultyTarget.inStep(partitioned(), step -> caller.interrupt()))
                    .execute())
        .isInstanceOf(OperationCancelledException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(written()).isEmpty();
  }

  @Test
  void namesChangedSettings() {
    ExportTarget target = Format.CSV.target(folder.resolve("out"));
    assertThatThrownBy(
            () ->
                request(FaultyTarget.atRow(target, ExportJobIT::failInTheMiddle), store).execute())
        .isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> request(target, store).columns("id").execute())
        .isInstanceOf(JobException.class)
        .hasMessageContaining("columns was \"id int, v text\" and is \"id int\"");
    assertThatThrownBy(
            () -> request(Format.CSV.target(folder.resolve("elsewhere")), store).execute())
        .hasMessageContaining("target folder was");
    assertThatThrownBy(() -> request(target, store).where("v = 'x'").allowFiltering().execute())
        .hasMessageContaining("where was \"\" and is \"v = 'x'\"");
    assertThatThrownBy(() -> request(target, store).where("v = ?", "x").allowFiltering().execute())
        .hasMessageContaining("where was \"\" and is \"v = 'x'\"");
    TestCluster.define("CREATE TABLE IF NOT EXISTS " + keyspace + ".other (id int PRIMARY KEY)");
    assertThatThrownBy(
            () ->
                operator
                    .export(keyspace, "other")
                    .to(target)
                    .job(JobOptions.in(store).resuming())
                    .jobId(id)
                    .execute())
        .hasMessageContaining("table was");
  }

  @ParameterizedTest
  @EnumSource(
      value = Format.class,
      names = {"ICEBERG", "CSV"})
  void resolvesUnknownCommitOutcome(Format format) {
    ExportTarget target = format.target(folder.resolve("out"));
    assertThatThrownBy(
            () ->
                request(
                        FaultyTarget.beforeCommit(
                            target,
                            () -> {
                              throw new UnknownCommitStateException("x", "no answer", null);
                            }),
                        store)
                    .execute())
        .isInstanceOf(UnknownCommitStateException.class);
    ExportResult result = request(target, store).execute();
    assertThat(result.rows()).isEqualTo(ROWS);
    assertThat(result.totals().earlierRows()).isEqualTo(ROWS);
    assertBack(format);
  }

  @Test
  void cleanupRemovesFilesOfFailedExport() {
    ExportTarget target = Format.ICEBERG.target(folder.resolve("out"));
    assertThatThrownBy(
            () ->
                request(FaultyTarget.atRow(target, ExportJobIT::failInTheMiddle), store)
                    .taskCount(TASKS)
                    .parallelism(1)
                    .execute())
        .isInstanceOf(BulkOperationException.class);
    assertThat(ExportLeftovers.giveUp(store, id, target)).isPositive();
    assertThat(store.find(id)).isEmpty();
    assertThat(dataFiles()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = Format.class,
      names = {"ICEBERG", "CSV"})
  void cleanupOfCompletedJobKeepsMovedResult(Format format) throws IOException {
    Path out = folder.resolve("out");
    ExportTarget target = format.target(out);
    request(target, store).execute();
    assertThat(ExportLeftovers.clean(store, id, target)).isZero();
    assertBack(format);
    Path elsewhere = folder.resolve("elsewhere");
    Files.move(out, elsewhere);
    assertThat(ExportLeftovers.clean(store, id, target)).isZero();
    assertThat(ExportLeftovers.giveUp(store, id, target)).isZero();
    assertThat(store.find(id)).isEmpty();
    DurableFiles.delete(out);
    Files.move(elsewhere, out);
    assertBack(format);
  }

  @Test
  void cleanupOfPendingJobIsNotItsFirstRun() {
    ExportTarget target = Format.CSV.target(folder.resolve("out"));
    JobDefinition definition = new JobDefinition(target.identity(), Map.of(), List.of());
    store.create(Job.pending(id, "n", "", Map.of(), JobKind.EXPORT, definition));
    Job pending = store.find(id).orElseThrow();
    assertThat(ExportLeftovers.clean(store, id, target)).isZero();
    assertThat(store.find(id)).contains(pending);
    assertThat(pending.status()).isEqualTo(JobStatus.PENDING);
  }

  @Test
  void cleanedJobKeepsItsFailure() {
    ExportTarget target = Format.CSV.target(folder.resolve("out"));
    assertThatThrownBy(
            () ->
                request(FaultyTarget.atRow(target, ExportJobIT::failInTheMiddle), store)
                    .taskCount(TASKS)
                    .execute())
        .isInstanceOf(StorageException.class);
    int open =
        store.partitions(id).stream()
            .filter(each -> each.status() == PartitionStatus.PENDING)
            .findFirst()
            .orElseThrow()
            .number();
    try (JobRun run = JobRuns.of(store).begin(id)) {
      run.failed(open, "node 3 is away");
      run.failed("a range could not be read");
    }
    List<JobPartition> before = store.partitions(id);
    ExportLeftovers.clean(store, id, target);
    Job cleaned = store.find(id).orElseThrow();
    assertThat(cleaned.status()).isEqualTo(JobStatus.FAILED);
    assertThat(cleaned.error()).contains("a range could not be read");
    assertThat(cleaned.figures().failed()).isEqualTo(1);
    assertThat(store.partitions(id)).isEqualTo(before);
    assertThat(request(target, store).execute().rows()).isEqualTo(ROWS);
    assertBack(Format.CSV);
  }

  @Test
  void failedExportWithoutStoreLeavesNoFiles() {
    ExportTarget target = Format.ICEBERG.target(folder.resolve("out"));
    assertThatThrownBy(
            () ->
                operator
                    .export(keyspace, "t")
                    .to(FaultyTarget.atRow(target, ExportJobIT::failInTheMiddle))
                    .taskCount(TASKS)
                    .execute())
        .isInstanceOf(BulkOperationException.class);
    assertThat(dataFiles()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = Format.class,
      names = {"ICEBERG", "PARQUET", "CSV"})
  void repeatsTasksWithMissingOrTruncatedFiles(Format format) throws IOException {
    Path out = folder.resolve("out");
    ExportTarget target = format.target(out);
    List<Path> touched = new ArrayList<>();
    assertThatThrownBy(
            () ->
                request(
                        FaultyTarget.atRow(
                            target,
                            row -> {
                              if (row == ROWS * 3 / 4) {
                                List<Path> finished = dataFiles();
                                delete(finished.get(0));
                                cut(finished.get(1));
                                touched.addAll(finished.subList(0, 2));
                              }
                            }),
                        store)
                    .taskCount(TASKS)
                    .fixedTasks()
                    .parallelism(1)
                    .execute())
        .isInstanceOf(StorageException.class)
        .isNotInstanceOf(UnknownCommitStateException.class)
        .message()
        .satisfiesAnyOf(
            message -> assertThat(message).contains(touched.get(0).getFileName() + " is missing"),
            message -> assertThat(message).contains(touched.get(1).getFileName() + " has "));
    assertThatThrownBy(
            () -> operator.importInto(keyspace, "back").from(format.source(out)).execute())
        .isInstanceOf(StorageException.class);
    Map<Integer, Long> rows =
        store.partitions(id).stream()
            .collect(Collectors.toMap(JobPartition::number, JobPartition::rows));
    assertThat(rows.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(ROWS);
    long lost =
        store.partitions(id).stream()
            .filter(
                task ->
                    touched.stream()
                        .anyMatch(
                            file ->
                                task.outputs().toString().contains(file.getFileName().toString())))
            .mapToLong(JobPartition::rows)
            .sum();
    assertThat(lost).isPositive();

    ExportResult result = request(target, store).execute();

    assertThat(result.rows()).isEqualTo(ROWS);
    assertThat(result.totals().earlierRows()).isEqualTo(ROWS - lost);
    assertThat(leftovers()).isEmpty();
    assertThat(dataFiles()).hasSize(result.files());
    assertBack(format);
  }

  @Test
  void doesNotCommitToReplacedWarehouse() {
    Path out = folder.resolve("out");
    ExportTarget target = Format.ICEBERG.target(out);
    assertThatThrownBy(
            () ->
                request(
                        FaultyTarget.atRow(
                            target,
                            row -> {
                              if (row == ROWS * 3 / 4) {
                                files(file -> file.startsWith(out)).forEach(ExportJobIT::delete);
                              }
                            }),
                        store)
                    .taskCount(TASKS)
                    .parallelism(1)
                    .execute())
        .isInstanceOf(StorageException.class)
        .isNotInstanceOf(UnknownCommitStateException.class)
        .hasMessageContaining(out.resolve("catalog.db") + " was removed or replaced");
    assertThat(out.resolve("catalog.db")).doesNotExist();

    ExportResult result = request(target, store).execute();

    assertThat(result.rows()).isEqualTo(ROWS);
    assertThat(result.totals().earlierRows()).isPositive().isLessThan(ROWS);
    assertThat(dataFiles()).hasSize(result.files());
    assertBack(Format.ICEBERG);
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void cut(Path file) {
    try (FileChannel open = FileChannel.open(file, StandardOpenOption.WRITE)) {
      open.truncate(open.size() - 1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void resumedExportOfEmptyTableHasOneFile() throws IOException {
    TestCluster.define("CREATE TABLE IF NOT EXISTS " + keyspace + ".empty (id int PRIMARY KEY)");
    ExportTarget target = Format.CSV.target(folder.resolve("out"));
    assertThatThrownBy(
            () ->
                operator
                    .export(keyspace, "empty")
                    .to(
                        FaultyTarget.beforeCommit(
                            target,
                            () -> {
                              throw new StorageException("x", "gone", null);
                            }))
                    .job(JobOptions.in(store).resuming())
                    .jobId(id)
                    .execute())
        .hasMessageContaining("gone");
    ExportResult result =
        operator
            .export(keyspace, "empty")
            .to(target)
            .job(JobOptions.in(store).resuming())
            .jobId(id)
            .execute();
    assertThat(result.files()).isOne();
    assertThat(dataFiles()).hasSize(1);
    assertThat(Files.readString(dataFiles().get(0))).isEqualTo("id\n");
  }

  private ExportRequest request(ExportTarget target, JobStore in) {
    return operator.export(keyspace, "t").to(target).job(JobOptions.in(in).resuming()).jobId(id);
  }

  private ExportTarget partitioned() {
    return IcebergTarget.warehouse(folder.resolve("out"))
        .table("it.exported")
        .partitionBy("bucket(" + STEPS + ", id)");
  }

  private static void failInTheMiddle(long row) {
    if (row == ROWS / 2) {
      throw new StorageException("out", "the disk is full", null);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(5);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void assertBack(Format format) {
    TestCluster.session().execute("TRUNCATE " + keyspace + ".back");
    assertThat(
            operator
                .importInto(keyspace, "back")
                .from(format.source(folder.resolve("out")))
                .execute()
                .rows())
        .isEqualTo(ROWS);
    assertThat(operator.count(keyspace, "back").execute().rows()).isEqualTo(ROWS);
    TestCluster.session()
        .execute("SELECT id, v FROM " + keyspace + ".back")
        .forEach(row -> assertThat(row.getString(1)).isEqualTo("value " + row.getInt(0)));
  }

  /** Returns the names of data files, row files and their temporary files. */
  private List<String> written() {
    return files(path -> path.getFileName().toString().matches(".*\\.(parquet|rows).*")).stream()
        .map(path -> path.getFileName().toString())
        .toList();
  }

  private List<Path> dataFiles() {
    return files(path -> path.getFileName().toString().matches(".*\\.(parquet|csv)"));
  }

  /** Returns files that a completed export must not leave. */
  private List<Path> leftovers() {
    return files(
        path ->
            path.toString().contains(".ringhaul-" + id)
                || path.getFileName().toString().endsWith(".tmp"));
  }

  private List<Path> files(Predicate<Path> which) {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).filter(which).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
