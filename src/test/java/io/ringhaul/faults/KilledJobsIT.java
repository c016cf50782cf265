package io.ringhaul.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.Slow;
import io.ringhaul.cluster.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that gets SIGKILL at any point neither loses nor duplicates rows: the resumed job has
 * an exact result. The profile {@code faults} repeats this with every format and kills at random
 * moments too.
 */
@ClusterTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KilledJobsIT {

  private static final int COUNTERS = 1_000;

  /** Half the tasks and twice the parallelism of the first run. */
  private static final String[] OTHER_OPTIONS = {"--tasks", "12", "--parallelism", "4"};

  @TempDir private static Path folder;
  private FaultBench bench;

  @BeforeAll
  void prepare() throws IOException {
    bench = FaultBench.inTestCluster(folder);
  }

  @AfterAll
  void close() {
    bench.close();
  }

  @Test
  void resumesIcebergExportKilledAtEveryPoint() throws Exception {
    Work work = bench.newExport(Shape.ICEBERG);
    KilledJob job = bench.job(work);
    job.killAt(KillPoint.BEFORE_PLAN, 1);
    job.killAt(KillPoint.BEFORE_ICEBERG_FILES_END, 3);
    job.killAt(KillPoint.AFTER_ICEBERG_FILES_END, 3);
    job.killAt(KillPoint.BEFORE_CHECKPOINT, 3, OTHER_OPTIONS);
    job.killAt(KillPoint.AFTER_CHECKPOINT, 3, OTHER_OPTIONS);
    job.killAt(KillPoint.BEFORE_ICEBERG_COMMIT, 1);
    job.killAt(KillPoint.AFTER_ICEBERG_COMMIT, 1);
    job.finish();
    work.assertExact(job.id());
  }

  @Test
  void resumesPartitionedExportKilledAtEveryPoint() throws Exception {
    Work work = bench.newExport(Shape.PARTITIONED);
    KilledJob job = bench.job(work);
    job.killAt(KillPoint.AFTER_ICEBERG_FILES_END, 3);
    job.killAt(KillPoint.AFTER_CHECKPOINT, 3, OTHER_OPTIONS);
    job.killAt(KillPoint.BEFORE_STEP_ENDS, 2);
    job.killAt(KillPoint.BEFORE_STEP_STORED, 3);
    job.killAt(KillPoint.BEFORE_ICEBERG_COMMIT, 1);
    job.killAt(KillPoint.BEFORE_FILES_DISCARDED, 1);
    job.killAt(KillPoint.AFTER_ICEBERG_COMMIT, 1);
    job.finish();
    work.assertExact(job.id());
  }

  @Slow
  @Test
  void resumesCsvExportKilledAtEveryPoint() throws Exception {
    Work work = bench.newExport(Shape.CSV);
    KilledJob job = bench.job(work);
    job.killAt(KillPoint.BEFORE_FOLDER_FILES_END, 3);
    job.killAt(KillPoint.AFTER_FOLDER_FILES_END, 3);
    job.killAt(KillPoint.BEFORE_CHECKPOINT, 3, OTHER_OPTIONS);
    job.killAt(KillPoint.AFTER_CHECKPOINT, 3, OTHER_OPTIONS);
    job.killAt(KillPoint.BEFORE_FOLDER_COMMIT, 1);
    job.killAt(KillPoint.AFTER_FOLDER_COMMIT, 1);
    job.killAt(KillPoint.BEFORE_COMPLETION, 1);
    job.finish();
    work.assertExact(job.id());
  }

  @Test
  void resumesIcebergImportKilledAtEveryPoint() throws Exception {
    Work work = bench.newImport(Shape.ICEBERG);
    KilledJob job = bench.job(work);
    job.killAt(KillPoint.IN_ICEBERG_SPLIT, 1_500);
    job.killAt(KillPoint.BEFORE_CHECKPOINT, 3);
    job.killAt(KillPoint.AFTER_CHECKPOINT, 3, OTHER_OPTIONS);
    job.killAt(KillPoint.BEFORE_COMPLETION, 1);
    job.finish();
    work.assertExact(job.id());
  }

  @Test
  void resumesCopyKilledAtEveryPoint() throws Exception {
    Work work = bench.newCopy();
    KilledJob job = bench.job(work);
    job.killAt(KillPoint.BEFORE_PLAN, 1);
    job.killAt(KillPoint.IN_TABLE_TASK, 1_500);
    job.killAt(KillPoint.BEFORE_CHECKPOINT, 3);
    job.killAt(KillPoint.AFTER_CHECKPOINT, 3, OTHER_OPTIONS);
    job.killAt(KillPoint.BEFORE_COMPLETION, 1);
    job.finish();
    work.assertExact(job.id());
  }

  @Test
  void resumesDeletionKilledAtEveryPoint() throws Exception {
    Work work = bench.newDelete();
    KilledJob job = bench.job(work);
    job.killAt(KillPoint.BEFORE_PLAN, 1);
    job.killAt(KillPoint.IN_TABLE_TASK, 500);
    job.killAt(KillPoint.BEFORE_CHECKPOINT, 3);
    job.killAt(KillPoint.AFTER_CHECKPOINT, 3, OTHER_OPTIONS);
    job.killAt(KillPoint.BEFORE_COMPLETION, 1);
    job.finish();
    work.assertExact(job.id());
  }

  /**
   * The number of written rows of the split is unknown, and a repeated increment would be wrong.
   */
  @Test
  void doesNotRepeatImportIntoCounters() throws Exception {
    String counts = bench.table().keyspace() + ".counts";
    TestCluster.define("CREATE TABLE " + counts + " (id int PRIMARY KEY, n counter)");
    Path file = folder.resolve("counts.csv");
    Files.write(
        file,
        IntStream.range(-1, COUNTERS).mapToObj(id -> id < 0 ? "id,n" : id + "," + id).toList());
    KilledJob job =
        bench.job(List.of("import", counts, "--format", "csv", "--path", file.toString()));
    job.killAt(KillPoint.BEFORE_CHECKPOINT, 1);
    String sum = "SELECT count(n), sum(n) FROM " + counts;
    Row before = Objects.requireNonNull(bench.session().execute(sum).one());
    assertThat(before.getLong(0)).isBetween(1L, (long) COUNTERS);

    try (Child again = job.start()) {
      assertThat(again.await().requireExit(1).err())
          .contains("its rows add to counters", "--replay-in-doubt");
    }
    Row after = Objects.requireNonNull(bench.session().execute(sum).one());
    assertThat(after.getLong(0)).isEqualTo(before.getLong(0));
    assertThat(after.getLong(1)).isEqualTo(before.getLong(1));
  }
}
