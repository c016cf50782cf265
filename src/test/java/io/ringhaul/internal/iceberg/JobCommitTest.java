package io.ringhaul.internal.iceberg;

import static io.ringhaul.internal.cql.CqlBytes.integer;
import static io.ringhaul.internal.iceberg.Exports.row;
import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.WriteMode;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.UpdateProperties;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests repeated exports of one job id, without a job store, after maintenance of the table. */
@ParameterizedClass
@EnumSource(TestedCatalog.class)
class JobCommitTest {

  private static final TableDescription SOURCE =
      Exports.table(new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY));

  private final UUID job = UUID.randomUUID();
  private final TestedCatalog kind;
  @TempDir private Path folder;
  private TestedCatalog.Opened catalog;

  JobCommitTest(TestedCatalog kind) {
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
  @EnumSource(WriteMode.class)
  void isCommittedOnceAfterItsSnapshotHasExpired(WriteMode mode) {
    CommitResult first = Exports.run(target().mode(mode), SOURCE, job, row(integer(1)));
    append(2);
    expire();
    CommitResult again = Exports.run(target().mode(mode), SOURCE, job, row(integer(1)));
    assertThat(again)
        .isEqualTo(
            new CommitResult(
                first.location(), first.files(), first.fileBytes(), OptionalLong.empty()));
    assertIds(1, 2);
    assertNoOrphans();
  }

  @Test
  void isCommittedOnceAfterItsFilesWereRewritten() {
    Exports.run(target(), SOURCE, job, row(integer(1)));
    append(2);
    rewrite();
    expire();
    Exports.run(target(), SOURCE, job, row(integer(1)));
    assertIds(1, 2);
  }

  @Test
  void isCommittedOnceAfterItsRowsWereReplaced() {
    Exports.run(target(), SOURCE, job, row(integer(1)));
    Exports.run(target().mode(WriteMode.OVERWRITE), SOURCE, row(integer(2)));
    expire();
    Exports.run(target().mode(WriteMode.OVERWRITE), SOURCE, job, row(integer(1)));
    assertIds(2);
  }

  @Test
  void refusesBranchesThatHaveItsSnapshot() {
    Exports.run(target(), SOURCE, job, row(integer(1)));
    append(2);
    inspect(
        table -> {
          assertThat(commitOf(job).absence(CommitMode.APPEND).validate(table.snapshots()))
              .isFalse();
          assertThat(
                  commitOf(UUID.randomUUID())
                      .absence(CommitMode.APPEND)
                      .validate(table.snapshots()))
              .isTrue();
        });
  }

  private static JobCommit commitOf(UUID job) {
    return new JobCommit(new InMemoryCatalog(), TableIdentifier.of("lake", "t"), "main", job);
  }

  @Test
  void isFoundByItsFilesIfThePropertyIsMissing() {
    CommitResult first =
        Exports.run(
            target().targetFileSize(1 << 20), SOURCE, job, row(integer(1)), row(integer(2)));
    append(3);
    expire();
    inspect(
        table -> {
          UpdateProperties update = table.updateProperties();
          remembered(table).forEach(update::remove);
          update.commit();
        });
    CommitResult again = Exports.run(target(), SOURCE, job, row(integer(1)), row(integer(2)));
    assertThat(again.files()).isEqualTo(first.files());
    assertThat(again.fileBytes()).isEqualTo(first.fileBytes());
    assertIds(1, 2, 3);
    assertNoOrphans();
  }

  @Test
  void isCommittedIfOnlyItsPropertyIsInATableWithAllSnapshots() {
    append(1);
    inspect(
        table -> commitOf(job).property(List.of()).forEach((key, value) -> set(table, key, value)));
    Exports.run(target().mode(WriteMode.APPEND), SOURCE, job, row(integer(2)));
    assertIds(1, 2);
  }

  private static void set(Table table, String key, String value) {
    table.updateProperties().set(key, value).commit();
  }

  @Test
  void isCommittedAgainAfterARollback() {
    append(1);
    IcebergTarget appending = target().mode(WriteMode.APPEND);
    Exports.run(appending, SOURCE, job, row(integer(2)));
    inspect(
        table -> table.manageSnapshots().rollbackTo(table.currentSnapshot().parentId()).commit());
    assertIds(1);
    assertThat(Exports.run(appending, SOURCE, job, row(integer(2))).snapshotId()).isPresent();
    assertIds(1, 2);
  }

  @Test
  void isFoundOnlyOnItsBranch() {
    append(1);
    IcebergTarget audit = target().mode(WriteMode.APPEND).branch("audit");
    Exports.run(audit, SOURCE, job, row(integer(2)));
    Exports.run(audit, SOURCE, row(integer(3)));
    append(4);
    inspect(
        table -> table.expireSnapshots().expireOlderThan(Long.MAX_VALUE).retainLast(1).commit());
    Exports.run(audit, SOURCE, job, row(integer(2)));
    assertThat(Exports.imported(catalog.source().table("lake.t").branch("audit"), SOURCE))
        .containsExactlyInAnyOrder(List.of("00000001"), List.of("00000002"), List.of("00000003"));
    assertIds(1, 4);
    Exports.run(target().mode(WriteMode.APPEND), SOURCE, job, row(integer(2)));
    assertIds(1, 2, 4);
  }

  @Test
  void limitsTheNumberOfJobProperties() {
    for (int id = 0; id < JobCommit.REMEMBERED + 2; id++) {
      append(id);
    }
    Exports.run(target().mode(WriteMode.APPEND), SOURCE, job, row(integer(77)));
    inspect(
        table ->
            assertThat(remembered(table))
                .hasSize(JobCommit.REMEMBERED)
                .contains(JobCommit.PROPERTY + job));
  }

  private IcebergTarget target() {
    return catalog.target().table("lake.t");
  }

  private void append(int id) {
    Exports.run(target().mode(WriteMode.APPEND), SOURCE, row(integer(id)));
  }

  /** Replaces each file with a copy, as a compaction does. */
  private void rewrite() {
    inspect(
        table -> {
          for (DataFile file : Warehouse.dataFiles(table)) {
            String copy = file.location().replaceFirst("[^/]*$", UUID.randomUUID() + ".parquet");
            copy(file.location(), copy);
            table
                .newRewrite()
                .deleteFile(file)
                .addFile(
                    org.apache.iceberg.DataFiles.builder(PartitionSpec.unpartitioned())
                        .copy(file)
                        .withPath(copy)
                        .build())
                .commit();
          }
        });
  }

  private static void copy(String from, String to) {
    try {
      Files.copy(LocalFileIO.path(from), LocalFileIO.path(to));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void expire() {
    inspect(
        table -> {
          table.expireSnapshots().expireOlderThan(Long.MAX_VALUE).retainLast(1).commit();
          assertThat(Warehouse.snapshots(table)).hasSize(1);
        });
  }

  private static List<String> remembered(Table table) {
    return table.properties().keySet().stream()
        .filter(key -> key.startsWith(JobCommit.PROPERTY))
        .toList();
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
        table -> {
          Set<String> known = Set.copyOf(Warehouse.locations(Warehouse.dataFiles(table)));
          assertThat(new ArrayList<>(Warehouse.parquetFilesIn(folder)))
              .filteredOn(file -> !known.contains(file))
              .isEmpty();
        });
  }
}
