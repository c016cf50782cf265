package io.ringhaul.internal.iceberg;

import static io.ringhaul.internal.cql.CqlBytes.integer;
import static io.ringhaul.internal.iceberg.Exports.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnknownCommitStateException;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.WriteMode;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the recovery and cleaning of exports to Iceberg tables whose process was killed. */
@ParameterizedClass
@EnumSource(TestedCatalog.class)
class JobCleaningTest {

  private static final TableDescription SOURCE =
      Exports.table(
          new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY),
          new ColumnDescription("part", DataTypes.INT, Kind.REGULAR));

  private final UUID job = UUID.randomUUID();
  private final TestedCatalog kind;
  @TempDir private Path folder;
  private TestedCatalog.Opened catalog;

  JobCleaningTest(TestedCatalog kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    catalog = kind.open(folder);
  }

  @AfterEach
  void close() {
    catalog.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "partitioned", "row files", "object store", "elsewhere"})
  void cleaningKeepsOnlyKeptFiles(String layout) throws IOException {
    IcebergTarget target =
        switch (layout) {
          case "partitioned" ->
              target().partitionBy("part").property("write.distribution-mode", "none");
          case "row files" -> target().partitionBy("part");
          case "object store" -> target().property("write.object-storage.enabled", "true");
          case "elsewhere" ->
              target().property("write.data.path", LocalFileIO.location(folder.resolve("data/")));
          default -> target();
        };
    // Another table whose files the cleaning must not delete.
    Exports.run(target, SOURCE, row(integer(0), integer(7)));
    TargetPlan plan;
    TaskOutput kept;
    try (TargetSession session = target.open()) {
      plan = session.plan(Exports.description(SOURCE, job));
      kept = Exports.write(session, plan, SOURCE, row(integer(1), integer(7)));
      Exports.write(
          session, plan, SOURCE, row(integer(2), integer(8)), row(integer(3), integer(7)));
      unfinished(plan);
    }
    int others = layout.equals("partitioned") ? 3 : 2;
    assertThat(Warehouse.parquetFilesIn(folder)).hasSize(2 + others);
    TaskOutput rest;
    try (TargetSession session = target.open()) {
      TargetPlan resumed = session.resume(plan, Exports.description(SOURCE, job));
      assertThat(session.clean(resumed, List.of(kept))).isEqualTo(others);
      assertThat(Warehouse.parquetFilesIn(folder)).hasSize(2);
      assertThat(session.clean(resumed, List.of(kept))).isZero();
      rest = Exports.write(session, resumed, SOURCE, row(integer(2), integer(8)));
      session.commit(
          resumed, Exports.withFinalSteps(session, resumed, SOURCE, List.of(kept, rest)));
      // Committed files stay, even if the job store does not contain them.
      assertThat(session.clean(resumed, List.of())).isZero();
    }
    assertIds(0, 1, 2);
    assertNoOrphans();
  }

  @Test
  void cleaningANewTableLeavesNoFiles() throws IOException {
    try (TargetSession session = target().partitionBy("part").open()) {
      TargetPlan plan = session.plan(Exports.description(SOURCE, job));
      Exports.write(
          session, plan, SOURCE, row(integer(1), integer(7)), row(integer(2), integer(8)));
      unfinished(plan);
      assertThat(session.clean(plan, List.of())).isEqualTo(2);
      assertThat(folder.resolve("lake/t")).doesNotExist();
      assertThat(session.clean(plan, List.of())).isZero();
    }
    Warehouse.with(folder, warehouse -> assertThat(warehouse.hasTable("lake.t")).isFalse());
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile).map(file -> file.getFileName().toString()))
          .allMatch(name -> name.startsWith(CatalogSource.LocalWarehouse.CATALOG_FILE));
    }
  }

  @Test
  void keepsFilesOnABranch() throws IOException {
    Exports.run(target(), SOURCE, row(integer(0), integer(7)));
    TargetPlan plan = committed(target().branch("audit"));
    clean(plan, 0);
    inspect(
        table -> {
          table.manageSnapshots().fastForwardBranch("main", "audit").commit();
        });
    assertIds(0, 1);
  }

  @Test
  void keepsFilesOfARolledBackSnapshot() {
    Exports.run(target(), SOURCE, row(integer(0), integer(7)));
    TargetPlan plan = committed(target());
    inspect(
        table -> table.manageSnapshots().rollbackTo(table.currentSnapshot().parentId()).commit());
    clean(plan, 0);
    inspect(
        table -> {
          long rolledBack =
              Warehouse.snapshots(table).stream()
                  .mapToLong(snapshot -> snapshot.snapshotId())
                  .filter(id -> id != table.currentSnapshot().snapshotId())
                  .findFirst()
                  .orElseThrow();
          table.manageSnapshots().setCurrentSnapshot(rolledBack).commit();
        });
    assertIds(0, 1);
  }

  @Test
  void doesNotRepeatAJobWhoseSnapshotHasExpired() {
    TargetPlan plan;
    TaskOutput output;
    Exports.run(target(), SOURCE, row(integer(0), integer(7)));
    try (TargetSession session = target().open()) {
      plan = session.plan(Exports.description(SOURCE, job));
      output = Exports.write(session, plan, SOURCE, row(integer(1), integer(7)));
      session.commit(plan, List.of(output));
    }
    Exports.run(target(), SOURCE, row(integer(2), integer(7)));
    inspect(
        table -> table.expireSnapshots().expireOlderThan(Long.MAX_VALUE).retainLast(1).commit());
    clean(plan, 0);
    try (TargetSession session = target().open()) {
      TargetPlan resumed = session.resume(plan, Exports.description(SOURCE, job));
      assertThat(session.clean(resumed, List.of(output))).isZero();
      assertThat(session.commit(resumed, List.of(output)).files()).isEqualTo(1);
    }
    assertIds(0, 1, 2);
  }

  @Test
  void keepsFilesOfARenamedTable() {
    TargetPlan plan = committed(target());
    Warehouse.with(
        folder,
        warehouse ->
            warehouse
                .catalog()
                .renameTable(TableIdentifier.parse("lake.t"), TableIdentifier.parse("lake.u")));
    clean(plan, 0);
    Warehouse.with(
        folder, warehouse -> assertThat(Warehouse.rows(warehouse.table("lake.u"))).hasSize(1));
  }

  @Test
  void removesFilesOfADroppedTable() {
    Exports.run(target(), SOURCE, row(integer(0), integer(7)));
    TargetPlan plan;
    try (TargetSession session = target().open()) {
      plan = session.plan(Exports.description(SOURCE, job));
      Exports.write(session, plan, SOURCE, row(integer(1), integer(7)));
    }
    Warehouse.with(
        folder, warehouse -> warehouse.catalog().dropTable(TableIdentifier.parse("lake.t"), false));
    try (TargetSession session = target().open()) {
      assertThatThrownBy(() -> session.resume(plan, Exports.description(SOURCE, job)))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("it was dropped during the export");
    }
    clean(plan, 1);
    assertThat(Warehouse.parquetFilesIn(folder)).hasSize(1);
  }

  @Test
  void returnsOutputsWithMissingOrTruncatedFiles() throws IOException {
    try (TargetSession session = target().open()) {
      TargetPlan plan = session.plan(Exports.description(SOURCE, job));
      TaskOutput gone = Exports.write(session, plan, SOURCE, row(integer(1), integer(7)));
      TaskOutput whole = Exports.write(session, plan, SOURCE, row(integer(2), integer(7)));
      TaskOutput cut = Exports.write(session, plan, SOURCE, row(integer(3), integer(7)));
      Files.delete(path(plan, gone));
      try (FileChannel file = FileChannel.open(path(plan, cut), StandardOpenOption.WRITE)) {
        file.truncate(10);
      }
      assertThat(session.damaged(plan, List.of(gone, whole, cut))).containsExactly(gone, cut);
      assertThatThrownBy(() -> session.commit(plan, List.of(gone, whole, cut)))
          .isInstanceOf(StorageException.class)
          .isNotInstanceOf(UnknownCommitStateException.class)
          .hasMessageStartingWith(
              "Nothing was committed to the Iceberg table lake.t: of 3 data files of the export, 2"
                  + " are missing or have changed: ")
          .hasMessageContaining(location(plan, gone) + " is missing")
          .hasMessageContaining(
              "%s has 10 bytes, but %d were written", location(plan, cut), cut.bytes());
      session.commit(plan, List.of(whole));
      // Committed files are not checked.
      Files.delete(path(plan, whole));
      assertThat(session.damaged(plan, List.of(gone, whole, cut))).isEmpty();
    }
  }

  private static String location(TargetPlan plan, TaskOutput output) {
    return JobOutputs.of(List.of(output), WriteLayout.decode(plan).spec())
        .dataFiles()
        .get(0)
        .location();
  }

  private static Path path(TargetPlan plan, TaskOutput output) {
    return LocalFileIO.path(location(plan, output));
  }

  @Test
  void resumeRejectsAnotherExport() {
    try (TargetSession session = target().mode(WriteMode.CREATE).open();
        TargetSession other = target().branch("audit").open()) {
      TargetPlan plan = session.plan(Exports.description(SOURCE, job));
      assertThatThrownBy(() -> other.resume(plan, Exports.description(SOURCE, job)))
          .isInstanceOf(StorageException.class)
          .hasMessage(
              "The export %s to the Iceberg table lake.t cannot be resumed because it differs from"
                  + " its plan: the mode was CREATE and is now APPEND; the branch was main and is"
                  + " now audit; restore the earlier settings or start a new export",
              job);
      ExportDescription narrow = Exports.description(Exports.table(SOURCE.columns().get(0)), job);
      assertThatThrownBy(() -> session.resume(plan, narrow))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("the columns was");
      TaskOutput output = Exports.write(session, plan, SOURCE, row(integer(1), integer(7)));
      Exports.run(target(), SOURCE, row(integer(0), integer(7)));
      assertThatThrownBy(() -> session.resume(plan, Exports.description(SOURCE, job)))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("it was created by another writer in the meantime");
      assertThatThrownBy(() -> session.commit(plan, List.of(output)))
          .hasMessageContaining("it was created by another writer in the meantime");
      assertThat(session.clean(plan, List.of())).isEqualTo(1);
    }
    assertIds(0);
    assertNoOrphans();
  }

  @Test
  void resumeUsesTheCurrentMemoryLimit() {
    ExportDescription export = Exports.description(SOURCE, job);
    ExportDescription wider =
        new ExportDescription(
            job, SOURCE, SOURCE.columns(), 8, export.coverage(), export.restrictions());
    try (TargetSession session = target().open()) {
      TargetPlan plan = session.plan(export);
      TargetPlan resumed = session.resume(plan, wider);
      assertThat(WriteLayout.decode(resumed).writerBytes())
          .isEqualTo(WriteLayout.decode(plan).writerBytes() / 4);
      assertThat(
              WriteLayout.decode(resumed)
                  .withWriterBytes(WriteLayout.decode(plan).writerBytes())
                  .encode())
          .isEqualTo(plan);
    }
  }

  private IcebergTarget target() {
    return catalog.target().table("lake.t").mode(WriteMode.APPEND);
  }

  private TargetPlan committed(IcebergTarget target) {
    try (TargetSession session = target.open()) {
      TargetPlan plan = session.plan(Exports.description(SOURCE, job));
      TaskOutput output = Exports.write(session, plan, SOURCE, row(integer(1), integer(7)));
      session.commit(plan, List.of(output));
      return plan;
    }
  }

  private void clean(TargetPlan plan, int removed) {
    try (TargetSession session = target().open()) {
      assertThat(session.clean(plan, List.of())).isEqualTo(removed);
    }
  }

  /** Leaves an incomplete file, as a killed process does. */
  private void unfinished(TargetPlan plan) throws IOException {
    String location =
        WriteLayout.decode(plan).locations().newDataLocation(DataFileName.next(job, 5));
    Path path = LocalFileIO.DurableOutputFile.temporary(LocalFileIO.path(location));
    Files.createDirectories(Objects.requireNonNull(path.getParent()));
    Files.writeString(path, "PAR1");
  }

  private void inspect(Consumer<Table> use) {
    Warehouse.with(folder, warehouse -> use.accept(warehouse.table("lake.t")));
  }

  private void assertIds(Integer... ids) {
    inspect(
        table ->
            assertThat(Warehouse.rows(table))
                .extracting(row -> row.getField("id"))
                .containsExactlyInAnyOrder((Object[]) ids));
  }

  private void assertNoOrphans() {
    inspect(
        table ->
            assertThat(Warehouse.parquetFilesIn(folder))
                .isEqualTo(Warehouse.locations(Warehouse.dataFiles(table))));
  }
}
