package io.ringhaul.internal.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnknownCommitStateException;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.WriteMode;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.util.List;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests that a failed commit deletes no file that a table may contain. */
class CommitSafetyTest {

  private static final TableIdentifier TABLE = TableIdentifier.of("lake", "t");
  private static final TableDescription SOURCE =
      Exports.table(new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY));

  private final UnreliableCatalog catalog = new UnreliableCatalog();
  private final IcebergTarget target =
      IcebergTarget.catalog(catalog).table("lake.t").mode(WriteMode.APPEND);

  @AfterEach
  void close() throws Exception {
    catalog.close();
  }

  @Test
  void keepsTheFilesOfAPossiblyCommittedJob() {
    try (TargetSession session = target.open()) {
      TargetPlan plan = plan(session);
      TaskOutput output = write(session, plan, 1);
      catalog.goDownAfterCommit();
      assertThatThrownBy(() -> session.commit(plan, List.of(output)))
          .isInstanceOf(UnknownCommitStateException.class)
          .hasMessageContaining("the response was lost");
      assertThatThrownBy(() -> session.commit(plan, List.of(output)))
          .isInstanceOf(UnknownCommitStateException.class)
          .hasMessageContaining("the catalog is down");
      catalog.comeBack();
      assertIds(1);
      CommitResult found = session.commit(plan, List.of(output));
      assertThat(found.snapshotId())
          .hasValue(catalog.loadTable(TABLE).currentSnapshot().snapshotId());
      assertIds(1);
    }
  }

  @Test
  void repeatsALostCommit() {
    try (TargetSession session = target.open()) {
      TargetPlan plan = plan(session);
      TaskOutput output = write(session, plan, 1);
      catalog.loseNextCommit();
      assertThatThrownBy(() -> session.commit(plan, List.of(output)))
          .isInstanceOf(UnknownCommitStateException.class)
          .hasMessageContaining("no response");
      assertThat(catalog.tableExists(TABLE)).isFalse();
      // Files are not deleted while the state of the commit is unknown.
      assertThat(session.clean(plan, List.of())).isZero();
      session.commit(session.resume(plan, description(plan)), List.of(output));
      session.commit(plan, List.of(output));
      assertIds(1);
      assertThat(Warehouse.snapshots(catalog.loadTable(TABLE))).hasSize(1);
    }
  }

  @Test
  void deletesNothingWhileTheCatalogIsDown() {
    try (TargetSession session = target.open()) {
      TargetPlan plan = plan(session);
      TaskOutput output = write(session, plan, 1);
      catalog.goDownAfterCommit();
      assertThatThrownBy(() -> session.commit(plan, List.of(output)))
          .isInstanceOf(UnknownCommitStateException.class);
      assertThatThrownBy(() -> session.clean(plan, List.of()))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("were not removed")
          .hasMessageContaining("the catalog is down");
      assertThatThrownBy(() -> session.resume(plan, description(plan)))
          .isInstanceOf(StorageException.class)
          .hasMessage("The Iceberg table lake.t cannot be read: the catalog is down");
      catalog.comeBack();
      assertThat(session.clean(plan, List.of())).isZero();
      assertIds(1);
    }
  }

  @Test
  void keepsTheFilesOfAConcurrentCommitOfTheSameJob() {
    IcebergTarget create = target.mode(WriteMode.CREATE);
    try (TargetSession session = create.open();
        TargetSession other = create.open()) {
      TargetPlan plan = plan(session);
      TaskOutput output = write(session, plan, 1);
      // After the search for the job's commit and before the table is loaded.
      catalog.beforeLookUp(2, () -> other.commit(plan, List.of(output)));
      assertThat(session.commit(plan, List.of(output)).files()).isEqualTo(1);
      assertThat(Warehouse.snapshots(catalog.loadTable(TABLE))).hasSize(1);
      assertIds(1);
    }
  }

  @Test
  void keepsTheFilesOfARolledBackJob() {
    try (TargetSession session = target.open()) {
      TargetPlan first = plan(session);
      session.commit(first, List.of(write(session, first, 1)));
      TargetPlan plan = plan(session);
      TaskOutput output = write(session, plan, 2);
      session.commit(plan, List.of(output));
      Table table = catalog.loadTable(TABLE);
      long second = table.currentSnapshot().snapshotId();
      long parent = table.currentSnapshot().parentId();
      table.manageSnapshots().rollbackTo(parent).commit();
      table
          .updateSchema()
          .setIdentifierFields(List.of())
          .deleteColumn("id")
          .addColumn("other", Types.IntegerType.get())
          .commit();
      assertThatThrownBy(() -> session.commit(plan, List.of(output)))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("its schema was changed by another writer");
      assertThat(table.snapshot(second)).isNotNull();
      List<DataFile> files =
          JobOutputs.of(List.of(output), WriteLayout.decode(plan).spec()).dataFiles();
      assertThat(exists(table.io(), files.get(0).location())).isTrue();
    }
  }

  @Test
  void doesNotRecreateATableThatWasDroppedConcurrently() {
    try (TargetSession session = target.open()) {
      TargetPlan first = plan(session);
      session.commit(first, List.of(write(session, first, 1)));
      TargetPlan plan = plan(session);
      TaskOutput output = write(session, plan, 2);
      FileIO io = catalog.loadTable(TABLE).io();
      List<DataFile> files =
          JobOutputs.of(List.of(output), WriteLayout.decode(plan).spec()).dataFiles();
      assertThat(exists(io, files.get(0).location())).isTrue();
      catalog.dropTable(TABLE, false);
      assertThatThrownBy(() -> session.commit(plan, List.of(output)))
          .isInstanceOf(StorageException.class)
          .hasMessage(
              "Nothing was committed to the Iceberg table lake.t: it was dropped during the"
                  + " export; run the export again");
      assertThat(catalog.tableExists(TABLE)).isFalse();
      assertThat(exists(io, files.get(0).location())).isTrue();
      assertThat(session.clean(plan, List.of())).isEqualTo(1);
      assertThat(exists(io, files.get(0).location())).isFalse();
    }
  }

  private void assertIds(Integer... ids) {
    assertThat(Warehouse.rows(catalog.loadTable(TABLE)))
        .extracting(row -> row.getField("id"))
        .containsExactlyInAnyOrder((Object[]) ids);
  }

  private static boolean exists(FileIO io, String location) {
    try {
      return io.newInputFile(location).exists();
    } catch (NotFoundException e) {
      return false; // in-memory files behave like this
    }
  }

  private static ExportDescription description(TargetPlan plan) {
    return Exports.description(SOURCE, WriteLayout.decode(plan).jobId());
  }

  private static TargetPlan plan(TargetSession session) {
    return session.plan(Exports.description(SOURCE, UUID.randomUUID()));
  }

  private static TaskOutput write(TargetSession session, TargetPlan plan, int id) {
    return Exports.write(session, plan, SOURCE, Exports.row(CqlBytes.integer(id)));
  }
}
