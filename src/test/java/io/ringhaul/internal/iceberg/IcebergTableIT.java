package io.ringhaul.internal.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.ExportRequest;
import io.ringhaul.ExportResult;
import io.ringhaul.ImportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.WriteMode;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericFileWriterFactory;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.deletes.EqualityDeleteWriter;
import org.apache.iceberg.deletes.PositionDelete;
import org.apache.iceberg.deletes.PositionDeleteWriter;
import org.apache.iceberg.encryption.EncryptedFiles;
import org.apache.iceberg.encryption.EncryptedOutputFile;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exports to and imports from Iceberg tables, checked with Iceberg's own readers and writers. */
@ClusterTest
class IcebergTableIT {

  private static final int ORDERS = 360;
  private static final String TABLE = "lake.orders";

  private static CqlSession session;
  private static TokenAwareBulkOperator operator;
  private static String keyspace;
  private static int tables;

  @TempDir Path folder;

  @BeforeAll
  static void insertOrders() {
    session = TestCluster.session();
    operator = TokenAwareBulkOperator.over(session);
    keyspace = TestCluster.newKeyspace(1);
    Orders.create(keyspace + ".orders");
    Orders.insert(session, keyspace + ".orders", 0, ORDERS);
  }

  @AfterAll
  static void close() {
    operator.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"hash", "none"})
  void partitionsByMonthWithMorePartitionsThanOpenWriters(String distribution) {
    ExportResult result =
        export(
                "orders",
                target()
                    .partitionBy("month(order_date)")
                    .property("write.distribution-mode", distribution))
            .taskCount(4)
            .execute();

    assertThat(result.rows()).isEqualTo(ORDERS);
    Warehouse.with(
        folder,
        warehouse -> {
          Table table = warehouse.table(TABLE);
          assertThat(table.spec().fields()).hasSize(1);
          assertThat(Warehouse.eachFileHoldsOnePartition(table)).hasSize(60);
          if (distribution.equals("hash")) {
            assertThat(result.files()).isEqualTo(60);
          } else {
            assertThat(result.files()).isGreaterThan(60);
          }
          assertThat(Orders.byId(Warehouse.rows(table))).isEqualTo(Orders.exported(0, ORDERS));
          assertThat(result.files()).isEqualTo(Warehouse.dataFiles(table).size());
          assertThat(result.fileBytes())
              .isEqualTo(
                  Warehouse.dataFiles(table).stream().mapToLong(DataFile::fileSizeInBytes).sum());
          assertThat(warehouse.parquetFilesOnDisk())
              .isEqualTo(Warehouse.locations(Warehouse.dataFiles(table)));
        });
  }

  @Test
  void partitionsByBucketAndTruncate() {
    export("orders", target().partitionBy("bucket(4, customer)", "truncate(200, id)")).execute();

    Warehouse.with(
        folder,
        warehouse -> {
          Table table = warehouse.table(TABLE);
          assertThat(Warehouse.eachFileHoldsOnePartition(table)).hasSizeBetween(3, 10);
          assertThat(Orders.byId(Warehouse.rows(table))).isEqualTo(Orders.exported(0, ORDERS));
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"amount", "ip", "big", "day(at)", "truncate(10, customer)"})
  void partitionsByTypesStoredAsText(String expression) {
    String source = newTable(Orders.COLUMNS);
    Orders.insert(session, keyspace + "." + source, 0, 24);

    export(source, target().partitionBy(expression)).execute();

    Warehouse.with(
        folder,
        warehouse -> {
          Table table = warehouse.table(TABLE);
          assertThat(Warehouse.eachFileHoldsOnePartition(table)).hasSizeGreaterThan(1);
          assertThat(Orders.byId(Warehouse.rows(table))).isEqualTo(Orders.exported(0, 24));
        });
    String copy = newTable(Orders.COLUMNS);
    operator.importInto(keyspace, copy).from(source()).execute();
    assertThat(Orders.bytesById(session, keyspace + "." + copy))
        .isEqualTo(Orders.bytesById(session, keyspace + "." + source));
  }

  @Test
  void appendsASnapshotAndReadsAnEarlierOne() {
    String source = newTable(Orders.COLUMNS);
    Orders.insert(session, keyspace + "." + source, 0, 30);
    ExportResult first = export(source, target()).execute();
    Orders.insert(session, keyspace + "." + source, 30, 40);
    ExportResult second = export(source, target()).execute();

    long firstId = first.snapshotId().orElseThrow();
    long secondId = second.snapshotId().orElseThrow();
    List<Long> times = new ArrayList<>();
    Warehouse.with(
        folder,
        warehouse -> {
          Table table = warehouse.table(TABLE);
          assertThat(Warehouse.snapshots(table))
              .extracting(Snapshot::snapshotId)
              .containsExactly(firstId, secondId);
          assertThat(Warehouse.snapshots(table))
              .extracting(snapshot -> snapshot.summary().get(JobCommit.JOB_ID))
              .containsExactly(first.jobId().toString(), second.jobId().toString());
          List<Integer> ids = new ArrayList<>();
          Warehouse.rows(table).forEach(row -> ids.add((Integer) row.getField("id")));
          assertThat(ids).hasSize(30 + 40);
          assertThat(new TreeSet<>(ids)).hasSize(40);
          times.add(table.snapshot(firstId).timestampMillis());
          times.add(table.snapshot(secondId).timestampMillis());
        });

    assertThat(imported(source())).hasSize(40);
    assertThat(imported(source().snapshot(firstId))).hasSize(30);
    assertThat(imported(source().snapshot(secondId))).hasSize(40);
    assertThat(imported(source().asOf(Instant.ofEpochMilli(times.get(0))))).hasSize(30);
    assertThat(imported(source().asOf(Instant.ofEpochMilli(times.get(1) - 1)))).hasSize(30);
    assertThat(imported(source().asOf(Instant.ofEpochMilli(times.get(1))))).hasSize(40);
    assertThatThrownBy(
            () -> imported(source().asOf(Instant.ofEpochMilli(times.get(0)).minusMillis(1))))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("had no snapshot yet at");
    assertThatThrownBy(() -> imported(source().snapshot(77)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("has no snapshot 77");
  }

  @Test
  void repeatedJobCommitsOnce() {
    UUID job = UUID.randomUUID();
    ExportResult first = export("orders", target()).jobId(job).execute();
    ExportResult second = export("orders", target()).jobId(job).execute();

    assertThat(second.snapshotId()).isEqualTo(first.snapshotId());
    assertThat(second.files()).isEqualTo(first.files());
    assertThat(second.fileBytes()).isEqualTo(first.fileBytes());
    Warehouse.with(
        folder,
        warehouse -> {
          Table table = warehouse.table(TABLE);
          assertThat(Warehouse.snapshots(table)).hasSize(1);
          assertThat(Orders.byId(Warehouse.rows(table))).hasSize(ORDERS);
          assertThat(warehouse.parquetFilesOnDisk())
              .isEqualTo(Warehouse.locations(Warehouse.dataFiles(table)));
        });
  }

  @Test
  void exportsAnEmptyTable() {
    String source = newTable(Orders.COLUMNS);
    ExportResult result = export(source, target()).execute();

    assertThat(result.rows()).isZero();
    assertThat(result.files()).isZero();
    assertThat(result.snapshotId()).isPresent();
    Warehouse.with(
        folder,
        warehouse -> {
          assertThat(Warehouse.rows(warehouse.table(TABLE))).isEmpty();
          assertThat(warehouse.parquetFilesOnDisk()).isEmpty();
        });
    assertThat(imported(source())).isEmpty();
  }

  @Test
  void rejectsATableThatDoesNotFit() {
    Warehouse.with(
        folder,
        warehouse ->
            create(
                warehouse.catalog(),
                new Schema(
                    NestedField.required(1, "id", Types.IntegerType.get()),
                    NestedField.optional(2, "amount", Types.IntegerType.get()),
                    NestedField.optional(3, "order_date", Types.DateType.get())),
                PartitionSpec.unpartitioned()));

    assertThatThrownBy(
            () -> export("orders", target()).columns("id", "amount", "customer").execute())
        .isInstanceOfSatisfying(
            StorageException.class, e -> assertThat(e.location()).endsWith(TABLE))
        .hasMessageContaining(
            "column amount: CQL type decimal is not compatible with Iceberg type int");
    assertNothingWritten();

    ExportResult fitting = export("orders", target()).columns("order_date", "id").execute();
    assertThat(fitting.rows()).isEqualTo(ORDERS);
  }

  @Test
  void rejectsAnotherPartitioning() {
    export("orders", target().partitionBy("bucket(2, id)")).execute();
    List<String> before = Warehouse.parquetFilesIn(folder);

    assertThatThrownBy(() -> export("orders", target().partitionBy("bucket(4, id)")).execute())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(TABLE)
        .hasMessageContaining("bucket[2]")
        .hasMessageContaining("bucket[4]");

    assertThat(Warehouse.parquetFilesIn(folder)).isEqualTo(before);
    export("orders", target().partitionBy("bucket(2, id)")).execute();
    export("orders", target()).execute();
    Warehouse.with(
        folder,
        warehouse -> {
          Table table = warehouse.table(TABLE);
          assertThat(Warehouse.snapshots(table)).hasSize(3);
          assertThat(Warehouse.eachFileHoldsOnePartition(table)).hasSize(2);
          assertThat(Warehouse.rows(table)).hasSize(3 * ORDERS);
        });
  }

  @Test
  void appliesDeletes() throws IOException {
    export("orders", target()).execute();
    Set<Integer> expected = new TreeSet<>();
    try (Warehouse warehouse = new Warehouse(folder)) {
      Table table = warehouse.table(TABLE);
      DataFile file = Warehouse.dataFiles(table).get(0);
      List<Record> rows = Warehouse.rows(table, file);
      for (int id = 0; id < ORDERS; id++) {
        expected.add(id);
      }
      expected.remove((Integer) rows.get(0).getField("id"));
      expected.remove((Integer) rows.get(2).getField("id"));
      expected.removeAll(Set.of(100, 101, 359));
      Schema key = table.schema().select("id");
      GenericFileWriterFactory writers =
          new GenericFileWriterFactory.Builder(table)
              .dataSchema(table.schema())
              .dataFileFormat(FileFormat.PARQUET)
              .deleteFileFormat(FileFormat.PARQUET)
              .equalityFieldIds(new int[] {table.schema().findField("id").fieldId()})
              .equalityDeleteRowSchema(key)
              .build();
      PositionDeleteWriter<Record> positions =
          writers.newPositionDeleteWriter(output(table, "positions"), table.spec(), null);
      try (positions) {
        positions.write(PositionDelete.<Record>create().set(file.location(), 0));
        positions.write(PositionDelete.<Record>create().set(file.location(), 2));
      }
      EqualityDeleteWriter<Record> equals =
          writers.newEqualityDeleteWriter(output(table, "equals"), table.spec(), null);
      try (equals) {
        for (int id : List.of(100, 101, 359)) {
          equals.write(GenericRecord.create(key).copy(Map.of("id", id)));
        }
      }
      table
          .newRowDelta()
          .addDeletes(positions.toDeleteFile())
          .addDeletes(equals.toDeleteFile())
          .commit();
    }

    assertThat(imported(source())).isEqualTo(expected);
    // Deletes also apply if the import does not include all columns that they compare.
    String keys = newTable("id int PRIMARY KEY");
    operator.importInto(keyspace, keys).from(source()).columns("id").execute();
    assertThat(ids(keys)).isEqualTo(expected);
  }

  @Test
  void importsATableWithOtherColumns() throws IOException {
    Schema schema =
        new Schema(
            NestedField.optional(1, "extra", Types.StringType.get()),
            NestedField.optional(2, "total", Types.IntegerType.get()),
            NestedField.required(3, "id", Types.IntegerType.get()));
    try (Warehouse warehouse = new Warehouse(folder)) {
      Table table = create(warehouse.catalog(), schema, PartitionSpec.unpartitioned());
      DataWriter<Record> writer =
          new GenericFileWriterFactory.Builder(table)
              .dataSchema(schema)
              .dataFileFormat(FileFormat.PARQUET)
              .build()
              .newDataWriter(output(table, "data"), table.spec(), null);
      try (writer) {
        GenericRecord record = GenericRecord.create(schema);
        writer.write(record.copy(Map.of("extra", "x", "total", Integer.MAX_VALUE, "id", 1)));
        writer.write(record.copy(Map.of("extra", "y", "total", -1, "id", 2)));
        writer.write(record.copy(Map.of("id", 3)));
      }
      table.newAppend().appendFile(writer.toDataFile()).commit();
    }
    String copy = newTable("id int PRIMARY KEY, total bigint, customer text");

    assertThatThrownBy(() -> operator.importInto(keyspace, copy).from(source()).execute())
        .isInstanceOf(StorageException.class)
        .hasMessage(
            "The Iceberg table lake.orders does not fit %s.%s: its column extra is not in the"
                + " table; select columns to leave it out",
            keyspace, copy);
    assertThat(ids(copy)).isEmpty();

    ImportResult result =
        operator.importInto(keyspace, copy).from(source()).columns("id", "total").execute();

    assertThat(result.rows()).isEqualTo(3);
    Map<Integer, List<@Nullable Object>> rows = new TreeMap<>();
    session
        .execute("SELECT id, total, customer, writetime(customer) FROM " + keyspace + "." + copy)
        .forEach(
            row -> {
              List<@Nullable Object> values = new ArrayList<>();
              values.add(row.getObject(1));
              values.add(row.getObject(2));
              values.add(row.getObject(3));
              rows.put(row.getInt(0), values);
            });
    Map<Integer, List<@Nullable Object>> expected = new TreeMap<>();
    expected.put(1, nullable((long) Integer.MAX_VALUE, null, null));
    expected.put(2, nullable(-1L, null, null));
    expected.put(3, nullable(null, null, null));
    assertThat(rows).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "month(d)", "n"})
  void unrepresentableValueLeavesNoFiles(String partition) {
    String source = newTable("id int, c int, n int, d date, PRIMARY KEY (id, c)");
    PreparedStatement insert =
        session.prepare(
            "INSERT INTO " + keyspace + "." + source + " (id, c, n, d) VALUES (?,?,?,?)");
    for (int id = 0; id < 200; id++) {
      session.execute(insert.bind(id, 0, id % 20, Orders.order(id).get(1)));
    }
    session.execute(
        insert.bind(77, 5, 0, Orders.order(77).get(1)).setBytesUnsafe(2, ByteBuffer.allocate(0)));

    IcebergTarget target = partition.isEmpty() ? target() : target().partitionBy(partition);
    assertThatThrownBy(() -> export(source, target).execute())
        .isInstanceOfSatisfying(
            UnrepresentableValueException.class, e -> assertThat(e.column()).isEqualTo("n"))
        .hasMessage(
            "Table %s.%s, row (\"id\" = 77, \"c\" = 5): n holds the empty value of int (zero bytes,"
                + " neither null nor a value), which only raw bytes can represent",
            keyspace, source);

    Warehouse.with(
        folder,
        warehouse -> {
          assertThat(warehouse.hasTable(TABLE)).isFalse();
          assertThat(warehouse.parquetFilesOnDisk()).isEmpty();
        });
  }

  @Test
  void reportsATimestampOutOfIcebergsRange() {
    String source = newTable("id int PRIMARY KEY, at timestamp");
    session.execute(
        "INSERT INTO " + keyspace + "." + source + " (id, at) VALUES (1, 9223372036854775807)");
    for (IcebergTarget target : List.of(target(), target().partitionBy("day(at)"))) {
      assertThatThrownBy(() -> export(source, target).execute())
          .isInstanceOfSatisfying(
              UnrepresentableValueException.class, e -> assertThat(e.column()).isEqualTo("at"))
          .hasMessageStartingWith("Table " + keyspace + "." + source + ", row (\"id\" = 1): at ");
    }
    assertNothingWritten();
  }

  @Test
  void concurrentExportsCreateOneTable() {
    CompletableFuture<ExportResult> first = export("orders", target()).executeAsync();
    CompletableFuture<ExportResult> second = export("orders", target()).executeAsync();

    OptionalLong firstId = first.join().snapshotId();
    OptionalLong secondId = second.join().snapshotId();
    Warehouse.with(
        folder,
        warehouse -> {
          Table table = warehouse.table(TABLE);
          assertThat(Warehouse.snapshots(table))
              .extracting(Snapshot::snapshotId)
              .containsExactlyInAnyOrder(firstId.orElseThrow(), secondId.orElseThrow());
          Map<Object, Integer> times = new TreeMap<>();
          Warehouse.rows(table).forEach(row -> times.merge(row.getField("id"), 1, Integer::sum));
          assertThat(times).hasSize(ORDERS);
          assertThat(times.values()).containsOnly(2);
          assertThat(warehouse.parquetFilesOnDisk())
              .isEqualTo(Warehouse.locations(Warehouse.dataFiles(table)));
        });
  }

  @Test
  void doesNotCloseTheCallersCatalog() throws IOException {
    try (InMemoryCatalog catalog = new InMemoryCatalog()) {
      catalog.initialize("mine", Map.of());
      IcebergTarget target =
          IcebergTarget.catalog(catalog)
              .table(TABLE)
              .partitionBy("bucket(3, id)")
              .mode(WriteMode.APPEND);
      export("orders", target).execute();
      export("orders", target).execute();

      // Closing an InMemoryCatalog empties it.
      Table table = catalog.loadTable(TableIdentifier.parse(TABLE));
      assertThat(Warehouse.rows(table)).hasSize(2 * ORDERS);
      assertThat(Warehouse.eachFileHoldsOnePartition(table)).hasSize(3);
      assertThat(imported(IcebergSource.catalog(catalog).table(TABLE))).hasSize(ORDERS);
      assertThat(catalog.listTables(Namespace.of("lake")))
          .containsExactly(TableIdentifier.parse(TABLE));
    }
  }

  @Test
  void endsFilesAtTheTargetSize() {
    String source = newTable("id int PRIMARY KEY, bytes blob");
    PreparedStatement insert =
        session.prepare("INSERT INTO " + keyspace + "." + source + " (id, bytes) VALUES (?, ?)");
    Random random = new Random(5);
    byte[] bytes = new byte[16 << 10];
    for (int id = 0; id < 600; id++) {
      random.nextBytes(bytes);
      session.execute(insert.bind(id, ByteBuffer.wrap(bytes.clone())));
    }

    ExportResult result = export(source, target().targetFileSize(1 << 20)).execute();

    Warehouse.with(
        folder,
        warehouse -> {
          List<DataFile> files = Warehouse.dataFiles(warehouse.table(TABLE));
          assertThat(files).hasSizeBetween(9, 14).hasSize(result.files());
          assertThat(files).allMatch(file -> file.fileSizeInBytes() < (1 << 20) * 5 / 4);
          assertThat(Warehouse.rows(warehouse.table(TABLE))).hasSize(600);
        });
  }

  private ExportRequest export(String table, IcebergTarget target) {
    return operator.export(keyspace, table).to(target).taskCount(3);
  }

  private IcebergTarget target() {
    return IcebergTarget.warehouse(folder).table(TABLE).mode(WriteMode.APPEND);
  }

  private IcebergSource source() {
    return IcebergSource.warehouse(folder).table(TABLE);
  }

  private static synchronized String newTable(String columns) {
    String name = "t" + ++tables;
    TestCluster.define("CREATE TABLE " + keyspace + "." + name + " (" + columns + ")");
    return name;
  }

  /** The ids that an import brings. */
  private static Set<Integer> imported(IcebergSource source) {
    String copy = newTable(Orders.COLUMNS);
    operator.importInto(keyspace, copy).from(source).execute();
    return ids(copy);
  }

  private static Set<Integer> ids(String table) {
    Set<Integer> ids = new TreeSet<>();
    session
        .execute("SELECT id FROM " + keyspace + "." + table)
        .forEach(row -> ids.add(row.getInt(0)));
    return ids;
  }

  private void assertNothingWritten() {
    assertThat(Warehouse.parquetFilesIn(folder)).isEmpty();
    Warehouse.with(
        folder,
        warehouse ->
            assertThat(
                    warehouse.hasTable(TABLE)
                        ? Warehouse.snapshots(warehouse.table(TABLE))
                        : List.of())
                .isEmpty());
  }

  private static Table create(Catalog catalog, Schema schema, PartitionSpec spec) {
    ((SupportsNamespaces) catalog).createNamespace(Namespace.of("lake"));
    return catalog.createTable(TableIdentifier.parse(TABLE), schema, spec);
  }

  private static EncryptedOutputFile output(Table table, String name) {
    return EncryptedFiles.plainAsEncryptedOutput(
        table.io().newOutputFile(table.locationProvider().newDataLocation(name + ".parquet")));
  }

  private static List<@Nullable Object> nullable(@Nullable Object... values) {
    List<@Nullable Object> list = new ArrayList<>();
    for (Object value : values) {
      list.add(value);
    }
    return list;
  }
}
