package io.ringhaul.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.ImportLeftovers;
import io.ringhaul.ImportRequest;
import io.ringhaul.ImportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.OnUnrepresentable;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import io.ringhaul.job.PartitionStatus;
import io.ringhaul.parquet.ParquetSource;
import io.ringhaul.parquet.ParquetTarget;
import io.ringhaul.seeds.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rejects file holds each rejected row of its job once, and other jobs do not touch it. */
@ClusterTest
class RejectJobIT {

  private static final int FILES = 8;
  private static final int ROWS_OF_FILE = 1_000;

  /** Every 100th row has a value that is not a number. */
  private static final int BAD = 100;

  private static String keyspace;

  @TempDir private Path folder;

  private final UUID id = UUID.randomUUID();
  private Path csv;
  private Path rejects;
  private JobStore store;
  private TokenAwareBulkOperator operator;

  @BeforeAll
  static void createTables() {
    keyspace = TestCluster.newKeyspace(1);
    TestCluster.define(
        List.of(
            "CREATE TABLE " + keyspace + ".t (id text PRIMARY KEY, v int)",
            "CREATE TABLE " + keyspace + ".s (id int PRIMARY KEY, v bigint, w blob)",
            "CREATE TABLE " + keyspace + ".c (id int PRIMARY KEY, v counter)"));
  }

  @BeforeEach
  void open() throws IOException {
    TestCluster.session().execute("TRUNCATE " + keyspace + ".t");
    csv = Files.createDirectory(folder.resolve("rows"));
    rejects = folder.resolve("rejects.jsonl");
    store = JobStore.file(folder.resolve("jobs.db"));
    operator = TokenAwareBulkOperator.over(TestCluster.session());
    for (int file = 0; file < FILES; file++) {
      StringBuilder text = new StringBuilder("id,v\n");
      for (int i = file * ROWS_OF_FILE; i < (file + 1) * ROWS_OF_FILE; i++) {
        text.append(i).append(i % BAD == 7 ? ",x" : ",").append(i).append('\n');
      }
      Files.writeString(csv.resolve("part-" + file + ".csv"), text);
    }
  }

  @AfterEach
  void close() {
    operator.close();
    store.close();
  }

  @Test
  void doesNotTouchFileOfAnotherJob() throws IOException {
    requireExact(request(UUID.randomUUID(), CsvSource.at(csv)).execute());
    List<String> lines = Files.readAllLines(rejects);
    for (int run = 0; run < 3; run++) {
      assertThatThrownBy(() -> request(id, CsvSource.at(csv)).execute())
          .isInstanceOf(StorageException.class)
          .hasMessageContaining(rejects + " exists already; name another one");
      assertThat(store.partitions(id)).isEmpty();
    }
    assertThat(Files.readAllLines(rejects)).isEqualTo(lines);
    assertThat(folder.resolve("rejects.records.csv")).exists();
    rejects = folder.resolve("another.jsonl");
    requireExact(request(id, CsvSource.at(csv)).execute());
  }

  @Test
  void repeatedJobStartsNewRejectsFile() throws IOException {
    requireExact(request(id, CsvSource.at(csv)).execute());
    store.reset(id);
    requireExact(request(id, CsvSource.at(csv)).execute());
  }

  @Test
  void repeatedPartitionKeepsItsRejectsOnce() throws IOException {
    fail(FILES * ROWS_OF_FILE / 2);
    List<Integer> done =
        store.partitions(id).stream()
            .filter(each -> each.status() == PartitionStatus.DONE)
            .map(JobPartition::number)
            .toList();
    assertThat(done).hasSizeGreaterThan(1);
    store.reset(id, done.get(0));
    fail(ROWS_OF_FILE / 2);
    store.reset(id, done.get(1));
    requireExact(request(id, CsvSource.at(csv)).execute());
  }

  @Test
  void resumesAfterCleanupOfKilledProcess() throws IOException {
    fail(FILES * ROWS_OF_FILE / 2);
    Path left = Files.writeString(folder.resolve(".rejects.jsonl.17.tmp"), "left");
    String kept = Files.readString(rejects);
    assertThat(ImportLeftovers.clean(store, id, Optional.of(rejects))).isEqualTo(1);
    assertThat(left).doesNotExist();
    assertThat(rejects).hasContent(kept);
    assertThat(store.find(id).orElseThrow().status()).isEqualTo(JobStatus.FAILED);
    requireExact(request(id, CsvSource.at(csv)).execute());
    Files.writeString(left, "left");
    assertThat(ImportLeftovers.clean(store, id, Optional.of(rejects))).isEqualTo(1);
  }

  @Test
  void cleanupDoesNotStartJob() throws IOException {
    store.create(
        Job.pending(
            id,
            "waiting",
            "",
            Map.of(),
            JobKind.IMPORT,
            new JobDefinition(Map.of(), Map.of(), List.of())));
    Path other = Files.writeString(folder.resolve(".rejects.jsonl.17.tmp"), "another's");
    assertThat(ImportLeftovers.clean(store, id, Optional.of(rejects))).isZero();
    assertThat(other).exists();
    Job waiting = store.find(id).orElseThrow();
    assertThat(waiting.status()).isEqualTo(JobStatus.PENDING);
    assertThat(waiting.run()).isZero();
  }

