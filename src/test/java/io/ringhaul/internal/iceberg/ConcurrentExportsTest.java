package io.ringhaul.internal.iceberg;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.WriteMode;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Four processes export concurrently to one table that does not exist at their start. Tests that
 * every acknowledged commit is in the table exactly once. The system property {@code
 * ringhaul.faults.commits} sets the total number of exports. Default: 40.
 */
@ParameterizedClass
@EnumSource(TestedCatalog.class)
class ConcurrentExportsTest {

  private static final int PROCESSES = 4;
  private static final int EXPORTS = Integer.getInteger("ringhaul.faults.commits", 40) / PROCESSES;
  private static final int ROWS = 3;
  private static final TableDescription SOURCE =
      Exports.table(new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY));

  private final TestedCatalog kind;
  @TempDir private Path warehouse;
  private TestedCatalog.Opened catalog;

  ConcurrentExportsTest(TestedCatalog kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    catalog = kind.open(warehouse);
  }

  @AfterEach
  void close() {
    catalog.close();
  }

  @Test
  void tableContainsEveryAcknowledgedCommit() throws Exception {
    List<Process> processes = new ArrayList<>();
    Map<String, Long> acknowledged = new HashMap<>();
    try {
      for (int process = 0; process < PROCESSES; process++) {
        processes.add(start(process));
      }
      for (Process process : processes) {
        acknowledged.putAll(acknowledged(process));
      }
    } finally {
      processes.forEach(Process::destroyForcibly);
    }
    assertThat(acknowledged).hasSize(PROCESSES * EXPORTS);
    Warehouse.with(warehouse, opened -> assertAllThere(opened, acknowledged));
  }

  private static void assertAllThere(Warehouse opened, Map<String, Long> acknowledged) {
    Table table = opened.table("lake.t");
    Map<String, Long> present = new HashMap<>();
    for (Snapshot snapshot : Warehouse.snapshots(table)) {
      assertThat(present.put(snapshot.summary().get(JobCommit.JOB_ID), snapshot.snapshotId()))
          .isNull();
    }
    assertThat(present).isEqualTo(acknowledged);
    List<Integer> expected = new ArrayList<>();
    for (int id = 0; id < PROCESSES * EXPORTS * ROWS; id++) {
      expected.add(id);
    }
    assertThat(Warehouse.rows(table))
        .extracting(row -> row.getField("id"))
        .containsExactlyInAnyOrder(expected.toArray());
    assertThat(opened.parquetFilesOnDisk())
        .isEqualTo(Warehouse.locations(Warehouse.dataFiles(table)));
  }

  private Process start(int process) throws IOException {
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                // Iceberg logs each of the many expected retries with a stack trace.
                "-Dorg.slf4j.simpleLogger.log.org.apache.iceberg.util.Tasks=error",
                "-cp",
                System.getProperty("java.class.path"),
                Exporting.class.getName(),
                catalog.address(),
                Integer.toString(process * EXPORTS),
                Integer.toString(EXPORTS)))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** Returns the snapshot ids that a process received, by job id. */
  private static Map<String, Long> acknowledged(Process process)
      throws IOException, InterruptedException {
    Map<String, Long> told = new HashMap<>();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), US_ASCII))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        int space = line.indexOf(' ');
        told.put(line.substring(0, space), Long.valueOf(line.substring(space + 1)));
      }
    }
    assertThat(process.waitFor()).isZero();
    return told;
  }

  /** The main class of each process. */
  static final class Exporting {

    private Exporting() {}

    private static IcebergTarget target(String address) {
      return address.startsWith("http")
          ? IcebergTarget.catalog(RestServer.client(address, Map.of()))
          : IcebergTarget.warehouse(Path.of(address));
    }

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) {
      IcebergTarget target = target(args[0]).table("lake.t").mode(WriteMode.APPEND);
      int first = Integer.parseInt(args[1]);
      int count = Integer.parseInt(args[2]);
      for (int export = first; export < first + count; export++) {
        UUID job = UUID.randomUUID();
        int id = export * ROWS;
        CommitResult result =
            Exports.run(
                target,
                SOURCE,
                job,
                Exports.row(CqlBytes.integer(id)),
                Exports.row(CqlBytes.integer(id + 1)),
                Exports.row(CqlBytes.integer(id + 2)));
        System.out.println(job + " " + result.snapshotId().orElseThrow());
      }
    }
  }
}
