package io.ringhaul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.Slow;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.Topology;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.formats.Format;
import io.ringhaul.internal.operation.SplitRule;
import io.ringhaul.internal.scan.ScanRest;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStore;
import io.ringhaul.job.PartitionStatus;
import io.ringhaul.monitor.Progress;
import io.ringhaul.schema.TokenRange;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Progress grows within tasks, even if there are only a few. */
@ClusterTest
@Topology
class ProgressIT {

  private static final int ROWS = 20_000;
  private static final int RATE = 5_000;

  /**
   * Largest difference between the reported share and the share of rows, including rows not counted
   * yet.
   */
  private static final double CLOSE = 0.05;

  /** Long enough that the 64 KiB read-ahead of text readers is a small part of a file. */
  private static final String COMMENT = "a comment of some length ".repeat(10);

  private static String keyspace;

  @TempDir private Path folder;

  private final List<Progress> heard = new CopyOnWriteArrayList<>();
  private final TokenAwareBulkOperator operator =
      TokenAwareBulkOperator.over(TestCluster.session());

  /** Fails in the middle of an export, between two pages. */
  private static final class Failing implements SplitRule {
    private int left;

    private Failing(int left) {
      this.left = left;
    }

    @Override
    public synchronized int parts(ScanRest rest, int takers) {
      left--;
      if (left == 0) {
        throw new StorageException("out", "the disk is full", null);
      }
      return 1;
    }

    @Override
    public boolean isEager() {
      return true;
    }
  }

  @BeforeAll
  static void createTable() {
    keyspace = TestCluster.newKeyspace(1);
    String columns = " (id bigint PRIMARY KEY, comment text)";
    TestCluster.define(
        List.of(
            "CREATE TABLE " + keyspace + ".t" + columns,
            "CREATE TABLE " + keyspace + ".back" + columns));
    CqlSession session = TestCluster.session();
    PreparedStatement insert =
        session.prepare("INSERT INTO " + keyspace + ".t (id, comment) VALUES (?, ?)");
    try (AsyncWrites writes = new AsyncWrites(session)) {
      for (long id = 0; id < ROWS; id++) {
        writes.addPartition(List.of(insert.bind(id, COMMENT + id)));
      }
    }
  }

  @AfterEach
  void close() {
    operator.close();
  }

  private ExportRequest export(Path out) {
    return operator
        .export(keyspace, "t")
        .to(CsvTarget.folder(out))
        .taskCount(2)
        .pageSize(100)
        .maxRowsPerSecond(RATE)
        .onProgress(heard::add);
  }

  @Test
  void exportProgressFollowsRows() {
    long began = System.nanoTime();
    assertThat(export(folder.resolve("out")).fixedTasks().execute().rows()).isEqualTo(ROWS);
    requireThatOfRows(ROWS);
    requireTimeLeft(Duration.ofNanos(System.nanoTime() - began));
    assertThat(heard.stream().filter(each -> each.tasksDone() == 0 && each.completed() > 0.2))
        .as("observations of running tasks before the first one ended")
        .isNotEmpty();
  }

  @Test
  void progressOfSplitTasksNeverFalls() {
    assertThat(EagerSplits.of(export(folder.resolve("out"))).execute().rows()).isEqualTo(ROWS);
    requireThatOfRows(ROWS);
    assertThat(last().tasks()).isGreaterThan(10);
  }

  @Test
  void progressOfReadWithoutKeyFollowsRows() {
    long rows =
        operator
            .read(keyspace, "t")
            .columns("comment")
            .taskCount(2)
            .pageSize(100)
            .maxRowsPerSecond(RATE)
            .onProgress(heard::add)
            .forEach(row -> {})
            .rows();
    assertThat(rows).isEqualTo(ROWS);
    requireThatOfRows(ROWS);
  }

