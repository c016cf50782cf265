package io.ringhaul.internal.iceberg;

import static io.ringhaul.internal.cql.CqlBytes.integer;
import static io.ringhaul.internal.iceberg.Exports.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnknownCommitStateException;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.WriteMode;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.UpdateProperties;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types.IntegerType;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests how an export handles the responses of a catalog, including false ones. */
class CatalogAnswersTest {

  private static final TableIdentifier TABLE = TableIdentifier.of("lake", "t");
  private static final TableDescription SOURCE =
      Exports.table(new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY));

  private final UUID job = UUID.randomUUID();
  private final WilfulCatalog catalog = new WilfulCatalog();
  @TempDir private Path folder;

  @BeforeEach
  void open() {
    Map<String, String> properties = new HashMap<>();
    properties.put(CatalogProperties.URI, "jdbc:sqlite:" + folder.resolve("catalog.db"));
    properties.put(CatalogProperties.WAREHOUSE_LOCATION, LocalFileIO.location(folder));
    properties.put(CatalogProperties.FILE_IO_IMPL, LocalFileIO.class.getName());
    properties.put("jdbc.schema-version", "V1");
    catalog.initialize("wilful", properties);
  }

  @AfterEach
  void close() {
    catalog.close();
  }

  @Test
  void reportsACommitOnTheMainBranchAndDoesNotRepeatIt() {
    IcebergTarget appending = IcebergTarget.catalog(catalog).table("lake.t").mode(WriteMode.APPEND);
    Exports.run(appending, SOURCE, row(integer(1)));
    catalog.dropBranches = true;
    long before = catalog.loadTable(TABLE).currentSnapshot().snapshotId();
    try (TargetSession session = appending.branch("audit").open()) {
      TargetPlan plan = session.plan(Exports.description(SOURCE, job));
      TaskOutput output = Exports.write(session, plan, SOURCE, row(integer(2)));
      for (int attempt = 0; attempt < 2; attempt++) {
        assertThatThrownBy(() -> session.commit(plan, List.of(output)))
            .isInstanceOf(UnknownCommitStateException.class)
            .hasMessage(
                "The rows of export %s are on the main branch of the Iceberg table lake.t (snapshot"
                    + " %d) and not on the requested branch audit: the catalog does not support"
                    + " Iceberg's branches, or the rows were already published. If they should not"
                    + " be there, roll the main branch back to snapshot %d. To examine rows before"
                    + " they are published, export to another table, or without branch(...)"
                    + " through a catalog that is opened on its own branch",
                job, catalog.loadTable(TABLE).currentSnapshot().snapshotId(), before);
      }
    }
    assertIds(1, 2);
    assertThat(Warehouse.snapshots(catalog.loadTable(TABLE))).hasSize(2);
    // A new run of the same export without a job store.
    assertThatThrownBy(() -> Exports.run(appending.branch("audit"), SOURCE, job, row(integer(2))))
        .isInstanceOf(UnknownCommitStateException.class)
        .hasMessageContaining("are on the main branch of the Iceberg table lake.t");
    assertIds(1, 2);
  }

  @Test
  void reportsACommitThatTheCatalogAcceptedAndLost() throws IOException {
    try (RestServer server = new RestServer(catalog, Map.of());
        RESTCatalog client = server.client()) {
      IcebergTarget target = IcebergTarget.catalog(client).table("lake.t").mode(WriteMode.APPEND);
      Exports.run(target, SOURCE, row(integer(1)));
      server.loseCommits();
      try (TargetSession session = target.open()) {
        TargetPlan plan = session.plan(Exports.description(SOURCE, job));
        TaskOutput output = Exports.write(session, plan, SOURCE, row(integer(2)));
        assertThatThrownBy(() -> session.commit(plan, List.of(output)))
            .isInstanceOf(UnknownCommitStateException.class)
            .hasMessage(
                "The catalog accepted the commit of export %s to the Iceberg table lake.t, but the"
                    + " branch main has no snapshot of it: the catalog lost the commit, or the"
                    + " commit was rolled back or its rows were replaced immediately. Its data"
                    + " files were not deleted; check the table before you run the export again",
                job);
        List<DataFile> files =
            JobOutputs.of(List.of(output), WriteLayout.decode(plan).spec()).dataFiles();
        assertThat(Warehouse.parquetFilesIn(folder)).contains(files.get(0).location());
      }
    }
    assertIds(1);
  }

  /** Nessie 0.99 keeps the properties of a first commit whose rows it replaces. */
  @Test
  void repeatsACommitOfWhichTheCatalogKeptOnlyTheProperties() throws IOException {
    try (RestServer server = new RestServer(catalog, Map.of());
        RESTCatalog client = server.client()) {
      IcebergTarget target = IcebergTarget.catalog(client).table("lake.t").mode(WriteMode.APPEND);
      Exports.run(target, SOURCE, row(integer(1)));
      try (TargetSession session = target.open()) {
        TargetPlan plan = session.plan(Exports.description(SOURCE, job));
        TaskOutput output = Exports.write(session, plan, SOURCE, row(integer(2)));
        server.loseSnapshots();
        assertThatThrownBy(() -> session.commit(plan, List.of(output)))
            .isInstanceOf(UnknownCommitStateException.class)
            .hasMessageContaining("the branch main has no snapshot of it: the catalog lost");
        assertThat(catalog.loadTable(TABLE).properties())
            .doesNotContainKey(JobCommit.PROPERTY + job);
        assertIds(1);
        server.takeCommits();
        assertThat(session.commit(plan, List.of(output)).snapshotId()).isPresent();
      }
    }
    assertIds(1, 2);
  }

  /** Nessie returns only the current snapshot, so a later commit hides that of the job. */
  @Test
  void reportsALostCommitThatALaterOneHides() throws IOException {
    try (RestServer server = new RestServer(catalog, Map.of());
        RESTCatalog client = server.client()) {
      IcebergTarget target = IcebergTarget.catalog(client).table("lake.t").mode(WriteMode.APPEND);
      hideFirstSnapshot(target);
      try (TargetSession session = target.open()) {
        TargetPlan plan = session.plan(Exports.description(SOURCE, job));
        TaskOutput output = Exports.write(session, plan, SOURCE, row(integer(3)));
        server.loseSnapshots();
        assertThatThrownBy(() -> session.commit(plan, List.of(output)))
            .isInstanceOf(UnknownCommitStateException.class)
            .hasMessageContaining("the branch main has no snapshot of it: the catalog lost");
        assertIds(1, 2);
        server.takeCommits();
        assertThat(session.commit(plan, List.of(output)).snapshotId()).isPresent();
      }
    }
    assertIds(1, 2, 3);
  }

  /** The property may remain, for instance because the process ended after the lost commit. */
  @Test
  void keepsTheFilesOfALostCommitThatLeftItsProperty() {
    IcebergTarget target = IcebergTarget.catalog(catalog).table("lake.t").mode(WriteMode.APPEND);
    hideFirstSnapshot(target);
    try (TargetSession session = target.open()) {
      TargetPlan plan = session.plan(Exports.description(SOURCE, job));
      TaskOutput output = Exports.write(session, plan, SOURCE, row(integer(3)));
      WriteLayout layout = WriteLayout.decode(plan);
      List<DataFile> files = JobOutputs.of(List.of(output), layout.spec()).dataFiles();
      UpdateProperties left = catalog.loadTable(TABLE).updateProperties();
      layout.jobCommit(catalog).property(files).forEach(left::set);
      left.commit();
      assertThatThrownBy(() -> session.commit(plan, List.of(output)))
          .isInstanceOf(UnknownCommitStateException.class)
          .hasMessageContaining("the branch main has no snapshot of it: the catalog lost");
      // A new run of the same export without a job store.
      assertThatThrownBy(() -> Exports.run(target, SOURCE, job, row(integer(3))))
          .isInstanceOf(UnknownCommitStateException.class);
      assertThat(Warehouse.parquetFilesIn(folder)).contains(files.get(0).location());
    }
    assertIds(1, 2);
  }

  private void hideFirstSnapshot(IcebergTarget target) {
    Exports.run(target, SOURCE, row(integer(1)));
    Exports.run(target, SOURCE, row(integer(2)));
    catalog
        .loadTable(TABLE)
        .expireSnapshots()
        .expireOlderThan(Long.MAX_VALUE)
        .retainLast(1)
        .commit();
  }

  @Test
  void rejectsABranchInNessieBeforeReadingRows() throws IOException {
    try (RestServer server = new RestServer(catalog, Map.of("nessie.is-nessie-catalog", "true"));
        RESTCatalog client = server.client()) {
      IcebergTarget target = IcebergTarget.catalog(client).table("lake.t");
      try (TargetSession session = target.branch("audit").open()) {
        assertThatThrownBy(() -> session.plan(Exports.description(SOURCE, job)))
            .isInstanceOf(StorageException.class)
            .hasMessage(
                "The catalog of the Iceberg table lake.t is Nessie, which does not support branches"
                    + " of single tables: the rows would be on main, not on the branch audit. Omit"
                    + " branch(...) and open the catalog on a Nessie branch instead,"
                    + " with a URI that ends in .../iceberg/audit");
      }
      Exports.run(target, SOURCE, row(integer(1)));
    }
    assertIds(1);
  }

  /** A first commit uses up a column id, so that concurrent first commits to Nessie conflict. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void fillsAnEmptyTableInNessie(boolean lacksAColumn) throws IOException {
    Schema ids = new Schema(NestedField.optional(1, "id", IntegerType.get()));
    catalog.createNamespace(TABLE.namespace());
    catalog.createTable(TABLE, ids);
    TableDescription source =
        lacksAColumn
            ? Exports.table(
                new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY),
                new ColumnDescription("n", DataTypes.INT, Kind.REGULAR))
            : SOURCE;
    try (RestServer server = new RestServer(catalog, Map.of("nessie.is-nessie-catalog", "true"));
        RESTCatalog client = server.client()) {
      Exports.run(
          IcebergTarget.catalog(client).table("lake.t"), source, row(integer(1), integer(2)));
    }
    assertIds(1);
    BaseTable filled = (BaseTable) catalog.loadTable(TABLE);
    assertThat(filled.schema().columns()).hasSize(source.columns().size());
    assertThat(filled.operations().current().lastColumnId()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400 | Malformed request: the role analyst may not write",
        "400, IllegalArgumentException | the role analyst may not write",
        "401 | Not authorized: the role analyst may not write",
        "403 | Forbidden: the role analyst may not write",
        "404 | the role analyst may not write",
        "406 | Unable to process (code: 406, type: Refusal): the role analyst may not write",
        "422 | Unable to process (code: 422, type: Refusal): the role analyst may not write",
      })
  void rejectedCommitIsAStorageException(String answer, String reason) throws IOException {
    try (RestServer server = new RestServer(catalog, Map.of());
        RESTCatalog client = server.client()) {
      IcebergTarget target = IcebergTarget.catalog(client).table("lake.t").mode(WriteMode.APPEND);
      for (int rows = 0; rows < 2; rows++) {
        String[] parts = answer.split(", ", -1);
        server.refuseCommits(Integer.parseInt(parts[0]), parts.length == 1 ? "Refusal" : parts[1]);
        try (TargetSession session = target.open()) {
          TargetPlan plan = session.plan(Exports.description(SOURCE, UUID.randomUUID()));
          TaskOutput output = Exports.write(session, plan, SOURCE, row(integer(rows)));
          assertThatThrownBy(() -> session.commit(plan, List.of(output)))
              .isInstanceOf(StorageException.class)
              .isNotInstanceOf(UnknownCommitStateException.class)
              .hasMessage(
                  "Nothing was committed to the Iceberg table lake.t: the catalog rejected the"
                      + " commit: %s",
                  reason);
          // After the permission is granted, the same commit succeeds.
          server.takeCommits();
          session.commit(plan, List.of(output));
        }
      }
    }
    assertIds(0, 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 502, 504})
  void serverErrorLeavesTheCommitStateUnknown(int status) throws IOException {
    try (RestServer server = new RestServer(catalog, Map.of());
        RESTCatalog client = server.client()) {
      server.refuseCommits(status, "Refusal");
      assertThatThrownBy(
              () ->
                  Exports.run(
                      IcebergTarget.catalog(client).table("lake.t"), SOURCE, row(integer(1))))
          .isInstanceOf(UnknownCommitStateException.class)
          .hasMessageContaining("It is unknown whether the commit took effect");
    }
  }

  @Test
  void stopsRetryingConflictsAfterTheTimeLimit() {
    Exports.run(
        IcebergTarget.catalog(catalog)
            .table("lake.t")
            .property("commit.retry.num-retries", "1000000")
            .property("commit.retry.max-wait-ms", "10"),
        SOURCE,
        row(integer(1)));
    IcebergTarget target = IcebergTarget.catalog(catalog).table("lake.t").mode(WriteMode.APPEND);
    try (TargetSession session = target.open()) {
      TargetPlan plan = session.plan(Exports.description(SOURCE, job));
      TaskOutput output = Exports.write(session, plan, SOURCE, row(integer(2)));
      WriteLayout layout = WriteLayout.decode(plan);
      IcebergCommit.TableCommit commit =
          new IcebergCommit.TableCommit(
              catalog,
              layout,
              layout.jobCommit(catalog),
              new IcebergCommit.ConflictPatience("lake.t", Duration.ofMillis(500)));
      catalog.conflicts = true;
      List<DataFile> files = JobOutputs.of(List.of(output), layout.spec()).dataFiles();
      long start = System.nanoTime();
      assertThatThrownBy(() -> commit.run(files, List.of()))
          .isInstanceOf(ValidationException.class)
          .hasMessageMatching(
              "concurrent commits caused [0-9]+ conflicts in [0-9]+ s; repeat it when there are fewer"
                  + " \\(simulated conflict\\)");
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
      catalog.conflicts = false;
      assertThat(session.commit(plan, List.of(output)).snapshotId()).isPresent();
    }
    assertIds(1, 2);
  }

  private void assertIds(Integer... ids) {
    assertThat(Warehouse.rows(catalog.loadTable(TABLE)))
        .extracting(row -> row.getField("id"))
        .containsExactlyInAnyOrder((Object[]) ids);
  }

  /** Iceberg's JDBC catalog, with commits that a test can redirect, lose or fail. */
  private static final class WilfulCatalog extends JdbcCatalog {

    private volatile boolean dropBranches;
    private volatile boolean conflicts;

    @Override
    protected TableOperations newTableOps(TableIdentifier identifier) {
      TableOperations real = super.newTableOps(identifier);
      return new TableOperations() {
        @Override
        public void commit(TableMetadata base, TableMetadata metadata) {
          if (conflicts) {
            throw new CommitFailedException("simulated conflict");
          }
          real.commit(base, dropBranches ? onMain(metadata) : metadata);
        }

        @Override
        public TableMetadata current() {
          return real.current();
        }

        @Override
        public TableMetadata refresh() {
          return real.refresh();
        }

        @Override
        public FileIO io() {
          return real.io();
        }

        @Override
        public String metadataFileLocation(String fileName) {
          return real.metadataFileLocation(fileName);
        }

        @Override
        public LocationProvider locationProvider() {
          return real.locationProvider();
        }

        @Override
        public TableOperations temp(TableMetadata uncommitted) {
          return real.temp(uncommitted);
        }
      };
    }

    /** Behaves like Nessie: the last snapshot of any branch becomes that of the main branch. */
    private static TableMetadata onMain(TableMetadata metadata) {
      List<Snapshot> snapshots = new ArrayList<>(metadata.snapshots());
      TableMetadata.Builder changed =
          TableMetadata.buildFrom(metadata)
              .setBranchSnapshot(
                  snapshots.get(snapshots.size() - 1).snapshotId(), SnapshotRef.MAIN_BRANCH);
      metadata.refs().keySet().stream()
          .filter(ref -> !ref.equals(SnapshotRef.MAIN_BRANCH))
          .forEach(changed::removeRef);
      return changed.build();
    }
  }
}
