package io.ringhaul.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.ExportRequest;
import io.ringhaul.ExportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.ValuesTable;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.formats.Disk;
import io.ringhaul.formats.Format;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An export whose disk fills up keeps its completed tasks and resumes when space is available. */
@ClusterTest
class FullDiskIT {

  /** At 1 KiB each, about five times the initial size of the disk. */
  private static final int ROWS = 10_000;

  private static final int BYTES = 512;
  private static final int TASKS = 48;

  private static String keyspace;

  @TempDir private Path folder;

  private final UUID id = UUID.randomUUID();

  @BeforeAll
  static void fill() {
    keyspace = ValuesTable.create("back", ROWS, FullDiskIT::value);
  }

  @ParameterizedTest
  @EnumSource(
      value = Format.class,
      names = {"ICEBERG", "CSV"})
  void resumesWhenDiskHasSpace(Format format) throws IOException {
    assumeTrue(Disk.canBeMounted(folder.resolve("try")), "mounting a disk requires root");
    try (Disk disk = Disk.mount(folder.resolve("disk"), 2);
        JobStore store = JobStore.file(folder.resolve("jobs.db"));
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(TestCluster.session())) {
      Path out = disk.folder().resolve("out");
      ExportTarget target = format.target(out);
      assertThatThrownBy(() -> request(operator, store, target).execute())
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("the disk is full; free some space")
          .hasMessageContaining(out.toString());
      Job failed = store.find(id).orElseThrow();
      assertThat(failed.status()).isEqualTo(JobStatus.FAILED);
      assertThat(failed.error().orElseThrow()).contains("the disk is full");
      assertThat(failed.figures().done()).isBetween(1, failed.figures().partitions() - 1);

      disk.resize(64);
      ExportResult result = request(operator, store, target).execute();
      assertThat(result.rows()).isEqualTo(ROWS);
      assertThat(result.totals().earlierRows()).isEqualTo(failed.figures().rows()).isPositive();
      assertThat(store.find(id).orElseThrow().status()).isEqualTo(JobStatus.COMPLETED);
      TestCluster.session().execute("TRUNCATE " + keyspace + ".back");
      assertThat(operator.importInto(keyspace, "back").from(format.source(out)).execute().rows())
          .isEqualTo(ROWS);
    }
    TreeMap<Integer, String> back = new TreeMap<>();
    for (Row row : TestCluster.session().execute("SELECT id, v FROM " + keyspace + ".back")) {
      back.put(row.getInt(0), row.getString(1));
    }
    assertThat(back).hasSize(ROWS);
    back.forEach((row, v) -> assertThat(v).isEqualTo(value(row)));
  }

  private ExportRequest request(
      TokenAwareBulkOperator operator, JobStore store, ExportTarget target) {
    // Skips the preflight check of the disk space, which would fail the export before the first
    // row.
    return operator
        .export(keyspace, "t")
        .to(target)
        .taskCount(TASKS)
        .parallelism(2)
        .skipPreflight()
        .job(JobOptions.in(store).resuming())
        .jobId(id);
  }

  /** Returns an incompressible value. */
  private static String value(int row) {
    byte[] bytes = new byte[BYTES];
    new Random(row).nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
