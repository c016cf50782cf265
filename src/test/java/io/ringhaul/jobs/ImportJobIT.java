package io.ringhaul.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.cql.Row;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ringhaul.ImportRequest;
import io.ringhaul.ImportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.exceptions.JobStoppedException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.OnUnrepresentable;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import io.ringhaul.job.PartitionStatus;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Interrupted imports resume exactly. */
@ClusterTest
class ImportJobIT {

  private static final int ROWS = 20_000;

  /**
   * Each file is one split, because a CSV file cannot be split without knowing where records begin.
   */
  private static final int FILES = 20;

  /** Number of counter files with one row each. */
  private static final int COUNTERS = 4_000;

  /** Every 700th row has a value that is not a number. */
  private static final int BAD = 700;

  private static final ObjectMapper JSON = new ObjectMapper();

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
            "CREATE TABLE " + keyspace + ".t (id int PRIMARY KEY, v int, w text)",
            "CREATE TABLE " + keyspace + ".c (id int PRIMARY KEY, v counter)"));
  }

  @BeforeEach
  void open() throws IOException {
    TestCluster.session().execute("TRUNCATE " + keyspace + ".t");
    TestCluster.session().execute("TRUNCATE " + keyspace + ".c");
    csv = folder.resolve("rows");
    rejects = folder.resolve("rejects.jsonl");
    store = JobStore.file(folder.resolve("jobs.db"));
    operator = TokenAwareBulkOperator.over(TestCluster.session());
    Files.createDirectory(csv);
    for (int file = 0; file < FILES; file++) {
      try (BufferedWriter out = Files.newBufferedWriter(csv.resolve(name(file)))) {
        out.write("id,v,w\n");
        for (int i = file * ROWS / FILES; i < (file + 1) * ROWS / FILES; i++) {
          out.write(i + "," + (i % BAD == 5 ? "x" : "") + i + ",\"the text of row " + i + "\"\n");
        }
      }
    }
  }

  @AfterEach
  void close() {
    operator.close();
    store.close();
  }

  @Test
  void resumesAfterFailureWithEachRejectOnce() throws IOException {
    assertThatThrownBy(() -> request(failingAt(ROWS * 2 / 3)).execute())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("the disk is gone")
        .hasMessageContaining("the rows written so far stay; resume job " + id);
    List<JobPartition> before = store.partitions(id);
    long done = before.stream().filter(each -> each.status() == PartitionStatus.DONE).count();
    assertThat(done).isPositive().isLessThan(before.size());
    assertThat(store.find(id).orElseThrow().status()).isEqualTo(JobStatus.FAILED);
    long rowsBefore = before.stream().mapToLong(JobPartition::rows).sum();

    ImportResult result = request(CsvSource.at(csv)).execute();

    assertThat(result.jobId()).isEqualTo(id);
    assertThat(result.totals().earlierRows()).isEqualTo(rowsBefore).isPositive();
    requireExact(result);
    Job completed = store.find(id).orElseThrow();
    assertThat(completed.status()).isEqualTo(JobStatus.COMPLETED);
    assertThat(completed.figures().rows()).isEqualTo(result.rows());
    assertThat(completed.figures().rejectedRows()).isEqualTo(result.rejectedRows());

    ImportResult again = request(CsvSource.at(csv)).execute();
    assertThat(again.rows()).isEqualTo(result.rows());
    assertThat(again.rowsRead()).isEqualTo(result.rowsRead());
    assertThat(again.rejectedRows()).isEqualTo(result.rejectedRows());
    assertThat(again.location()).isEqualTo(result.location());
    requireExact(again);
  }

  @Test
  void resumesAfterStopWithinSplit() throws IOException {
    AtomicBoolean requested = new AtomicBoolean();
    LongConsumer stop =
        row -> {
          if (requested.get()) {
            pause(1_500);
          } else if (row >= ROWS / 2 && row % 100 == 0) {
            if (hasDoneSplit()) {
              requested.set(true);
              store.requestStop(id);
            } else {
              pause(20);
            }
          }
        };
    assertThatThrownBy(() -> request(new FaultySource(CsvSource.at(csv), stop)).execute())
        .isInstanceOf(JobStoppedException.class)
        .hasMessageStartingWith("Importing into " + keyspace + ".t was stopped; ")
        .hasMessageEndingWith("the rows written so far stay; resume job " + id);
    assertThat(store.find(id).orElseThrow().status()).isEqualTo(JobStatus.STOPPED);
    assertThat(store.partitions(id))
        .anyMatch(each -> each.status() == PartitionStatus.DONE)
        .anyMatch(each -> each.status() != PartitionStatus.DONE);
    requireExact(request(CsvSource.at(csv)).execute());
  }

  @Test
  void refusesChangedSourceOrTable() throws IOException {
    assertThatThrownBy(() -> request(failingAt(ROWS / 2)).execute())
        .isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> request(CsvSource.at(csv).delimiter(';')).execute())
        .isInstanceOf(JobException.class)
        .hasMessageContaining("source settings was \"{}\" and is \"{delimiter=;}\"");
    assertThatThrownBy(() -> request(CsvSource.at(csv)).columns("id", "v").execute())
        .isInstanceOf(JobException.class)
        .hasMessageContaining("imported columns was \"all\" and is \"id, v\"");
    Path last = csv.resolve(name(FILES - 1));
    Files.writeString(last, Files.readString(last).replace("row 19999", "row x9999"));
    assertThatThrownBy(() -> request(CsvSource.at(csv)).execute())
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith("The file " + last + " has changed since the job began");
  }

  @Test
  void doesNotRepeatInterruptedCounterTasks() throws IOException {
    Path counters = counterFiles();
    assertThatThrownBy(
            () -> counters(new FaultySource(CsvSource.at(counters), at(COUNTERS / 2))).execute())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("the rows written so far stay; resuming job " + id);
    List<JobPartition> before = store.partitions(id);
    assertThat(before)
        .anyMatch(each -> each.status() == PartitionStatus.DONE)
        .anyMatch(each -> each.status() != PartitionStatus.DONE && each.attempt() > 0);
    assertThatThrownBy(() -> counters(CsvSource.at(counters)).execute())
        .isInstanceOf(JobException.class)
        .hasMessageStartingWith("Job " + id + " was interrupted within ")
        .hasMessageContaining("of its tasks, and its rows add to counters")
        .hasMessageContaining(counters.toString());
    Map<Integer, Long> unchanged = counters();
    ImportResult result = counters(CsvSource.at(counters)).replayInDoubt().execute();
    assertThat(result.rows()).isEqualTo(COUNTERS);
    Map<Integer, Long> after = counters();
    assertThat(after).hasSize(COUNTERS);
    // Completed tasks are not added again; each row of the other tasks is added once or twice.
    for (Map.Entry<Integer, Long> each : after.entrySet()) {
      long value = each.getKey() + 100_000_000L;
      assertThat(each.getValue()).isIn(value, value + unchanged.getOrDefault(each.getKey(), 0L));
    }
    assertThat(after.entrySet().stream().filter(e -> e.getValue() == e.getKey() + 100_000_000L))
        .hasSizeGreaterThanOrEqualTo((int) before.stream().mapToLong(JobPartition::rows).sum());
  }

  @Test
  void countersStopAtTaskEndAndResume() throws IOException {
    Path counters = counterFiles();
    LongConsumer stop =
        row -> {
          if (row == COUNTERS / 2) {
            store.requestStop(id);
            pause(1_500);
          }
        };
    try {
      counters(new FaultySource(CsvSource.at(counters), stop)).execute();
    } catch (JobStoppedException e) {
      assertThat(store.partitions(id))
          .allMatch(each -> each.status() == PartitionStatus.DONE || each.attempt() == 0);
    }
    assertThat(counters(CsvSource.at(counters)).execute().rows()).isEqualTo(COUNTERS);
    Map<Integer, Long> after = counters();
    assertThat(after).hasSize(COUNTERS);
    after.forEach((row, value) -> assertThat(value).isEqualTo(row + 100_000_000L));
  }

  private Path counterFiles() throws IOException {
    Path counters = Files.createDirectory(folder.resolve("counters"));
    for (int file = 0; file < FILES; file++) {
      StringBuilder text = new StringBuilder("id,v\n");
      for (int i = file * COUNTERS / FILES; i < (file + 1) * COUNTERS / FILES; i++) {
        text.append(i).append(',').append(i + 100_000_000).append('\n');
      }
      Files.writeString(counters.resolve(name(file)), text);
    }
    return counters;
  }

  private static String name(int file) {
    return String.format("part-%02d.csv", file);
  }

  /** The row at which the job stops or fails comes after several tasks are done. */
  private ImportSource failingAt(long row) {
    return new FaultySource(CsvSource.at(csv), at(row));
  }

  private LongConsumer at(long row) {
    return number -> {
      if (number == row) {
        for (int i = 0; i < 1_000 && !hasDoneSplit(); i++) {
          pause(20);
        }
        throw new StorageException("there", "the disk is gone", null);
      }
    };
  }

  private boolean hasDoneSplit() {
    return store.partitions(id).stream().anyMatch(each -> each.status() == PartitionStatus.DONE);
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private ImportRequest request(ImportSource source) {
    return operator
        .importInto(keyspace, "t")
        .from(source)
        .parallelism(16)
        .onUnrepresentable(OnUnrepresentable.REJECT)
        .rejectsTo(rejects)
        .job(JobOptions.in(store).resuming())
        .jobId(id);
  }

  private ImportRequest counters(ImportSource source) {
    return operator
        .importInto(keyspace, "c")
        .from(source)
        .maxBatchBytes(1)
        .parallelism(16)
        .job(JobOptions.in(store).resuming())
        .jobId(id);
  }

  private Map<Integer, Long> counters() {
    Map<Integer, Long> values = new TreeMap<>();
    for (Row row : TestCluster.session().execute("SELECT id, v FROM " + keyspace + ".c")) {
      values.put(row.getInt(0), row.getLong(1));
    }
    return values;
  }

  private void requireExact(ImportResult result) throws IOException {
    TreeSet<Integer> bad = new TreeSet<>();
    for (int i = 5; i < ROWS; i += BAD) {
      bad.add(i);
    }
    assertThat(result.rowsRead()).isEqualTo(ROWS);
    assertThat(result.rejectedRows()).isEqualTo(bad.size());
    assertThat(result.rows()).isEqualTo(ROWS - bad.size());
    assertThat(result.acceptedRows() + result.rejectedRows()).isEqualTo(result.rowsRead());
    int rows = 0;
    for (Row row : TestCluster.session().execute("SELECT id, v, w FROM " + keyspace + ".t")) {
      int i = row.getInt(0);
      assertThat(row.getInt(1)).isEqualTo(i);
      assertThat(row.getString(2)).isEqualTo("the text of row " + i);
      assertThat(bad).doesNotContain(i);
      rows++;
    }
    assertThat(rows).isEqualTo(ROWS - bad.size());
    TreeSet<Integer> rejected = new TreeSet<>();
    List<String> lines = Files.readAllLines(rejects);
    for (String line : lines) {
      JsonNode node = JSON.readTree(line);
      assertThat(node.path("column").asText()).isEqualTo("v");
      Path file = Path.of(node.path("source").asText());
      int number = Integer.parseInt(file.getFileName().toString().replaceAll("\\D", ""));
      assertThat(file).isEqualTo(csv.resolve(name(number)));
      // Line 1 is the header.
      rejected.add(number * ROWS / FILES + node.path("line").asInt() - 2);
    }
    assertThat(lines).hasSize(bad.size());
    assertThat(rejected).isEqualTo(bad);
  }
}
