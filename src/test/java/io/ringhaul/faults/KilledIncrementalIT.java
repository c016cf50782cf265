package io.ringhaul.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.Slow;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.it.Warehouse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotChanges;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** An incremental export that gets SIGKILL at any point merges each changed row exactly once. */
@ClusterTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KilledIncrementalIT {

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

  private List<String> exported() throws Exception {
    List<String> command = new ArrayList<>(bench.newExport(Shape.ICEBERG).command());
    command.add("--incremental");
    bench.job(command).finish();
    return command;
  }

  @Test
  void mergesOnceWhenKilledAtEveryPoint() throws Exception {
    List<String> command = exported();
    String source = bench.table().keyspace() + ".source";
    for (int pk = 0; pk < 50; pk++) {
      bench.session().execute("UPDATE " + source + " SET note = 'new' WHERE ck = 3 AND pk = " + pk);
    }
    KilledJob merge = bench.job(with(command, "--overlap", "1d"));
    merge.killAt(KillPoint.AFTER_ICEBERG_FILES_END, 3);
    merge.killAt(KillPoint.AFTER_CHECKPOINT, 3);
    merge.killAt(KillPoint.AFTER_ICEBERG_COMMIT, 1);
    merge.finish();
    assertExact(command, 2);
  }

  @Slow
  @Test
  void comparesOnceWhenKilledAtEveryPoint() throws Exception {
    List<String> command = exported();
    String source = bench.table().keyspace() + ".source";
    for (int pk = 100; pk < 110; pk++) {
      bench.session().execute("DELETE FROM " + source + " WHERE pk = " + pk);
    }
    KilledJob comparison = bench.job(with(command, "--detect-deletes"));
    comparison.killAt(KillPoint.BEFORE_ICEBERG_FILES_END, 1);
    comparison.killAt(KillPoint.BEFORE_CHECKPOINT, 1);
    comparison.killAt(KillPoint.AFTER_CHECKPOINT, 1);
    comparison.killAt(KillPoint.BEFORE_ICEBERG_COMMIT, 1);
    comparison.killAt(KillPoint.AFTER_ICEBERG_COMMIT, 1);
    comparison.finish();
    assertExact(command, 2);
  }

  private static List<String> with(List<String> command, String... more) {
    List<String> all = new ArrayList<>(command);
    all.addAll(List.of(more));
    return all;
  }

  /** Checks the rows, the number of snapshots, and that no files are left. */
  private void assertExact(List<String> command, int snapshots) {
    Path warehouse = Path.of(command.get(command.indexOf("--path") + 1));
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(TestCluster.session())) {
      assertThat(
              operator
                  .verify(bench.table().keyspace(), "source")
                  .against(IcebergSource.warehouse(warehouse).table("it.rows"))
                  .execute()
                  .isEqual())
          .isTrue();
    }
    Set<String> inTable = new TreeSet<>();
    Warehouse.inspect(
        warehouse,
        TableIdentifier.of("it", "rows"),
        table -> {
          int count = 0;
          for (Snapshot snapshot : table.snapshots()) {
            count++;
            SnapshotChanges changes = SnapshotChanges.builderFor(table).snapshot(snapshot).build();
            changes.addedDataFiles().forEach(file -> inTable.add(name(file.location())));
            changes.addedDeleteFiles().forEach(file -> inTable.add(name(file.location())));
          }
          assertThat(count).isEqualTo(snapshots);
        });
    assertThat(
            Warehouse.files(warehouse).stream()
                .map(file -> name(file.toString()))
                .filter(name -> name.contains(".parquet"))
                .collect(Collectors.toSet()))
        .isEqualTo(inTable);
  }

  private static String name(String location) {
    return location.substring(location.lastIndexOf('/') + 1);
  }
}
