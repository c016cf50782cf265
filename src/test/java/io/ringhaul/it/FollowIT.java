package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.FollowRequest;
import io.ringhaul.FollowResult;
import io.ringhaul.ImportRequest;
import io.ringhaul.ImportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.exceptions.OperationCancelledException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.format.GrowingSource;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.OnUnrepresentable;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.WriteMode;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A following import imports each row that is added to its source exactly once. */
@ClusterTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FollowIT {

  private final CqlSession session = TestCluster.session();
  private final TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
  private final String keyspace = TestCluster.newKeyspace(1);

  @TempDir private Path folder;

  @BeforeAll
  void tables() {
    TestCluster.define(
        Stream.of("files", "again", "old", "t", "source", "copy", "fresh", "gone", "rejecting")
            .map(
                name ->
                    String.format(
                        "CREATE TABLE %s.%s (k int PRIMARY KEY, n %s)",
                        keyspace,
                        name,
                        List.of("source", "copy", "rejecting").contains(name)
                            ? "bigint"
                            : "counter"))
            .toList());
  }

  @AfterAll
  void close() {
    operator.close();
  }

  /** Counters reveal rows that are imported twice. */
  private ImportRequest importInto(String table, ImportSource source) {
    return operator.importInto(keyspace, table).from(source).addToCounters();
  }

  private FollowRequest quick(ImportRequest request) {
    return request.follow().every(Duration.ofMillis(20)).untilIdleFor(Duration.ofMillis(60));
  }

  private void add(String name, int firstKey, int rows) throws IOException {
    Path writing = folder.resolve("_" + name);
    Files.writeString(
        writing,
        "k,n\n"
            + IntStream.range(firstKey, firstKey + rows)
                .mapToObj(k -> k + ",1\n")
                .collect(Collectors.joining()));
    Files.move(writing, folder.resolve(name));
  }

  private void assertEachOnce(String table, int rows) {
    assertThat(session.execute("SELECT k, n FROM " + keyspace + "." + table).all())
        .hasSize(rows)
        .allSatisfy(row -> assertThat(row.getLong("n")).isEqualTo(1));
  }

  @Test
  void importsFilesAsTheyArrive() throws Exception {
    add("a.csv", 0, 100);
    List<Long> batches = new ArrayList<>();
    FollowResult result =
        importInto("files", CsvSource.at(folder))
            .follow()
            .every(Duration.ofMillis(20))
            .onBatch(
                batch -> {
                  batches.add(batch.rows());
                  try {
                    if (batches.size() == 1) {
                      add("b.csv", 100, 50);
                      add("c.csv", 150, 50);
                    } else if (batches.size() == 2) {
                      Files.delete(folder.resolve("a.csv"));
                      add("d.csv", 200, 7);
                    }
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                })
            .untilIdleFor(Duration.ofMillis(60))
            .execute();
    assertThat(batches).containsExactly(100L, 100L, 7L);
    assertThat(result).isEqualTo(new FollowResult(3, 207, 0));
    assertEachOnce("files", 207);
  }

  @Test
  void resumesFollowingImport() throws Exception {
    UUID id = UUID.randomUUID();
    try (JobStore store = JobStore.file(folder.resolve("jobs.db"))) {
      add("a.csv", 0, 10);
      ImportRequest request =
          importInto("again", CsvSource.at(folder).withoutChecksums())
              .job(JobOptions.in(store))
              .jobId(id);
      assertThat(quick(request).execute().rows()).isEqualTo(10);
      assertThat(quick(request).execute()).isEqualTo(new FollowResult(0, 0, 0));
      // The second batch fails at its file and is resumed with only that file.
      Files.writeString(folder.resolve("b.csv"), "k,n\nno number,1\n");
      assertThatThrownBy(() -> quick(request).execute())
          .isInstanceOf(BulkOperationException.class)
          .hasMessageContaining("no number");
      add("c.csv", 10, 5);
      assertThatThrownBy(() -> quick(request).execute())
          .isInstanceOf(JobException.class)
          .hasMessageContaining("was interrupted within 1 of its tasks");
      assertThat(store.list()).hasSize(2);
      assertThat(store.list().get(0).status()).isEqualTo(JobStatus.FAILED);
      assertThatThrownBy(() -> store.delete(store.list().get(0).id()))
          .isInstanceOf(JobException.class)
          .hasMessageContaining("would be imported again");
      // The corrected file has the same length, so the plan of the batch stays valid.
      Files.writeString(folder.resolve("b.csv"), "k,n\n123456789,1\n");
      List<Long> batches = new ArrayList<>();
      FollowResult result =
          quick(request.replayInDoubt()).onBatch(batch -> batches.add(batch.rows())).execute();
      assertThat(batches).containsExactly(1L, 5L);
      assertThat(result).isEqualTo(new FollowResult(2, 6, 0));
      assertEachOnce("again", 16);
    }
  }

  @Test
  void refusesOtherSourceOrTable() throws Exception {
    UUID id = UUID.randomUUID();
    try (JobStore store = JobStore.file(folder.resolve("jobs.db"))) {
      add("a.csv", 0, 10);
      Path in = folder;
      JobOptions options = JobOptions.in(store);
      quick(importInto("t", CsvSource.at(in)).job(options).jobId(id)).execute();
      assertThatThrownBy(
              () -> quick(importInto("fresh", CsvSource.at(in)).job(options).jobId(id)).execute())
          .isInstanceOf(JobException.class)
          .hasMessageContaining("into " + keyspace + ".t and cannot continue with")
          .hasMessageContaining("into " + keyspace + ".fresh: use another id for the new follow");
      Path other = Files.createDirectory(folder.resolve("other"));
      assertThatThrownBy(
              () -> quick(importInto("t", CsvSource.at(other)).job(options).jobId(id)).execute())
          .isInstanceOf(JobException.class)
          .hasMessageContaining("source files " + other);
      Path detour = other.resolve("..");
      assertThat(quick(importInto("t", CsvSource.at(detour)).job(options).jobId(id)).execute())
          .isEqualTo(new FollowResult(0, 0, 0));
      assertEachOnce("t", 10);
    }
  }

  /** The counters must be empty only for the first batch. */
  @Test
  void followsCountersWithoutAddToCounters() throws Exception {
    add("a.csv", 0, 10);
    FollowRequest following =
        quick(operator.importInto(keyspace, "fresh").from(CsvSource.at(folder)));
    List<Long> batches = new ArrayList<>();
    following.onBatch(
        batch -> {
          batches.add(batch.rows());
          if (batches.size() == 1) {
            addUnchecked("b.csv", 10, 5);
          }
        });
    assertThat(following.execute()).isEqualTo(new FollowResult(2, 15, 0));
    assertEachOnce("fresh", 15);
    assertThatThrownBy(
            () ->
                quick(operator.importInto(keyspace, "fresh").from(CsvSource.at(folder))).execute())
        .isInstanceOf(UnsuitableTableException.class);
    assertEachOnce("fresh", 15);
  }

  @Test
  void eachBatchHasItsOwnRejects() throws Exception {
    Path apart = Files.createDirectory(folder.resolve("rejected"));
    Path rejects = apart.resolve("rejects.jsonl");
    Files.writeString(folder.resolve("a.csv"), "k,n\n1,1\nx,1\n");
    List<ImportResult> batches = new ArrayList<>();
    FollowResult result =
        quick(
                operator
                    .importInto(keyspace, "rejecting")
                    .from(CsvSource.at(folder + "/*.csv"))
                    .onUnrepresentable(OnUnrepresentable.REJECT)
                    .rejectsTo(rejects))
            .onBatch(
                batch -> {
                  batches.add(batch);
                  if (batches.size() < 3) {
                    addText(batches.size() + ".csv", "k,n\n" + batches.size() + "1,1\ny,1\nz,1\n");
                  }
                })
            .execute();
    assertThat(result).isEqualTo(new FollowResult(3, 3, 5));
    assertThat(rejects).doesNotExist();
    assertThat(Files.readAllLines(apart.resolve("rejects.1.jsonl"))).hasSize(1);
    assertThat(Files.readAllLines(apart.resolve("rejects.2.jsonl"))).hasSize(2);
    assertThat(Files.readAllLines(apart.resolve("rejects.3.jsonl"))).hasSize(2);
    assertThat(apart.resolve("rejects.3.records.csv")).exists();
  }

  /** A missing file may return, so the import keeps it in its plan. */
  @Test
  void importsRemovedFileWhenItReturns() throws Exception {
    add("a.csv", 0, 3);
    add("b.csv", 3, 4);
    try (JobStore store = JobStore.file(folder.resolve("jobs.db"))) {
      UUID id = UUID.randomUUID();
      ImportRequest losing =
          importInto("gone", new Losing("b.csv")).job(JobOptions.in(store)).jobId(id);
      assertThatThrownBy(() -> quick(losing).execute())
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("b.csv");

      ImportRequest request =
          importInto("gone", CsvSource.at(folder)).job(JobOptions.in(store)).jobId(id);
      assertThat(quick(request).execute()).isEqualTo(new FollowResult(1, 3, 0));
      assertEachOnce("gone", 3);
      add("b.csv", 3, 4);
      assertThat(quick(request).execute()).isEqualTo(new FollowResult(1, 4, 0));
      assertEachOnce("gone", 7);
    }
  }

  /** A folder that loses a file between listing and import. */
  private final class Losing implements GrowingSource {

    private final GrowingSource files = CsvSource.at(folder);
    private final String lost;

    private Losing(String lost) {
      this.lost = lost;
    }

    @Override
    public String position(String from) {
      return files.position(from);
    }

    @Override
    public ImportSource between(String from, String to) {
      try {
        Files.delete(folder.resolve(lost));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return files.between(from, to);
    }

    @Override
    public Map<String, String> identity() {
      return files.identity();
    }

    @Override
    public SourceSession open() {
      return files.open();
    }
  }

  private void addUnchecked(String name, int firstKey, int rows) {
    try {
      add(name, firstKey, rows);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void addText(String name, String text) {
    try {
      Files.writeString(folder.resolve("_" + name), text);
      Files.move(folder.resolve("_" + name), folder.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void removesOldBatches() throws Exception {
    try (JobStore store = JobStore.file(folder.resolve("jobs.db"))) {
      UUID id = UUID.randomUUID();
      ImportRequest request =
          importInto("old", CsvSource.at(folder)).job(JobOptions.in(store)).jobId(id);
      int files = 24;
      for (int i = 0; i < files; i++) {
        add("f" + i + ".csv", i, 1);
        request.follow().untilIdleFor(Duration.ofMillis(1)).execute();
      }
      assertThat(store.list()).hasSize(20);
      assertEachOnce("old", files);
    }
  }

  @Test
  void importsSnapshotsAsTheyAppear() throws Exception {
    Path warehouse = folder.resolve("warehouse");
    IcebergTarget target = IcebergTarget.warehouse(warehouse).table("a.t").mode(WriteMode.APPEND);
    insert(0, 10);
    operator.export(keyspace, "source").to(target).execute();
    List<ImportResult> batches = new ArrayList<>();
    FollowRequest following =
        quick(
                operator
                    .importInto(keyspace, "copy")
                    .from(IcebergSource.warehouse(warehouse).table("a.t")))
            .onBatch(
                batch -> {
                  batches.add(batch);
                  if (batches.size() == 1) {
                    insert(10, 5);
                    operator
                        .export(keyspace, "source")
                        .to(target)
                        .where("k >= 10")
                        .allowFiltering()
                        .execute();
                  }
                });
    assertThat(following.execute()).isEqualTo(new FollowResult(2, 15, 0));
    assertThat(batches).extracting(ImportResult::rows).containsExactly(10L, 5L);
    assertThat(operator.count(keyspace, "copy").execute().rows()).isEqualTo(15);
  }

  private void insert(int first, int rows) {
    for (int k = first; k < first + rows; k++) {
      session.execute("INSERT INTO " + keyspace + ".source (k, n) VALUES (" + k + ", 1)");
    }
  }

  @Test
  void cancelEndsFollowing() throws Exception {
    Thread thread = Thread.currentThread();
    CompletableFuture<Void> interrupting =
        CompletableFuture.runAsync(
            () -> {
              // The thread only waits for the first file.
              while (thread.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
              }
              thread.interrupt();
            });
    assertThatThrownBy(() -> importInto("t", CsvSource.at(folder)).follow().execute())
        .isInstanceOf(OperationCancelledException.class)
        .hasMessageContaining("the imported batches stay in the table");
    interrupting.join();
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void refusesSourcesThatCannotGrow() {
    assertThatThrownBy(() -> operator.importInto(keyspace, "t").follow())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("needs a source");
    assertThatThrownBy(
            () ->
                importInto("t", IcebergSource.warehouse(folder).table("a.t").snapshot(1))
                    .follow()
                    .execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("select a state that does not grow");
  }
}
