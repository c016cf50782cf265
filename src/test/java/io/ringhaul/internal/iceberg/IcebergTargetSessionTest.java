package io.ringhaul.internal.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRangeSet;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests plan, write and commit, and what other processes see between these steps. */
class IcebergTargetSessionTest {

  private static final String TABLE = "lake.t";
  private static final List<ColumnDescription> COLUMNS =
      List.of(new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY));
  private static final TableDescription SOURCE = new TableDescription("ks", "t", COLUMNS);

  @TempDir Path folder;

  @Test
  void commitPublishesTheNewTableWithItsRows() {
    try (TargetSession session = IcebergTarget.warehouse(folder).table(TABLE).open()) {
      TargetPlan plan = session.plan(export(UUID.randomUUID()));
      assertVisible(false);
      TaskOutput first = write(session, plan, 0, 1, 2, 3);
      TaskOutput second = write(session, plan, 1, 4, 5);
      assertThat(first.rows()).isEqualTo(3);
      assertThat(second.rows()).isEqualTo(2);
      assertVisible(false);
      CommitResult result = session.commit(plan, List.of(first, second));
      assertThat(result.files()).isEqualTo(2);
      assertThat(result.fileBytes()).isEqualTo(first.bytes() + second.bytes());
      Warehouse.with(folder, warehouse -> assertIds(warehouse, 1, 2, 3, 4, 5));
    }
  }

  @Test
  void planTaskAndCommitCanRunInSeparateSessions() {
    IcebergTarget target = IcebergTarget.warehouse(folder).table(TABLE);
    TargetPlan plan;
    try (TargetSession session = target.open()) {
      plan = session.plan(export(UUID.randomUUID()));
    }
    TaskOutput output;
    try (TargetSession session = target.open()) {
      output = write(session, plan, 0, 7);
    }
    CommitResult first;
    try (TargetSession session = target.open()) {
      first = session.commit(plan, List.of(output));
    }
    try (TargetSession session = target.open()) {
      assertThat(session.commit(plan, List.of(output))).isEqualTo(first);
    }
    Warehouse.with(
        folder,
        warehouse -> {
          assertIds(warehouse, 7);
          assertThat(Warehouse.snapshots(warehouse.table(TABLE))).hasSize(1);
        });
  }

  @Test
  void unfinishedTaskLeavesNoFile() {
    try (TargetSession session = IcebergTarget.warehouse(folder).table(TABLE).open()) {
      TargetPlan plan = session.plan(export(UUID.randomUUID()));
      try (TaskWriter writer = session.openTask(plan, COLUMNS, 0)) {
        writer.write(column -> ByteBuffer.allocate(4));
      }
      assertThat(Warehouse.parquetFilesIn(folder)).isEmpty();
    }
    assertVisible(false);
  }

  @Test
  void cleaningRemovesTheFilesOfTasks() {
    try (TargetSession session = IcebergTarget.warehouse(folder).table(TABLE).open()) {
      TargetPlan plan = session.plan(export(UUID.randomUUID()));
      write(session, plan, 0, 1);
      assertThat(Warehouse.parquetFilesIn(folder)).hasSize(1);
      session.clean(plan, List.of());
      session.clean(plan, List.of());
    }
    assertThat(Warehouse.parquetFilesIn(folder)).isEmpty();
    assertVisible(false);
  }

  @Test
  void secondRunOfAJobKeepsTheFirstFiles() {
    UUID job = UUID.randomUUID();
    IcebergTarget target = IcebergTarget.warehouse(folder).table(TABLE);
    try (TargetSession one = target.open();
        TargetSession other = target.open()) {
      TargetPlan onePlan = one.plan(export(job));
      TargetPlan otherPlan = other.plan(export(job));
      TaskOutput oneOutput = write(one, onePlan, 0, 1, 2);
      TaskOutput otherOutput = write(other, otherPlan, 0, 1, 2);
      CommitResult first = one.commit(onePlan, List.of(oneOutput));
      assertThat(other.commit(otherPlan, List.of(otherOutput))).isEqualTo(first);
    }
    Warehouse.with(
        folder,
        warehouse -> {
          assertIds(warehouse, 1, 2);
          assertThat(warehouse.parquetFilesOnDisk())
              .isEqualTo(Warehouse.locations(Warehouse.dataFiles(warehouse.table(TABLE))));
        });
  }

  @RepeatedTest(5)
  void concurrentCommitsOfOneJobLeaveNoOrphan() {
    UUID job = UUID.randomUUID();
    IcebergTarget target = IcebergTarget.warehouse(folder).table(TABLE);
    List<CompletableFuture<CommitResult>> commits = new ArrayList<>();
    CyclicBarrier together = new CyclicBarrier(2);
    for (int i = 0; i < 2; i++) {
      commits.add(
          CompletableFuture.supplyAsync(
              () -> {
                try (TargetSession session = target.open()) {
                  TargetPlan plan = session.plan(export(job));
                  List<TaskOutput> outputs = List.of(write(session, plan, 0, 1, 2));
                  await(together);
                  return session.commit(plan, outputs);
                }
              }));
    }
    assertThat(commits.get(0).join()).isEqualTo(commits.get(1).join());
    Warehouse.with(
        folder,
        warehouse -> {
          assertIds(warehouse, 1, 2);
          Table table = warehouse.table(TABLE);
          assertThat(Warehouse.snapshots(table)).hasSize(1);
          assertThat(warehouse.parquetFilesOnDisk())
              .isEqualTo(Warehouse.locations(Warehouse.dataFiles(table)));
        });
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (InterruptedException | BrokenBarrierException e) {
      throw new IllegalStateException(e);
    }
  }

  private void assertVisible(boolean expected) {
    Warehouse.with(folder, warehouse -> assertThat(warehouse.hasTable(TABLE)).isEqualTo(expected));
  }

  private static void assertIds(Warehouse warehouse, Integer... ids) {
    Table table = warehouse.table(TABLE);
    assertThat(Warehouse.rows(table))
        .extracting(row -> row.getField("id"))
        .containsExactlyInAnyOrder((Object[]) ids);
  }

  private static ExportDescription export(UUID job) {
    return new ExportDescription(job, SOURCE, COLUMNS, 2, TokenRangeSet.wholeRing(), Map.of());
  }

  private static TaskOutput write(TargetSession session, TargetPlan plan, int task, int... ids) {
    try (TaskWriter writer = session.openTask(plan, COLUMNS, task)) {
      for (int id : ids) {
        writer.write(column -> ByteBuffer.allocate(4).putInt(0, id));
      }
      return writer.finish();
    }
  }
}
