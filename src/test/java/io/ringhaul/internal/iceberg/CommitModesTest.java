package io.ringhaul.internal.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.Compression;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.WriteMode;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests exports to existing tables: modes, branches and properties. */
@ParameterizedClass
@EnumSource(TestedCatalog.class)
class CommitModesTest {

  private static final String TABLE = "lake.t";
  private static final ColumnDescription ID =
      new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY);
  private static final ColumnDescription REGION =
      new ColumnDescription("region", DataTypes.TEXT, Kind.REGULAR);
  private static final TableDescription SOURCE = Exports.table(ID, REGION);

  private final TestedCatalog kind;
  @TempDir Path folder;
  private TestedCatalog.Opened catalog;

  CommitModesTest(TestedCatalog kind) {
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

  @Test
  void createRejectsATableWithASnapshot() {
    UUID job = UUID.randomUUID();
    CommitResult first = export(target(), job, "1a");
    for (IcebergTarget target :
        List.of(
            target(),
            target().mode(WriteMode.CREATE),
            target().branch("audit"),
            target().property("owner", "ann"))) {
      assertThatThrownBy(() -> export(target, "2a"))
          .isInstanceOf(StorageException.class)
          .hasMessage(
              "The Iceberg table lake.t exists and has been written to. Set how its rows are"
                  + " treated: mode(APPEND) keeps them, mode(OVERWRITE) replaces all of them,"
                  + " overwritePartitions() replaces the partitions that the export has rows for;"
                  + " or use another table");
    }
    // The job that created the table can be repeated.
    assertThat(export(target(), job, "1a")).isEqualTo(first);
    assertRows("1a");
    assertNoOrphans();
  }

  @Test
  void createFillsATableWithoutSnapshot() {
    Warehouse.with(
        folder,
        warehouse -> {
          ((SupportsNamespaces) warehouse.catalog()).createNamespace(Namespace.of("lake"));
          Schema schema =
              new Schema(
                  Types.NestedField.required(1, "id", Types.IntegerType.get()),
                  Types.NestedField.optional(2, "region", Types.StringType.get()));
          warehouse
              .catalog()
              .createTable(
                  TableIdentifier.parse(TABLE),
                  schema,
                  PartitionSpec.builderFor(schema).bucket("id", 4).build(),
                  Map.of("owner", "ann"));
        });
    export(target(), "1a", "2b", "3c");
    assertRows("1a", "2b", "3c");
    inspect(
        table -> {
          assertThat(table.spec().fields()).extracting("name").containsExactly("id_bucket");
          assertThat(table.properties()).containsEntry("owner", "ann");
        });
    assertThatThrownBy(() -> export(target(), "4d"))
        .hasMessageContaining("exists and has been written to");
  }

  @Test
  void createRejectsATableThatWasFilledConcurrently() {
    Warehouse.with(
        folder,
        warehouse -> {
          ((SupportsNamespaces) warehouse.catalog()).createNamespace(Namespace.of("lake"));
          warehouse
              .catalog()
              .createTable(
                  TableIdentifier.parse(TABLE),
                  new Schema(
                      Types.NestedField.required(1, "id", Types.IntegerType.get()),
                      Types.NestedField.optional(2, "region", Types.StringType.get())));
        });
    try (TargetSession session = target().open()) {
      TargetPlan plan = session.plan(Exports.description(SOURCE, UUID.randomUUID()));
      TaskOutput output = Exports.write(session, plan, SOURCE, rows("2b"));
      export(target(), "1a");
      assertThatThrownBy(() -> session.commit(plan, List.of(output)))
          .isInstanceOf(StorageException.class)
          .hasMessage(
              "Nothing was committed to the Iceberg table lake.t: it was empty, but another commit"
                  + " has added rows in the meantime; run the export again");
      assertThat(session.clean(plan, List.of())).isEqualTo(1);
    }
    assertRows("1a");
  }

  @Test
  void createRejectsATableThatWasCreatedConcurrently() {
    try (TargetSession session = target().mode(WriteMode.CREATE).open()) {
      TargetPlan plan = session.plan(Exports.description(SOURCE, UUID.randomUUID()));
      TaskOutput output = Exports.write(session, plan, SOURCE, rows("2b"));
      export(target(), "1a");
      assertThatThrownBy(() -> session.commit(plan, List.of(output)))
          .isInstanceOf(StorageException.class)
          .hasMessage(
              "Nothing was committed to the Iceberg table lake.t: it was created by another writer"
                  + " in the meantime; run the export again");
      assertThat(session.clean(plan, List.of())).isEqualTo(1);
    }
    assertRows("1a");
    assertNoOrphans();
  }

  @Test
  void overwriteReplacesAllRowsInOneStep() {
    IcebergTarget overwrite = target().mode(WriteMode.OVERWRITE);
    CommitResult first = export(overwrite, "1a", "2b");
    UUID job = UUID.randomUUID();
    CommitResult second = export(overwrite, job, "3c");
    assertRows("3c");
    assertThat(export(overwrite, job, "3c")).isEqualTo(second);
    assertRows("3c");
    inspect(
        table -> {
          assertThat(Warehouse.snapshots(table)).hasSize(2);
          assertThat(table.currentSnapshot().operation()).isEqualTo("overwrite");
        });
    assertThat(ids(source().snapshot(first.snapshotId().orElseThrow()))).containsExactly(1, 2);

    export(overwrite);
    assertRows();
  }

  @Test
  void overwriteChangesTheSchema() {
    ColumnDescription more = new ColumnDescription("more", DataTypes.INT, Kind.REGULAR);
    export(target(), "1a");
    Exports.run(
        target().mode(WriteMode.OVERWRITE),
        Exports.table(ID, REGION, more),
        Exports.row(CqlBytes.integer(2), CqlBytes.text("b"), CqlBytes.integer(3)));
    assertRows("2b");
    inspect(table -> assertThat(table.schema().findField("more")).isNotNull());
  }

  @Test
  void overwritePartitionsKeepsOtherPartitions() {
    IcebergTarget target = target().partitionBy("region");
    export(target, "1a", "2a", "3b", "4c");
    UUID job = UUID.randomUUID();
    CommitResult second = export(target.overwritePartitions(), job, "5a", "6d");
    assertRows("3b", "4c", "5a", "6d");
    assertThat(export(target.overwritePartitions(), job, "5a", "6d")).isEqualTo(second);
    assertRows("3b", "4c", "5a", "6d");
    CommitResult none = export(target.overwritePartitions());
    assertThat(none.files()).isZero();
    assertThat(none.snapshotId()).isPresent();
    assertRows("3b", "4c", "5a", "6d");
  }

  @Test
  void overwritePartitionsRequiresThePartitioningOfAllFiles() {
    export(target(), "1a");
    assertThatThrownBy(() -> export(target().overwritePartitions(), "2b"))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(
            "it has no partitions to overwrite: set mode to overwrite to replace all rows");
    inspect(table -> table.updateSpec().addField("region").commit());
    assertThatThrownBy(() -> export(target().overwritePartitions(), "2b"))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("it has files of an earlier partitioning");
    assertRows("1a");
  }

  @Test
  void branchRowsAreNotOnTheMainBranch() {
    export(appending(), "1a");
    CommitResult audit = export(appending().branch("audit"), "2b");
    export(appending().branch("audit"), "3c");
    export(appending(), "4d");

    assertThat(ids(source())).containsExactly(1, 4);
    assertThat(ids(source().branch("main"))).containsExactly(1, 4);
    assertThat(ids(source().branch("audit"))).containsExactly(1, 2, 3);
    inspect(
        table ->
            table
                .manageSnapshots()
                .createTag("checked", audit.snapshotId().orElseThrow())
                .commit());
    assertThat(ids(source().tag("checked"))).containsExactly(1, 2);
    assertThatThrownBy(() -> ids(source().branch("checked")))
        .isInstanceOf(StorageException.class)
        .hasMessage("The Iceberg table ringhaul.lake.t has no branch checked; it has audit, main");
    assertThatThrownBy(() -> ids(source().tag("audit")))
        .hasMessage("The Iceberg table ringhaul.lake.t has no tag audit; it has checked");
    assertThatThrownBy(() -> export(appending().branch("checked"), "5e"))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("checked is a tag of the table, not a branch");
    assertNoOrphans();
  }

  @Test
  void snapshotOfANewBranchCountsTheRowsOfTheMainBranch() {
    export(appending(), "1a", "2b");
    export(appending().branch("audit"), "3c");
    export(appending().branch("audit"), "4d");
    export(target().branch("alone").mode(WriteMode.OVERWRITE), "5e");
    inspect(
        table -> {
          Snapshot audit = table.snapshot("audit");
          assertThat(audit.summary())
              .containsEntry("total-records", "4")
              .containsEntry("total-data-files", "3");
          assertThat(table.snapshot(audit.parentId()).summary())
              .containsEntry("added-records", "1")
              .containsEntry("total-records", "3")
              .containsEntry("total-data-files", "2");
          assertThat(table.snapshot("alone").summary())
              .containsEntry("deleted-records", "2")
              .containsEntry("total-records", "1")
              .containsEntry("total-data-files", "1");
        });
  }

  @Test
  void overwriteReplacesOnlyTheRowsOfItsBranch() {
    export(appending(), "1a");
    export(target().branch("audit").mode(WriteMode.OVERWRITE), "2b");
    assertThat(ids(source())).containsExactly(1);
    assertThat(ids(source().branch("audit"))).containsExactly(2);
  }

  @Test
  void newTableHasAnEmptyMainBranchUntilTheBranchIsPublished() {
    UUID job = UUID.randomUUID();
    CommitResult first = export(target().branch("audit"), job, "1a");
    assertThat(export(target().branch("audit"), job, "1a")).isEqualTo(first);
    assertThat(ids(source())).isEmpty();
    assertThat(ids(source().branch("audit"))).containsExactly(1);
    inspect(
        table -> {
          assertThat(table.currentSnapshot()).isNull();
          table.manageSnapshots().fastForwardBranch("main", "audit").commit();
        });
    assertThat(ids(source())).containsExactly(1);
    // After the branch is published, the main branch contains the job too.
    assertThat(export(target(), job, "1a").snapshotId()).isEqualTo(first.snapshotId());
    assertRows("1a");
    assertNoOrphans();
  }

  @Test
  void readsTheChangesBetweenSnapshots() {
    long first = id(export(appending(), "1a"));
    long second = id(export(appending(), "2b"));
    long third = id(export(appending(), "3c", "4d"));
    assertThat(ids(source().changesBetween(first, third))).containsExactly(2, 3, 4);
    assertThat(ids(source().changesBetween(first, second))).containsExactly(2);
    assertThat(ids(source().changesBetween(second, third))).containsExactly(3, 4);
    assertThat(ids(source().changesBetween(second, second))).isEmpty();
    assertThatThrownBy(() -> ids(source().changesBetween(third, first)))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            "Snapshot %d is not an ancestor of snapshot %d of the Iceberg table ringhaul.lake.t, or"
                + " snapshots between them have expired; import a whole snapshot instead",
            third, first);
    assertThatThrownBy(() -> ids(source().changesBetween(first, 77)))
        .hasMessage("The Iceberg table ringhaul.lake.t has no snapshot 77");

    // Rewritten files contain no new rows.
    inspect(
        table -> {
          List<DataFile> files = Warehouse.dataFiles(table);
          table
              .newRewrite()
              .deleteFile(files.get(0))
              .addFile(
                  org.apache.iceberg.DataFiles.builder(PartitionSpec.unpartitioned())
                      .copy(files.get(0))
                      .withPath(files.get(0).location() + "?")
                      .build())
              .commit();
        });
    long rewritten = current();
    assertThat(ids(source().changesBetween(second, rewritten))).containsExactly(3, 4);

    long fourth = id(export(target().mode(WriteMode.OVERWRITE), "5e"));
    assertThatThrownBy(() -> ids(source().changesBetween(second, fourth)))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            "The changes of the Iceberg table ringhaul.lake.t from snapshot %d to %d cannot be"
                + " imported: snapshot %d between them has the operation overwrite, which removes"
                + " rows, but an import only adds rows; import a whole snapshot instead",
            second, fourth, fourth);
    long fifth = id(export(appending(), "6f"));
    assertThat(ids(source().changesBetween(fourth, fifth))).containsExactly(6);
  }

  @Test
  void setsTableProperties() {
    export(appending().property("owner", "ann").property("commit.retry.num-retries", "7"), "1a");
    inspect(
        table ->
            assertThat(table.properties())
                .containsEntry("owner", "ann")
                .containsEntry("commit.retry.num-retries", "7")
                .containsEntry("ringhaul.source.table", "t"));
    export(appending().property("owner", "bob"), "2b");
    export(appending(), "3c");
    inspect(
        table ->
            assertThat(table.properties())
                .containsEntry("owner", "bob")
                .containsEntry("commit.retry.num-retries", "7"));
    assertRows("1a", "2b", "3c");
  }

  @ParameterizedTest
  @CsvSource({
    "NONE,UNCOMPRESSED",
    "GZIP,GZIP",
    "ZSTD,ZSTD",
    "LZ4,LZ4_RAW",
    "SNAPPY,SNAPPY",
  })
  void writesFilesWithTheSetCompression(Compression compression, String codec) throws SQLException {
    export(appending(), "1a");
    export(appending().compression(compression), "2b");
    IcebergTarget other = catalog.target().table("lake.other");
    export(other.compression(compression), "3c");
    inspect(
        table ->
            assertThat(table.properties())
                .containsEntry("write.parquet.compression-codec", "zstd"));
    Warehouse.with(
        folder,
        warehouse ->
            assertThat(
                    warehouse
                        .table("lake.other")
                        .properties()
                        .get("write.parquet.compression-codec"))
                .isEqualTo(codec.toLowerCase(Locale.ROOT)));
    assertRows("1a", "2b");
    assertThat(codecs("2b")).containsOnly(codec);
    assertThat(codecs("3c")).containsOnly(codec);
  }

  /**
   * Returns the codecs that DuckDB finds in the file with the given row, and checks that DuckDB
   * reads the row.
   */
  private List<String> codecs(String row) throws SQLException {
    List<String> codecs = new ArrayList<>();
    try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckDb.createStatement()) {
      for (String location : Warehouse.parquetFilesIn(folder)) {
        String file = "'" + LocalFileIO.path(location) + "'";
        try (ResultSet found =
            statement.executeQuery("SELECT id || region FROM read_parquet(" + file + ")")) {
          assertThat(found.next()).isTrue();
          if (!found.getString(1).equals(row)) {
            continue;
          }
        }
        try (ResultSet metadata =
            statement.executeQuery("SELECT compression FROM parquet_metadata(" + file + ")")) {
          while (metadata.next()) {
            codecs.add(metadata.getString(1));
          }
        }
      }
    }
    return codecs;
  }

  private static CommitResult export(IcebergTarget target, String... rows) {
    return export(target, UUID.randomUUID(), rows);
  }

  private static CommitResult export(IcebergTarget target, UUID job, String... rows) {
    return Exports.run(target, SOURCE, job, rows(rows));
  }

  /** Returns rows of a digit and a letter. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  private static List<@Nullable ByteBuffer>[] rows(String... rows) {
    List[] values = new List[rows.length];
    for (int i = 0; i < rows.length; i++) {
      values[i] =
          Exports.row(
              CqlBytes.integer(Integer.parseInt(rows[i].substring(0, 1))),
              CqlBytes.text(rows[i].substring(1)));
    }
    return values;
  }

  private void assertRows(String... rows) {
    inspect(
        table ->
            assertThat(Warehouse.rows(table))
                .extracting(row -> "" + row.getField("id") + row.getField("region"))
                .containsExactlyInAnyOrder(rows));
  }

  /** Checks that every file on disk is in a snapshot of any branch. */
  private void assertNoOrphans() {
    inspect(
        table -> {
          List<String> added = new ArrayList<>();
          for (Snapshot snapshot : table.snapshots()) {
            org.apache.iceberg.SnapshotChanges.builderFor(table)
                .snapshot(snapshot)
                .build()
                .addedDataFiles()
                .forEach(file -> added.add(file.location()));
          }
          assertThat(Warehouse.parquetFilesIn(folder)).hasSameElementsAs(added);
        });
  }

  private static List<Integer> ids(IcebergSource source) {
    return Exports.imported(source, SOURCE, "id").stream()
        .map(row -> Integer.parseInt(String.valueOf(row.get(0)), 16))
        .sorted()
        .toList();
  }

  private static long id(CommitResult result) {
    return result.snapshotId().orElseThrow();
  }

  private long current() {
    List<Long> id = new ArrayList<>();
    inspect(table -> id.add(table.currentSnapshot().snapshotId()));
    return id.get(0);
  }

  private IcebergTarget target() {
    return catalog.target().table(TABLE);
  }

  private IcebergTarget appending() {
    return target().mode(WriteMode.APPEND);
  }

  private IcebergSource source() {
    return catalog.source().table(TABLE);
  }

  private void inspect(Consumer<Table> look) {
    Warehouse.with(folder, warehouse -> look.accept(warehouse.table(TABLE)));
  }
}