  private void fail(int atRow) {
    LongConsumer failing =
        row -> {
          if (row == atRow) {
            pause();
            throw new StorageException("there", "the disk is gone", null);
          }
        };
    assertThatThrownBy(() -> request(id, new FaultySource(CsvSource.at(csv), failing)).execute())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("the disk is gone");
  }

  @Test
  void unreadableSplitDoesNotPreventRejectsOfOthers() throws IOException {
    Path two = Files.createDirectory(folder.resolve("two"));
    StringBuilder good = new StringBuilder();
    for (int i = 0; i < 20 * ROWS_OF_FILE; i++) {
      good.append(i).append(",1\n");
    }
    Files.writeString(two.resolve("a.csv"), "id,v\nbad,x\n" + good);
    Path refused = two.resolve("b.csv");
    // The cluster rejects keys of more than 64 KiB.
    Files.writeString(refused, "id,v\n" + "k".repeat(70_000) + ",1\n" + good);
    AtomicBoolean failed = new AtomicBoolean();
    LongConsumer failing =
        row -> {
          if (row == ROWS_OF_FILE) {
            pause();
            delete(refused);
            failed.set(true);
            throw new StorageException("there", "the disk is gone", null);
          }
          if (row > ROWS_OF_FILE) {
            sleep(1);
          }
        };
    assertThatThrownBy(
            () ->
                request(id, new FaultySource(CsvSource.at(two).withoutChecksums(), failing))
                    .execute())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("the disk is gone")
        .satisfies(
            e ->
                assertThat(e.getSuppressed())
                    .anyMatch(kept -> kept.toString().contains(refused.toString())));
    assertThat(failed).isTrue();
    assertThat(Files.readAllLines(rejects))
        .singleElement()
        .asString()
        .contains("\"column\":\"v\"", two.resolve("a.csv").toString());
    assertThat(folder.resolve("rejects.records.csv")).hasContent("id,v\nbad,x\n");
  }

  @Test
  void nonIdempotentRowsUseSmallTasks() {
    byte[] blob = new byte[100 << 10];
    Random random = new Random(Seeds.next());
    PreparedStatement insert =
        TestCluster.session().prepare("INSERT INTO " + keyspace + ".s (id, v, w) VALUES (?, 1, ?)");
    for (int i = 0; i < 45; i++) {
      random.nextBytes(blob);
      TestCluster.session().execute(insert.bind(i, ByteBuffer.wrap(blob)));
    }
    Path files = folder.resolve("large");
    int parts =
        operator
            .export(keyspace, "s")
            .taskCount(1)
            .to(ParquetTarget.folder(files))
            .execute()
            .files();
    assertThat(imported("s", files)).isEqualTo(parts);
    // The last split of each file is smaller.
    assertThat(imported("c", files)).isBetween(4, 4 + parts).isGreaterThan(parts);
    assertThat(TestCluster.session().execute("SELECT v FROM " + keyspace + ".c").all())
        .hasSize(45)
        .allMatch(row -> row.getLong(0) == 1);
  }

  /** Imports the files and returns the number of tasks. */
  private int imported(String table, Path files) {
    ImportResult result =
        operator
            .importInto(keyspace, table)
            .from(ParquetSource.at(files))
            .columns("id", "v")
            .job(JobOptions.in(store))
            .execute();
    assertThat(result.rows()).isEqualTo(45);
    return store.partitions(result.jobId()).size();
  }

  private ImportRequest request(UUID job, ImportSource source) {
    return operator
        .importInto(keyspace, "t")
        .from(source)
        .maxBatchBytes(1)
        .parallelism(16)
        .onUnrepresentable(OnUnrepresentable.REJECT)
        .rejectsTo(rejects)
        .job(JobOptions.in(store).resuming())
        .jobId(job);
  }

  private void requireExact(ImportResult result) throws IOException {
    assertThat(result.rowsRead()).isEqualTo(FILES * ROWS_OF_FILE);
    assertThat(result.rejectedRows()).isEqualTo(FILES * ROWS_OF_FILE / BAD);
    assertThat(result.acceptedRows() + result.rejectedRows()).isEqualTo(result.rowsRead());
    List<String> bad = new ArrayList<>();
    for (int i = 7; i < FILES * ROWS_OF_FILE; i += BAD) {
      bad.add(i + ",x" + i);
    }
    List<String> lines = Files.readAllLines(rejects);
    assertThat(lines)
        .hasSize(bad.size())
        .allMatch(line -> line.startsWith("{\"job\":\"" + result.jobId() + "\",\"partition\":"));
    String records = String.valueOf(rejects.getFileName()).replace(".jsonl", ".records.csv");
    List<String> kept = Files.readAllLines(folder.resolve(records));
    assertThat(kept.remove(0)).isEqualTo("id,v");
    assertThat(kept).containsExactlyInAnyOrderElementsOf(bad);
  }

  /** Waits for the answers to the requests in flight. */
  private static void pause() {
    sleep(2_500);
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void delete(Path path) {
    try {
      Files.delete(path);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
