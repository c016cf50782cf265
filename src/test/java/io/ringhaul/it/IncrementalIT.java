package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.ExportRequest;
import io.ringhaul.ExportResult;
import io.ringhaul.FollowResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ChangingTable;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.RecordingSession;
import io.ringhaul.cluster.Slow;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.format.OnUnrepresentable;
import io.ringhaul.format.TypeMapping;
import io.ringhaul.format.WriteMode;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStore;
import io.ringhaul.seeds.Seeds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotChanges;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An incremental export leaves a snapshot that has the rows of the table at that moment. */
@ClusterTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IncrementalIT {

  /** The write time of rows that no incremental export reads again, a day ago. */
  private static final long OLD =
      TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis()) - TimeUnit.DAYS.toMicros(1);

  private final CqlSession session = TestCluster.session();
  private final TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
  private final String keyspace = TestCluster.newKeyspace(1);

  @TempDir private Path folder;

  @AfterAll
  void close() {
    operator.close();
  }

  private String table(String name, String columns) {
    String table = name + "_" + UUID.randomUUID().toString().substring(0, 8);
    TestCluster.define(List.of(String.format("CREATE TABLE %s.%s (%s)", keyspace, table, columns)));
    return table;
  }

  private void execute(String cql, String table) {
    session.execute(cql.replace("TABLE", keyspace + "." + table));
  }

  private IcebergTarget target(String table) {
    return IcebergTarget.warehouse(folder.resolve(table));
  }

  private ExportRequest incremental(String table) {
    return operator.export(keyspace, table).to(target(table)).incremental();
  }

  private long export(ExportRequest request) {
    ExportResult result = request.execute();
    return result.snapshotId().orElseThrow();
  }

  private void inspect(String table, java.util.function.Consumer<Table> reader) {
    Warehouse.inspect(folder.resolve(table), TableIdentifier.of(keyspace, table), reader);
  }

  @Test
  void writesOnlyChangedRowsAndTheirKeys() {
    String table = table("orders", "k int, c int, v text, n bigint, PRIMARY KEY (k, c)");
    for (int i = 0; i < 2_000; i++) {
      execute(
          String.format(
              "INSERT INTO TABLE (k, c, v) VALUES (%d, %d, 'old') USING TIMESTAMP %d",
              i / 10, i % 10, OLD),
          table);
    }
    ExportResult first = incremental(table).execute();
    execute("UPDATE TABLE SET v = 'new', n = 7 WHERE k = 3 AND c = 4", table);
    execute("INSERT INTO TABLE (k, c, v) VALUES (1000, 1, 'added')", table);
    // The marker of this row has no write time in CQL, and it has no value that tells one.
    execute("INSERT INTO TABLE (k, c) VALUES (1000, 2)", table);
    ExportResult second = incremental(table).taskCount(2).execute();
    ExportResult third = incremental(table).overlap(Duration.ZERO).execute();

    assertThat(first.rows()).isEqualTo(2_000);
    assertThat(second.rows()).isEqualTo(3);
    assertThat(second.fileBytes()).isLessThan(first.fileBytes() / 2);
    // The row without values is merged again each time.
    assertThat(third.rows()).isEqualTo(1);
    assertThat(operator.verify(keyspace, table).against(source(table)).execute().isEqual())
        .isTrue();
    inspect(
        table,
        loaded -> {
          Snapshot snapshot = loaded.snapshot(second.snapshotId().orElseThrow());
          SnapshotChanges changes = SnapshotChanges.builderFor(loaded).snapshot(snapshot).build();
          long rows = 0;
          for (DataFile file : changes.addedDataFiles()) {
            rows += file.recordCount();
          }
          long keys = 0;
          for (DeleteFile file : changes.addedDeleteFiles()) {
            keys += file.recordCount();
          }
          assertThat(rows).isEqualTo(3);
          assertThat(keys).isEqualTo(3);
          assertThat(snapshot.summary())
              .containsKeys(
                  "ringhaul.job-id",
                  "ringhaul.incremental.read-up-to",
                  "ringhaul.incremental.source");
          assertThat(Warehouse.rows(loaded)).hasSize(2_002);
        });
  }

  private IcebergSource source(String table) {
    return IcebergSource.warehouse(folder.resolve(table));
  }

  @Test
  void readsRowsOfTheOverlapAgainAndMergesThem() {
    String table = table("overlapping", "k int PRIMARY KEY, v text");
    for (int i = 0; i < 20; i++) {
      execute("INSERT INTO TABLE (k, v) VALUES (" + i + ", 'a')", table);
    }
    assertThat(incremental(table).execute().rows()).isEqualTo(20);
    assertThat(incremental(table).execute().rows()).isEqualTo(20);
    assertThat(incremental(table).overlap(Duration.ZERO).execute().rows()).isZero();
    inspect(table, loaded -> assertThat(Warehouse.rows(loaded)).hasSize(20));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "bucket(3, k)"})
  void eachSnapshotHasTheRowsOfItsMoment(String partitioning) throws InterruptedException {
    rounds(8, 1, partitioning);
  }

  @Slow
  @ParameterizedTest
  @ValueSource(strings = {"", "bucket(3, k)"})
  void hundredSnapshotsHaveTheRowsOfTheirMoments(String partitioning) throws InterruptedException {
    rounds(100, 3, partitioning);
  }

  /**
   * Changes a table at random between exports. In even rounds there are only changes that write
   * times tell, and in odd rounds also deletions and expiry, which a comparison finds.
   */
  private void rounds(int count, int expiring, String partitioning) throws InterruptedException {
    long seed = Seeds.next();
    String table = "rounds_" + UUID.randomUUID().toString().substring(0, 8);
    ChangingTable changing = new ChangingTable(keyspace, table, seed);
    IcebergTarget target =
        partitioning.isEmpty() ? target(table) : target(table).partitionBy(partitioning);
    List<Long> snapshots = new ArrayList<>();
    List<Collection<String>> states = new ArrayList<>();
    for (int round = 0; round < count; round++) {
      boolean compares = round % 2 == 1;
      changing.change(compares, compares && round / 2 % expiring == 0);
      ExportRequest request = operator.export(keyspace, table).to(target).incremental();
      snapshots.add(export(compares ? request.detectDeletes() : request));
      states.add(changing.rows());
    }
    inspect(
        table,
        loaded -> {
          for (int round = 0; round < count; round++) {
            assertThat(rowsInIceberg(loaded, snapshots.get(round)))
                .as("round %d of seed %d", round, seed)
                .containsExactlyElementsOf(states.get(round));
          }
        });
    assertThat(
            operator
                .verify(keyspace, table)
                .against(source(table).snapshot(snapshots.get(count - 1)))
                .execute()
                .isEqual())
        .isTrue();
  }

  private static Collection<String> rowsInIceberg(Table table, long snapshot) {
    List<String> rows = new ArrayList<>();
    try (CloseableIterable<Record> records =
        IcebergGenerics.read(table).useSnapshot(snapshot).build()) {
      for (Record row : records) {
        rows.add(
            ChangingTable.text(
                row.getField("k"),
                row.getField("id"),
                row.getField("s"),
                row.getField("v"),
                row.getField("n"),
                (List<?>) row.getField("l")));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    rows.sort(null);
    return rows;
  }

  @Test
  void comparisonFindsChangesOfCountersAndOfKeys() {
    String counters = table("counters", "k int PRIMARY KEY, n counter");
    String keys = table("keys", "k int, c int, PRIMARY KEY (k, c)");
    for (String table : List.of(counters, keys)) {
      assertThatThrownBy(() -> incremental(table).execute())
          .isInstanceOf(UnsuitableTableException.class)
          .hasMessageContaining("has no exported column with a write time")
          .hasMessageContaining("find the changes with detectDeletes()");
    }
    for (int i = 0; i < 10; i++) {
      execute("UPDATE TABLE SET n = n + 5 WHERE k = " + i, counters);
      execute("INSERT INTO TABLE (k, c) VALUES (" + i + ", 1)", keys);
    }
    assertThat(incremental(counters).detectDeletes().execute().rows()).isEqualTo(10);
    assertThat(incremental(keys).detectDeletes().execute().rows()).isEqualTo(10);
    execute("UPDATE TABLE SET n = n + 1 WHERE k = 3", counters);
    execute("DELETE FROM TABLE WHERE k = 3", keys);
    assertThat(incremental(counters).detectDeletes().execute().rows()).isEqualTo(1);
    assertThat(incremental(keys).detectDeletes().execute().rows()).isZero();
    for (String table : List.of(counters, keys)) {
      assertThat(operator.verify(keyspace, table).against(source(table)).execute().isEqual())
          .isTrue();
    }
  }

  @Test
  void continuesAnOrdinaryExportByComparison() {
    String table = table("ordinary", "k int PRIMARY KEY, v text");
    execute("INSERT INTO TABLE (k, v) VALUES (1, 'a')", table);
    execute("INSERT INTO TABLE (k, v) VALUES (2, 'b')", table);
    operator.export(keyspace, table).to(target(table)).execute();
    assertThatThrownBy(() -> incremental(table).execute())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(
            "it has rows, and none of its snapshots tells up to which moment an incremental export"
                + " has read")
        .hasMessageEndingWith(
            "Replace all rows once with mode(OVERWRITE), or compare all rows once with"
                + " detectDeletes()");
    execute("DELETE FROM TABLE WHERE k = 1", table);
    assertThat(incremental(table).detectDeletes().execute().rows()).isZero();
    execute("INSERT INTO TABLE (k, v) VALUES (3, 'c')", table);
    incremental(table).execute();
    inspect(table, loaded -> assertThat(Warehouse.rows(loaded)).hasSize(2));
  }

  @Test
  void followsATableInMicroBatchesAndContinuesAfterAnEnd() {
    String table = table("followed", "k int PRIMARY KEY, v text");
    execute("INSERT INTO TABLE (k, v) VALUES (1, 'a')", table);
    execute("INSERT INTO TABLE (k, v) VALUES (2, 'b')", table);
    List<Long> rows = new ArrayList<>();
    List<Long> again = new ArrayList<>();
    try (JobStore store = JobStore.file(folder.resolve("followed.db"))) {
      ExportRequest request =
          incremental(table)
              .overlap(Duration.ZERO)
              .job(JobOptions.in(store))
              .jobId("follow of " + table);
      request
          .follow()
          .every(Duration.ofMillis(10))
          .maxBatches(2)
          .onBatch(
              batch -> {
                rows.add(batch.rows());
                execute("INSERT INTO TABLE (k, v) VALUES (3, 'c')", table);
              })
          .execute();
      execute("DELETE FROM TABLE WHERE k = 1", table);
      FollowResult result =
          request
              .follow()
              .every(Duration.ofMillis(10))
              .detectDeletesEvery(Duration.ofDays(1))
              .maxBatches(2)
              .onBatch(batch -> again.add(batch.rows()))
              .execute();
      assertThat(result.batches()).isEqualTo(2);
      assertThat(store.list()).hasSize(4);
    }
    assertThat(rows).containsExactly(2L, 1L);
    assertThat(again).containsExactly(0L, 0L);
    inspect(
        table,
        loaded -> {
          assertThat(loaded.snapshots()).hasSize(4);
          assertThat(Warehouse.rows(loaded)).hasSize(2);
        });
  }

  @Test
  void followWithoutAJobStoreExportsAllChangesAfterARestart() {
    String table = table("restarted", "k int PRIMARY KEY, v text");
    for (int restart = 0; restart < 3; restart++) {
      execute("INSERT INTO TABLE (k, v) VALUES (" + restart + ", 'a')", table);
      FollowResult result =
          incremental(table)
              .overlap(Duration.ZERO)
              .jobId("follow of " + table)
              .follow()
              .every(Duration.ofMillis(10))
              .maxBatches(2)
              .execute();
      assertThat(result.rows()).isEqualTo(1);
    }
    inspect(
        table,
        loaded -> {
          assertThat(loaded.snapshots()).hasSize(6);
          assertThat(Warehouse.rows(loaded)).hasSize(3);
        });
  }

  @Test
  void followWithALostJobStoreExportsAllChanges() {
    String table = table("lost", "k int PRIMARY KEY, v text");
    for (int restart = 0; restart < 2; restart++) {
      execute("INSERT INTO TABLE (k, v) VALUES (" + restart + ", 'a')", table);
      try (JobStore store = JobStore.file(folder.resolve(table + restart + ".db"))) {
        incremental(table)
            .overlap(Duration.ZERO)
            .job(JobOptions.in(store))
            .jobId("follow of " + table)
            .follow()
            .maxBatches(1)
            .execute();
      }
    }
    inspect(table, loaded -> assertThat(Warehouse.rows(loaded)).hasSize(2));
  }

  @Test
  void followWithAnOldCopyOfItsJobStoreExportsAllChanges() throws IOException {
    String table = table("restored", "k int PRIMARY KEY, v text");
    Path jobs = folder.resolve(table + ".db");
    Path copy = folder.resolve(table + "-copy.db");
    execute("INSERT INTO TABLE (k, v) VALUES (1, 'a')", table);
    assertThat(followed(table, jobs).rows()).isEqualTo(1);
    Files.copy(jobs, copy);
    execute("INSERT INTO TABLE (k, v) VALUES (2, 'a')", table);
    assertThat(followed(table, jobs).rows()).isEqualTo(1);
    execute("INSERT INTO TABLE (k, v) VALUES (3, 'a')", table);
    assertThatThrownBy(() -> followed(table, copy))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("has the rows of export");
    assertThat(followed(table, copy).rows()).isEqualTo(1);
    inspect(table, loaded -> assertThat(Warehouse.rows(loaded)).hasSize(3));
  }

  private FollowResult followed(String table, Path jobs) {
    try (JobStore store = JobStore.file(jobs)) {
      return incremental(table)
          .overlap(Duration.ZERO)
          .job(JobOptions.in(store))
          .jobId("follow of " + table)
          .follow()
          .maxBatches(1)
          .execute();
    }
  }

  @Test
  void refusesTheJobIdOfAnEarlierExportBeforeItReads() {
    String table = table("repeated", "k int PRIMARY KEY, v text");
    execute("INSERT INTO TABLE (k, v) VALUES (1, 'a')", table);
    incremental(table).jobId("nightly").execute();
    execute("INSERT INTO TABLE (k, v) VALUES (2, 'b')", table);
    for (ExportRequest again : List.of(incremental(table), incremental(table).detectDeletes())) {
      assertThatThrownBy(() -> again.jobId("nightly").execute())
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("an incremental export takes a job id of its own each time")
          .hasMessageEndingWith("Leave out jobId, or set another");
    }
    assertThat(incremental(table).overlap(Duration.ZERO).execute().rows()).isEqualTo(1);
    inspect(table, loaded -> assertThat(Warehouse.rows(loaded)).hasSize(2));
  }

  @Test
  void comparisonFindsValuesOfAnAddedColumn() {
    String table = table("widened", "k int PRIMARY KEY, v text");
    for (int i = 0; i < 5; i++) {
      execute("INSERT INTO TABLE (k, v) VALUES (" + i + ", 'a')", table);
    }
    incremental(table).execute();
    TestCluster.define(List.of("ALTER TABLE " + keyspace + "." + table + " ADD b text"));
    execute("UPDATE TABLE SET b = 'b' WHERE k = 3", table);
    execute("DELETE FROM TABLE WHERE k = 4", table);
    assertThat(incremental(table).detectDeletes().execute().rows()).isEqualTo(1);
    assertThat(incremental(table).detectDeletes().execute().rows()).isZero();
    assertThat(operator.verify(keyspace, table).against(source(table)).execute().isEqual())
        .isTrue();
    inspect(
        table,
        loaded -> {
          assertThat(loaded.schema().findField("b")).isNotNull();
          assertThat(Warehouse.rows(loaded)).hasSize(4);
        });
  }

  @Test
  void comparisonTakesPaddedDecimalsForEqual() {
    String table =
        table(
            "scaled",
            "k int, c decimal, d decimal, t decimal, l list<decimal>, " + "PRIMARY KEY (k, c)");
    IcebergTarget target = target(table).decimals(38, 18).asText("t");
    for (int i = 0; i < 5; i++) {
      execute("INSERT INTO TABLE (k, c, d, t, l) VALUES (" + i + ", 1.5, 2.5, 3.5, [4.5])", table);
    }
    operator.export(keyspace, table).to(target).incremental().execute();
    assertThat(operator.verify(keyspace, table).against(source(table)).execute().isEqual())
        .isTrue();
    ExportRequest compared =
        operator.export(keyspace, table).to(target(table)).incremental().detectDeletes();
    assertThat(compared.execute().rows()).isZero();
    execute("UPDATE TABLE SET d = 2.50 WHERE k = 1 AND c = 1.50", table);
    execute("UPDATE TABLE SET d = 2.51 WHERE k = 2 AND c = 1.50", table);
    // The column is text, so that it has the scale.
    execute("UPDATE TABLE SET t = 3.50 WHERE k = 3 AND c = 1.50", table);
    assertThat(
            operator
                .export(keyspace, table)
                .to(target(table))
                .incremental()
                .detectDeletes()
                .execute()
                .rows())
        .isEqualTo(2);
    assertThat(operator.verify(keyspace, table).against(source(table)).execute().isEqual())
        .isTrue();
    inspect(
        table,
        loaded ->
            assertThat(Warehouse.rows(loaded))
                .extracting(row -> row.getField("t"))
                .containsOnly("3.5", "3.50"));
  }

  @Test
  void comparisonWritesDecimalsWithTheirScale() {
    String table = table("strict", "k int, c decimal, d decimal, PRIMARY KEY (k, c)");
    IcebergTarget target = target(table).decimal("c", 10, 2).decimal("d", 10, 2);
    execute("INSERT INTO TABLE (k, c, d) VALUES (1, 1.50, 1.25)", table);
    execute("INSERT INTO TABLE (k, c, d) VALUES (2, 2.50, 2.25)", table);
    operator.export(keyspace, table).to(target).incremental().execute();
    execute("INSERT INTO TABLE (k, c, d) VALUES (1, 1.50, 10.50)", table);
    execute("INSERT INTO TABLE (k, c, d) VALUES (3, 30.00, 20.00)", table);
    execute("DELETE FROM TABLE WHERE k = 2 AND c = 2.50", table);
    ExportRequest compared =
        operator.export(keyspace, table).to(target).incremental().detectDeletes();
    assertThat(compared.execute().rows()).isEqualTo(2);
    assertThat(compared.execute().rows()).isZero();
    inspect(
        table,
        loaded ->
            assertThat(Warehouse.rows(loaded))
                .extracting(row -> row.getField("c") + " " + row.getField("d"))
                .containsExactlyInAnyOrder("1.50 10.50", "30.00 20.00"));
    // The column cannot preserve this scale: the row is rejected with the value that it has.
    execute("INSERT INTO TABLE (k, c, d) VALUES (4, 4.00, 7.500)", table);
    Path rejects = folder.resolve("rejects_of_" + table);
    assertThat(
            compared
                .onUnrepresentable(OnUnrepresentable.REJECT)
                .rejectsTo(rejects)
                .execute()
                .rows())
        .isZero();
    // The scale 3 and the digits 7500.
    assertThat(rejects).content().containsIgnoringCase("000000031d4c");
  }

  /** Keys that the column cannot tell apart end the export, so that no row replaces another. */
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {"decimal, 1.00, 1.0", "time, '10:00:00.000001', '10:00:00.000001001'"})
  void neverMergesTwoKeysIntoOne(String type, String first, String second) {
    String table = table("keyed_" + type, "k " + type + " PRIMARY KEY, v text");
    IcebergTarget target = target(table);
    IcebergTarget typed =
        type.equals("decimal") ? target.decimal("k", 10, 2) : target.types(TypeMapping.ANALYTICS);
    execute("INSERT INTO TABLE (k, v) VALUES (" + first + ", 'a')", table);
    operator.export(keyspace, table).to(typed).incremental().execute();
    execute("INSERT INTO TABLE (k, v) VALUES (" + second + ", 'b')", table);
    for (ExportRequest next : List.of(incremental(table), incremental(table).detectDeletes())) {
      assertThatThrownBy(next::execute)
          .isInstanceOf(UnrepresentableValueException.class)
          .hasMessageContaining(": k is ");
    }
    inspect(table, loaded -> assertThat(Warehouse.rows(loaded)).hasSize(1));
  }

  /** The scan reads the whole table; what is written depends on the changes alone. */
  @Test
  void writesInProportionToTheChanges() {
    List<Long> bytes = new ArrayList<>();
    for (int rows : List.of(400, 4_000)) {
      String table = table("proportional", "k int PRIMARY KEY, v text");
      PreparedStatement insert =
          session.prepare(
              "INSERT INTO " + keyspace + "." + table + " (k, v) VALUES (?, ?) USING TIMESTAMP ?");
      for (int i = 0; i < rows; i++) {
        session.execute(insert.bind(i, "value " + i, OLD));
      }
      Scan full = scan(table);
      execute("UPDATE TABLE SET v = 'changed' WHERE k IN (0, 1, 2, 3, 4, 5, 6)", table);
      Scan changed = scan(table);
      Scan none = scan(table);

      assertThat(full.result().rows()).isEqualTo(rows);
      assertThat(changed.result().rows()).isEqualTo(7);
      assertThat(none.result().rows()).isZero();
      assertThat(none.result().files()).isZero();
      // Each of two tasks has at most one file of rows and one of keys.
      assertThat(changed.result().files()).isLessThanOrEqualTo(4);
      bytes.add(changed.result().fileBytes());
      assertThat(changed.pages()).isEqualTo(full.pages()).isEqualTo(none.pages());
      inspect(
          table,
          loaded -> {
            SnapshotChanges added =
                SnapshotChanges.builderFor(loaded)
                    .snapshot(loaded.snapshot(changed.result().snapshotId().orElseThrow()))
                    .build();
            long written = 0;
            for (DataFile file : added.addedDataFiles()) {
              written += file.recordCount();
            }
            long deleted = 0;
            for (DeleteFile file : added.addedDeleteFiles()) {
              deleted += file.recordCount();
            }
            assertThat(written).isEqualTo(7);
            assertThat(deleted).isEqualTo(7);
            assertThat(added.removedDataFiles()).isEmpty();
          });
    }
    // The same changes to ten times the rows.
    assertThat(bytes.get(1)).isCloseTo(bytes.get(0), Percentage.withPercentage(20));
  }

  private record Scan(ExportResult result, long pages) {}

  private Scan scan(String table) {
    RecordingSession watch = new RecordingSession(session);
    try (TokenAwareBulkOperator watched = TokenAwareBulkOperator.over(watch.session())) {
      ExportResult result =
          watched
              .export(keyspace, table)
              .to(target(table))
              .incremental()
              .overlap(Duration.ZERO)
              .taskCount(2)
              .fixedTasks()
              .pageSize(100)
              .execute();
      return new Scan(result, watch.sent().size());
    }
  }

  @Test
  void beginsAnewByReplacingAllRows() {
    String table = table("anew", "k int PRIMARY KEY, v text");
    execute("INSERT INTO TABLE (k, v) VALUES (1, 'a')", table);
    incremental(table).execute();
    execute("DELETE FROM TABLE WHERE k = 1", table);
    execute("INSERT INTO TABLE (k, v) VALUES (2, 'b')", table);
    operator
        .export(keyspace, table)
        .to(target(table).mode(WriteMode.OVERWRITE))
        .incremental()
        .execute();
    inspect(table, loaded -> assertThat(Warehouse.rows(loaded)).hasSize(1));
  }

  @Test
  void refusesWhatItCannotMerge() {
    String floats = table("floats", "k float PRIMARY KEY, v text");
    assertThatThrownBy(() -> incremental(floats).execute())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("equality deletes cannot compare");
    String table = table("refused", "k int PRIMARY KEY, v int");
    execute("INSERT INTO TABLE (k, v) VALUES (1, 1)", table);
    assertThatThrownBy(
            () ->
                operator
                    .export(keyspace, table)
                    .to(target(table).partitionBy("v"))
                    .incremental()
                    .execute())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("it is partitioned by v, which is not part of the primary key");
    assertThatThrownBy(
            () ->
                operator
                    .export(keyspace, table)
                    .to(CsvTarget.folder(folder.resolve("csv")))
                    .incremental()
                    .execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("only Iceberg tables do");
    assertThatThrownBy(() -> incremental(table).where("v = 1").allowFiltering().execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("where does not go with incremental()");
    assertThatThrownBy(() -> incremental(table).maxRows(1).execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("maxRows does not go with incremental()");
    assertThatThrownBy(() -> incremental(table).detectDeletes().withTtl().execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("withTtl does not go with detectDeletes()");
    assertThatThrownBy(
            () -> operator.export(keyspace, table).to(target(table)).detectDeletes().execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("detectDeletes is for incremental exports");
    assertThatThrownBy(
            () ->
                operator
                    .export(keyspace, table)
                    .to(target(table).mode(WriteMode.APPEND))
                    .incremental()
                    .execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("incremental merges rows");
    incremental(table).execute();
    String recreated = keyspace + "." + table;
    TestCluster.define(
        List.of(
            "DROP TABLE " + recreated,
            "CREATE TABLE " + recreated + " (k int PRIMARY KEY, v int)"));
    assertThatThrownBy(() -> incremental(table).execute())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("dropped and created again");
  }
}