  @Test
  void countProgressFollowsRanges() {
    assertThat(
            operator
                .count(keyspace, "t")
                .taskCount(100)
                .maxRowsPerSecond(2 * RATE)
                .onProgress(heard::add)
                .execute()
                .rows())
        .isEqualTo(ROWS);
    requireThatOfRows(ROWS);
  }

  /** One file means one task, so all progress is within that task. */
  @Slow
  @ParameterizedTest
  @EnumSource(
      value = Format.class,
      names = {"ICEBERG", "PARQUET", "CSV", "JSON", "JSON_ARRAY"})
  void importProgressFollowsFile(Format format) {
    operator.export(keyspace, "t").to(format.target(folder)).taskCount(1).fixedTasks().execute();
    long began = System.nanoTime();
    long rows =
        operator
            .importInto(keyspace, "back")
            .from(format.source(folder))
            .taskCount(1)
            .parallelism(2)
            .maxRowsPerSecond(RATE)
            .onProgress(heard::add)
            .execute()
            .rows();
    assertThat(rows).isEqualTo(ROWS);
    requireThatOfRows(ROWS);
    requireTimeLeft(Duration.ofNanos(System.nanoTime() - began));
  }

  @Test
  void progressOfResumedJobStartsWithDoneTasks() {
    UUID id = UUID.randomUUID();
    try (JobStore store = JobStore.file(folder.resolve("jobs.db"))) {
      JobOptions job = JobOptions.in(store);
      ExportRequest first = export(folder.resolve("out")).taskCount(40).parallelism(1);
      assertThatThrownBy(() -> first.job(job).jobId(id).splitting(new Failing(300)).execute())
          .isInstanceOf(StorageException.class);
      heard.clear();
      List<TokenRange> done =
          store.partitions(id).stream()
              .filter(each -> each.status() == PartitionStatus.DONE)
              .map(JobPartition::tokens)
              .flatMap(List::stream)
              .toList();
      double share = TokenRange.rowTokens(done) / Math.pow(2, 64);
      share += share < 0 ? 1 : 0;
      assertThat(share).isBetween(0.1, 0.9);
      export(folder.resolve("out")).taskCount(40).job(job.resuming()).jobId(id).execute();
      assertThat(heard.get(0).completed()).isCloseTo(share, within(CLOSE));
      assertThat(heard.get(0).completed()).isGreaterThanOrEqualTo(share - 1e-9);
      requireThatOfRows(ROWS);
    }
  }

  private Progress last() {
    return heard.get(heard.size() - 1);
  }

  private void requireThatOfRows(long all) {
    assertThat(heard).hasSizeGreaterThan(4);
    double before = 0;
    for (Progress each : heard.subList(0, heard.size() - 1)) {
      assertThat(each.completed())
          .as("%s", heard)
          .isGreaterThanOrEqualTo(before)
          .isCloseTo((double) each.rows() / all, within(CLOSE));
      before = each.completed();
    }
    assertThat(last().completed()).isEqualTo(1);
  }

  /**
   * Requires an estimate after the first second that is roughly right; other load on the machine
   * shifts it.
   */
  private void requireTimeLeft(Duration inAll) {
    Duration start = last().elapsed().minus(inAll);
    Duration told = heard.get(0).elapsed().plusMillis(1_200);
    double[] ratios =
        heard.stream()
            .filter(each -> each.completed() > 0.3 && each.completed() < 0.8)
            .filter(each -> each.elapsed().compareTo(told) > 0)
            .mapToDouble(
                each ->
                    (double) each.remaining().orElseThrow().toMillis()
                        / inAll.minus(each.elapsed().minus(start)).toMillis())
            .sorted()
            .toArray();
    assertThat(ratios).as("%s", heard).isNotEmpty();
    assertThat(ratios[ratios.length / 2])
        .as("estimated time divided by remaining time, median of %s", Arrays.toString(ratios))
        .isBetween(1 / 3.0, 3.0);
  }
}
