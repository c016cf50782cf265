package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.ImportRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.OnCassandra;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.seeds.Seeds;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tables of all shapes are counted, exported and imported exactly, or refused with a clear message.
 */
@ClusterTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TableShapesIT {

  private static final int ROWS_TO_A_BATCH = 500;

  private final CqlSession session = TestCluster.session();
  private final TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
  private final long seed = Seeds.next();
  private String keyspace = "";

  @TempDir private Path warehouse;

  @BeforeAll
  void createKeyspace() {
    keyspace = TestCluster.newKeyspace(1);
  }

  @AfterAll
  void close() {
    operator.close();
  }

  @Test
  void emptyTable() {
    create("nothing", "id int PRIMARY KEY, v text");
    roundTrip("nothing", 0);
  }

  @Test
  void singleRow() {
    create("single", "id int PRIMARY KEY, v text");
    session.execute("INSERT INTO " + keyspace + ".single (id, v) VALUES (1, 'only')");
    roundTrip("single", 1);
  }

  @Test
  void largePartition() {
    int rows = 200_000;
    create("huge", "id int, n int, v bigint, PRIMARY KEY (id, n)");
    PreparedStatement insert =
        session.prepare("INSERT INTO " + keyspace + ".huge (id, n, v) VALUES (?, ?, ?)");
    Random random = new Random(seed);
    try (AsyncWrites writes = new AsyncWrites(session)) {
      List<BoundStatement> batch = new ArrayList<>();
      for (int n = 0; n < rows; n++) {
        batch.add(insert.bind(7, n, random.nextLong()));
        if (batch.size() == ROWS_TO_A_BATCH || n == rows - 1) {
          writes.addPartition(batch);
          batch.clear();
        }
      }
    }
    roundTrip("huge", rows);
  }

  @Test
  void partitionKeyOnly() {
    int rows = 500;
    create("keys", "a int, b text, PRIMARY KEY ((a, b))");
    AsyncWrites.writeRows(
        session,
        "INSERT INTO " + keyspace + ".keys (a, b) VALUES (?, ?)",
        rows,
        i -> new Object[] {i, "b" + i % 7});
    roundTrip("keys", rows);
  }

  @Test
  void compositeKeysAndDescendingClusteringColumn() {
    int partitions = 40;
    int rowsToAPartition = 30;
    create(
        "composite",
        "a text, b int, c timestamp, d int, e text, v list<int>,"
            + " PRIMARY KEY ((a, b), c, d, e)",
        "WITH CLUSTERING ORDER BY (c ASC, d DESC, e ASC)");
    PreparedStatement insert =
        session.prepare(
            "INSERT INTO " + keyspace + ".composite (a, b, c, d, e, v) VALUES (?, ?, ?, ?, ?, ?)");
    Random random = new Random(seed);
    try (AsyncWrites writes = new AsyncWrites(session)) {
      for (int partition = 0; partition < partitions; partition++) {
        List<BoundStatement> batch = new ArrayList<>();
        for (int i = 0; i < rowsToAPartition; i++) {
          BoundStatement row =
              insert
                  .bind()
                  .setString(0, "a" + partition % 5)
                  .setInt(1, partition)
                  .setInstant(2, Instant.ofEpochMilli(random.nextInt()))
                  .setInt(3, i)
                  .setString(4, i % 3 == 0 ? "" : "e" + i);
          batch.add(i % 2 == 0 ? row.setList(5, List.of(i, i, 0), Integer.class) : row);
        }
        writes.addPartition(batch);
      }
    }
    roundTrip("composite", partitions * rowsToAPartition);
  }

  @Test
  void staticListInManyRows() {
    create("static_lists", "p int, c int, l list<int> static, v int, PRIMARY KEY (p, c)");
    int partitions = 20;
    int rows = 50;
    for (int p = 0; p < partitions; p++) {
      session.execute(
          String.format(
              "INSERT INTO %s.static_lists (p, l) VALUES (%d, [%d, 1, 2])", keyspace, p, p));
      List<BoundStatement> batch = new ArrayList<>();
      PreparedStatement insert =
          session.prepare("INSERT INTO " + keyspace + ".static_lists (p, c, v) VALUES (?, ?, ?)");
      for (int c = 0; c < rows; c++) {
        batch.add(insert.bind(p, c, c));
      }
      try (AsyncWrites writes = new AsyncWrites(session)) {
        writes.addPartition(batch);
      }
    }
    roundTrip("static_lists", partitions * rows);
  }

  /**
   * The rows of a partition are scattered over several files, mixed with rows of other partitions.
   */
  @Test
  @OnCassandra(since = "5.0", feature = "times of elements")
  void staticListInScatteredRows() {
    create("scattered", "p int, c int, l list<int> static, v int, PRIMARY KEY (p, c)");
    int partitions = 12;
    int rows = 9;
    for (int p = 0; p < partitions; p++) {
      String insert = "INSERT INTO " + keyspace + ".scattered ";
      session.execute(insert + "(p, l) VALUES (?, [1, 1, 2]) USING TIMESTAMP 5", p);
      session.execute(
          "UPDATE " + keyspace + ".scattered USING TIMESTAMP 6 SET l = l + [3] WHERE p = ?", p);
      for (int c = 0; c < rows && p > 0; c++) {
        session.execute(insert + "(p, c, v) VALUES (?, ?, ?) USING TIMESTAMP 5", p, c, c);
      }
    }
    String exported = keyspace + ".scattered";
    operator
        .export(keyspace, "scattered")
        .withWritetime()
        .to(IcebergTarget.warehouse(warehouse).table(exported).partitionBy("c"))
        .execute();
    int all = (partitions - 1) * rows + 1;
    for (UnaryOperator<ImportRequest> how :
        List.<UnaryOperator<ImportRequest>>of(
            request -> request,
            request -> request.columns("p", "c", "l", "v", "v_writetime"),
            ImportRequest::ignoreCellTimes)) {
      session.execute("TRUNCATE " + keyspace + ".scattered_clone");
      assertThat(
              how.apply(operator.importInto(keyspace, "scattered_clone"))
                  .from(IcebergSource.warehouse(warehouse).table(exported))
                  .execute()
                  .rows())
          .isEqualTo(all);
      RawTables.assertSame(session, keyspace, "scattered", "scattered_clone", all, seed);
    }
  }

  @Test
  void staticColumnsWithAndWithoutRows() {
    int partitions = 300;
    create(
        "statics",
        "p int, c int, s text static, t map<text, int> static, v text, PRIMARY KEY (p, c)");
    PreparedStatement statics =
        session.prepare("INSERT INTO " + keyspace + ".statics (p, s, t) VALUES (?, ?, ?)");
    PreparedStatement rows =
        session.prepare("INSERT INTO " + keyspace + ".statics (p, c, v) VALUES (?, ?, ?)");
    int expected = 0;
    try (AsyncWrites writes = new AsyncWrites(session)) {
      for (int p = 0; p < partitions; p++) {
        // Alternates between static data only, rows with static data, and rows only.
        if (p % 3 != 2) {
          writes.add(statics.bind(p, "s" + p, Map.of("k", p)));
        }
        int count = p % 3 == 0 ? 0 : 2;
        for (int c = 0; c < count; c++) {
          writes.add(rows.bind(p, c, "v" + c));
        }
        expected += Math.max(1, count);
      }
    }
    roundTrip("statics", expected);
  }

  @Test
  void quotedAndReservedNames() {
    TestCluster.define("DROP KEYSPACE IF EXISTS \"MyKs\"");
    TestCluster.define(
        "CREATE KEYSPACE \"MyKs\" WITH replication = {'class': 'NetworkTopologyStrategy', '"
            + TestCluster.get().localDatacenter()
            + "': 1}");
    String columns =
        "(\"token\" int, \"From\" text, \"from\" text, \"\u00dcMLAUT col\" text, \"a.b\" int,"
            + " \"qu\"\"ote\" text, \"count(*)\" bigint, \"writetime\" int,"
            + " PRIMARY KEY (\"token\", \"From\"))";
    TestCluster.define("CREATE TABLE \"MyKs\".\"Select\" " + columns);
    TestCluster.define("CREATE TABLE \"MyKs\".\"Select_clone\" " + columns);
    for (int i = 0; i < 20; i++) {
      session.execute(
          "INSERT INTO \"MyKs\".\"Select\" (\"token\", \"From\", \"from\", \"\u00dcMLAUT col\","
              + " \"a.b\", \"qu\"\"ote\", \"count(*)\", \"writetime\")"
              + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
          i,
          "F" + i,
          "f" + i,
          "\u00fc" + i,
          i * 2,
          "\"" + i,
          (long) i,
          -i);
    }
    assertThat(operator.count("\"MyKs\"", "\"Select\"").execute().rows()).isEqualTo(20);
    assertThat(
            operator
                .export("\"MyKs\"", "\"Select\"")
                .to(IcebergTarget.warehouse(warehouse))
                .execute()
                .rows())
        .isEqualTo(20);
    inspect("MyKs", "Select", 20);
    assertThat(
            operator
                .importInto("\"MyKs\"", "\"Select_clone\"")
                .from(IcebergSource.warehouse(warehouse).table("MyKs.Select"))
                .execute()
                .rows())
        .isEqualTo(20);
    RawTables.assertSame(session, "\"MyKs\"", "\"Select\"", "\"Select_clone\"", 20, seed);
  }

  @Test
  void columnsInDifferentOrder() {
    int rows = 100;
    create("ordered", "id int PRIMARY KEY, a text, b text, c text");
    AsyncWrites.writeRows(
        session,
        "INSERT INTO " + keyspace + ".ordered (id, a, b, c) VALUES (?, ?, ?, ?)",
        rows,
        i -> new Object[] {i, "a" + i, "b" + i, "c" + i});
    operator
        .export(keyspace, "ordered")
        .columns("c", "b", "id", "a")
        .to(IcebergTarget.warehouse(warehouse))
        .execute();
    ImportRequest request =
        operator
            .importInto(keyspace, "ordered_clone")
            .columns("b", "id", "c", "a")
            .from(IcebergSource.warehouse(warehouse).table(keyspace + ".ordered"));
    assertThat(request.execute().rows()).isEqualTo(rows);
    RawTables.assertSame(session, keyspace, "ordered", "ordered_clone", rows, seed);
  }

  @Test
  void exportsMaterializedViewsAndRefusesTheirImport() throws InterruptedException {
    int rows = 200;
    create("base", "id int PRIMARY KEY, v int");
    TestCluster.define(
        String.format(
            "CREATE MATERIALIZED VIEW %1$s.by_v AS SELECT * FROM %1$s.base WHERE v IS NOT NULL AND"
                + " id IS NOT NULL PRIMARY KEY (v, id)",
            keyspace));
    AsyncWrites.writeRows(
        session,
        "INSERT INTO " + keyspace + ".base (id, v) VALUES (?, ?)",
        rows,
        i -> new Object[] {i, i % 9});
    // Views are updated asynchronously.
    Instant end = Instant.now().plus(Duration.ofSeconds(30));
    while (session.execute("SELECT id FROM " + keyspace + ".by_v").all().size() < rows
        && Instant.now().isBefore(end)) {
      Thread.sleep(100);
    }
    IcebergTarget target = IcebergTarget.warehouse(warehouse);
    assertThat(operator.count(keyspace, "by_v").execute().rows()).isEqualTo(rows);
    assertThat(operator.export(keyspace, "by_v").to(target).execute().rows()).isEqualTo(rows);
    Map<Object, Object> values = new TreeMap<>();
    for (Record row : inspect(keyspace, "by_v", rows)) {
      values.put(row.getField("id"), row.getField("v"));
    }
    for (int i = 0; i < rows; i++) {
      assertThat(values).containsEntry(i, i % 9);
    }
    ImportRequest request =
        operator.importInto(keyspace, "by_v").from(IcebergSource.warehouse(warehouse));
    assertThatThrownBy(request::execute)
        .isInstanceOf(UnsuitableTableException.class)
        .hasMessageContaining("is a materialized view and cannot be written");
  }

  @Test
  void importsCountersOnlyIntoEmptyTable() {
    int rows = 100;
    create("hits", "id int PRIMARY KEY, n counter");
    AsyncWrites.writeRows(
        session,
        "UPDATE " + keyspace + ".hits SET n = n + ? WHERE id = ?",
        rows,
        i -> new Object[] {i * 1_000_000_007L, i});
    assertThat(operator.count(keyspace, "hits").execute().rows()).isEqualTo(rows);
    assertThat(
            operator
                .export(keyspace, "hits")
                .to(IcebergTarget.warehouse(warehouse))
                .execute()
                .rows())
        .isEqualTo(rows);
    Map<Object, Object> values = new TreeMap<>();
    for (Record row : inspect(keyspace, "hits", rows)) {
      values.put(row.getField("id"), row.getField("n"));
    }
    for (int i = 0; i < rows; i++) {
      assertThat(values).containsEntry(i, i * 1_000_000_007L);
    }
    ImportRequest request =
        operator
            .importInto(keyspace, "hits_clone")
            .from(IcebergSource.warehouse(warehouse).table(keyspace + ".hits"));
    assertThat(request.execute().rows()).isEqualTo(rows);
    RawTables.assertSame(session, keyspace, "hits", "hits_clone", rows, seed);
    assertThatThrownBy(request::execute)
        .isInstanceOf(UnsuitableTableException.class)
        .hasMessageContaining("holds counters and is not empty, and an import can only add");
    RawTables.assertSame(session, keyspace, "hits", "hits_clone", rows, seed);
  }

  private void create(String table, String columns) {
    create(table, columns, "");
  }

  /** Creates the table and an empty clone. */
  private void create(String table, String columns, String options) {
    for (String name : List.of(table, table + "_clone")) {
      TestCluster.define(
          String.format("CREATE TABLE %s.%s (%s) %s", keyspace, name, columns, options));
    }
  }

  private void roundTrip(String table, int rows) {
    String clone = table + "_clone";
    assertThat(operator.count(keyspace, table).execute().rows()).isEqualTo(rows);
    assertThat(
            operator
                .export(keyspace, table)
                .to(IcebergTarget.warehouse(warehouse))
                .execute()
                .rows())
        .isEqualTo(rows);
    inspect(keyspace, table, rows);
    assertThat(
            operator
                .importInto(keyspace, clone)
                .from(IcebergSource.warehouse(warehouse).table(keyspace + "." + table))
                .execute()
                .rows())
        .isEqualTo(rows);
    assertThat(operator.count(keyspace, clone).execute().rows()).isEqualTo(rows);
    RawTables.assertSame(session, keyspace, table, clone, rows, seed);
  }

  /** Returns the rows of an exported table, which must have one snapshot. */
  private List<Record> inspect(String namespace, String table, int rows) {
    List<Record> records = new ArrayList<>();
    Warehouse.inspect(
        warehouse,
        TableIdentifier.of(namespace, table),
        exported -> {
          assertThat(exported.snapshots()).hasSize(1);
          records.addAll(Warehouse.rows(exported));
        });
    assertThat(records)
        .as("rows of %s in Iceberg", CqlIdentifier.fromInternal(table))
        .hasSize(rows);
    return records;
  }
}
