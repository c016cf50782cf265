package io.ringhaul.internal.iceberg;

import static io.ringhaul.internal.cql.CqlBytes.integer;
import static io.ringhaul.internal.iceberg.Exports.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.MergeBase;
import io.ringhaul.format.MergeDescription;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.format.WriteMode;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.types.Types.IntegerType;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the commits of incremental exports: what they continue, and what they refuse. */
class MergeCommitTest {

  private static final TableDescription SOURCE =
      Exports.table(
          new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY),
          new ColumnDescription("n", DataTypes.INT, Kind.REGULAR));

  @TempDir private Path folder;

  private IcebergTarget target() {
    return IcebergTarget.warehouse(folder).table("lake.t");
  }

  private static MergeDescription at(long second) {
    return new MergeDescription("test/ks.t", Instant.ofEpochSecond(second), false);
  }

  @SafeVarargs
  private static CommitResult merge(
      IcebergTarget target, long second, List<@Nullable ByteBuffer>... rows) {
    try (TargetSession session = target.open()) {
      TargetPlan plan =
          session.planMerge(Exports.description(SOURCE, UUID.randomUUID()), at(second));
      return session.commit(plan, List.of(Exports.write(session, plan, SOURCE, rows)));
    }
  }

  private List<String> rows() {
    List<String> rows = new ArrayList<>();
    Warehouse.with(
        folder,
        warehouse ->
            Warehouse.rows(warehouse.table("lake.t"))
                .forEach(row -> rows.add(row.getField("id") + "=" + row.getField("n"))));
    rows.sort(null);
    return rows;
  }

  @Test
  void continuesAtTheMomentOfTheLastMerge() {
    merge(target(), 100, row(integer(1), integer(1)), row(integer(2), integer(2)));
    CommitResult second = merge(target(), 200, row(integer(2), integer(3)));
    assertThat(second.files()).isEqualTo(2);
    // A commit of another program in between does not hide it.
    Warehouse.with(folder, warehouse -> warehouse.table("lake.t").newAppend().commit());
    try (TargetSession session = target().open()) {
      TargetPlan plan = session.planMerge(Exports.description(SOURCE, UUID.randomUUID()), at(300));
      assertThat(session.mergeBase(plan).map(MergeBase::readUpTo))
          .contains(OptionalLong.of(200_000_000));
      assertThat(WriteLayout.decode(plan).merge()).isEqualTo(decoded(plan).merge());
      assertThat(decoded(plan).merge().orElseThrow().last()).isPresent();
    }
    assertThat(rows()).containsExactly("1=1", "2=3");
  }

  @Test
  void refusesOtherColumnsThanTheRowsHave() {
    merge(target(), 100, row(integer(1), integer(1)));
    ExportDescription all = Exports.description(SOURCE, UUID.randomUUID());
    ExportDescription keys =
        new ExportDescription(
            all.jobId(),
            all.table(),
            all.columns().subList(0, 1),
            all.concurrentTasks(),
            all.coverage(),
            all.restrictions());
    try (TargetSession session = target().open()) {
      assertThatThrownBy(() -> session.planMerge(keys, at(200)))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("the export leaves out the column n, which the table has");
    }
    IcebergTarget other = IcebergTarget.warehouse(folder).table("lake.keys");
    try (TargetSession session = other.open()) {
      TargetPlan plan = session.planMerge(keys, at(100));
      try (TaskWriter writer = session.openTask(plan, keys.columns(), 0)) {
        writer.write(column -> integer(1));
        session.commit(plan, List.of(writer.finish()));
      }
    }
    try (TargetSession session = other.open()) {
      assertThatThrownBy(
              () -> session.planMerge(Exports.description(SOURCE, UUID.randomUUID()), at(200)))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("earlier exports left out the column n");
    }
  }

  @Test
  void refusesRowsThatAnotherExportHasAdded() {
    merge(target(), 100, row(integer(1), integer(1)));
    Exports.run(target().mode(WriteMode.APPEND), SOURCE, row(integer(3), integer(3)));
    try (TargetSession session = target().open()) {
      assertThatThrownBy(
              () -> session.planMerge(Exports.description(SOURCE, UUID.randomUUID()), at(300)))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("none of its snapshots tells up to which moment");
    }
  }

  private static WriteLayout decoded(TargetPlan plan) {
    return WriteLayout.decode(WriteLayout.decode(plan).encode());
  }

  @Test
  void refusesTheSecondOfTwoMergesAtATime() {
    merge(target(), 100, row(integer(1), integer(1)));
    UUID job = UUID.randomUUID();
    try (TargetSession session = target().open()) {
      TargetPlan plan = session.planMerge(Exports.description(SOURCE, job), at(200));
      TaskOutput output = Exports.write(session, plan, SOURCE, row(integer(1), integer(2)));
      merge(target(), 201, row(integer(1), integer(3)));
      assertThatThrownBy(() -> session.commit(plan, List.of(output)))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("another incremental export has committed snapshot");
      assertThat(session.clean(plan, List.of())).isEqualTo(2);
    }
    assertThat(rows()).containsExactly("1=3");
  }

  @Test
  void commitsAJobOnceAndKeepsItsDeletes() throws IOException {
    merge(target(), 100, row(integer(1), integer(1)), row(integer(2), integer(2)));
    UUID job = UUID.randomUUID();
    TargetPlan plan;
    TaskOutput output;
    try (TargetSession session = target().open()) {
      plan = session.planMerge(Exports.description(SOURCE, job), at(200));
      try (TaskWriter writer = session.openTask(plan, SOURCE.columns(), 0)) {
        List<@Nullable ByteBuffer> row = row(integer(1), integer(7));
        writer.write(row::get);
        writer.delete(column -> integer(2));
        output = writer.finish();
      }
      assertThat(session.damaged(plan, List.of(output))).isEmpty();
    }
    try (TargetSession session = target().open()) {
      TargetPlan resumed = session.resume(plan, Exports.description(SOURCE, job));
      assertThat(session.clean(resumed, List.of(output))).isZero();
      CommitResult committed = session.commit(resumed, List.of(output));
      assertThat(session.commit(resumed, List.of(output))).isEqualTo(committed);
      assertThat(session.clean(resumed, List.of())).isZero();
    }
    assertThat(rows()).containsExactly("1=7");
  }

  @Test
  void missesDeleteFilesBeforeTheCommit() throws IOException {
    merge(target(), 100, row(integer(1), integer(1)));
    try (TargetSession session = target().open()) {
      TargetPlan plan = session.planMerge(Exports.description(SOURCE, UUID.randomUUID()), at(200));
      TaskOutput output;
      try (TaskWriter writer = session.openTask(plan, SOURCE.columns(), 0)) {
        writer.delete(column -> integer(1));
        output = writer.finish();
      }
      Files.delete(
          LocalFileIO.path(
              JobOutputs.of(List.of(output), WriteLayout.decode(plan).spec())
                  .deleteFiles()
                  .get(0)
                  .location()));
      assertThat(session.damaged(plan, List.of(output))).containsExactly(output);
      assertThatThrownBy(() -> session.commit(plan, List.of(output)))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("is missing");
    }
    assertThat(rows()).containsExactly("1=1");
  }

  @Test
  void writesToAVersion3TableAndToABranch() {
    create(3);
    IcebergTarget target = target();
    merge(target, 100, row(integer(1), integer(1)));
    merge(target, 200, row(integer(1), integer(2)));
    merge(target.branch("audit"), 300, row(integer(1), integer(3)));
    assertThat(rows()).containsExactly("1=2");
    merge(target, 400, row(integer(4), integer(4)));
    assertThat(rows()).containsExactly("1=2", "4=4");
  }

  private void create(int formatVersion) {
    Warehouse.with(
        folder,
        warehouse -> {
          ((SupportsNamespaces) warehouse.catalog()).createNamespace(Namespace.of("lake"));
          warehouse
              .catalog()
              .createTable(
                  TableIdentifier.parse("lake.t"),
                  new Schema(
                      NestedField.required(1, "id", IntegerType.get()),
                      NestedField.optional(2, "n", IntegerType.get())),
                  PartitionSpec.unpartitioned(),
                  Map.of("format-version", Integer.toString(formatVersion)));
        });
  }

  @Test
  void refusesRowsOfAnotherPartitioningAndOfAnotherTable() {
    merge(target(), 100, row(integer(1), integer(1)));
    assertThatThrownBy(
            () -> {
              try (TargetSession session = target().open()) {
                session.planMerge(
                    Exports.description(SOURCE, UUID.randomUUID()),
                    new MergeDescription("other/ks.t", Instant.now(), false));
              }
            })
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("its rows are those of test/ks.t, and the export is of other/ks.t");
    Warehouse.with(
        folder, warehouse -> warehouse.table("lake.t").updateSpec().addField("id").commit());
    assertThatThrownBy(() -> merge(target(), 200, row(integer(1), integer(2))))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("it has files of an earlier partitioning");
  }

  @Test
  void refusesATableOfVersion1() {
    create(1);
    // An empty table too: no later export could merge its rows.
    assertThatThrownBy(() -> merge(target(), 100, row(integer(1), integer(2))))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("its format version is 1");
    Exports.run(target(), SOURCE, row(integer(1), integer(1)));
    assertThatThrownBy(() -> merge(target(), 100, row(integer(1), integer(2))))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("its format version is 1");
  }

  @Test
  void createsNoTableOfVersion1() {
    IcebergTarget first = target().property("format-version", "1");
    assertThatThrownBy(() -> merge(first, 100, row(integer(1), integer(2))))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(
            "its format version is 1, which has no deletes: set its property format-version to 2");
    merge(target(), 100, row(integer(1), integer(2)));
    assertThat(rows()).containsExactly("1=2");
  }

  @Test
  void mergesIntoATableWhoseVersionTheCommitRaises() {
    Exports.run(
        target().property("format-version", "1"),
        SOURCE,
        row(integer(1), integer(1)),
        row(integer(2), integer(2)));
    try (TargetSession session = target().property("format-version", "2").open()) {
      TargetPlan plan =
          session.planMerge(
              Exports.description(SOURCE, UUID.randomUUID()),
              new MergeDescription("test/ks.t", Instant.ofEpochSecond(100), true));
      session.commit(
          plan, List.of(Exports.write(session, plan, SOURCE, row(integer(1), integer(3)))));
    }
    merge(target(), 200, row(integer(2), integer(4)));
    assertThat(rows()).containsExactly("1=3", "2=4");
  }

  @Test
  void refusesAfterTheRecordHasExpired() {
    merge(target(), 100, row(integer(1), integer(1)));
    Exports.run(target().mode(WriteMode.APPEND), SOURCE, row(integer(2), integer(2)));
    Warehouse.with(
        folder,
        warehouse -> {
          Table table = warehouse.table("lake.t");
          table
              .expireSnapshots()
              .expireOlderThan(System.currentTimeMillis())
              .retainLast(1)
              .commit();
        });
    assertThatThrownBy(() -> merge(target(), 200, row(integer(1), integer(2))))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("or the snapshot has expired");
    merge(target().mode(WriteMode.OVERWRITE), 300, row(integer(9), integer(9)));
    assertThat(rows()).containsExactly("9=9");
  }
}
