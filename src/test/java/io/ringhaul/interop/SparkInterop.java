package io.ringhaul.interop;

import static io.ringhaul.format.TypeMapping.ANALYTICS;
import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.ColumnDefinition;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.internal.cql.CqlGenerator;
import io.ringhaul.json.JsonTarget;
import io.ringhaul.parquet.ParquetTarget;
import io.ringhaul.seeds.Seeds;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Spark reads the same values from exported tables and folders as the driver reads from Cassandra.
 */
@ClusterTest
class SparkInterop {

  private static final int ROWS = 400;
  private static final int UUIDS = 16;

  /** Types that Spark reads in columnar batches (Arrow), which is a separate code path. */
  private static final Map<String, String> FLAT =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("c_ascii", "ascii"),
              Map.entry("c_text", "text"),
              Map.entry("c_blob", "blob"),
              Map.entry("c_boolean", "boolean"),
              Map.entry("c_tinyint", "tinyint"),
              Map.entry("c_smallint", "smallint"),
              Map.entry("c_int", "int"),
              Map.entry("c_bigint", "bigint"),
              Map.entry("c_float", "float"),
              Map.entry("c_double", "double"),
              Map.entry("c_date", "date"),
              Map.entry("c_time", "time"),
              Map.entry("c_timestamp", "timestamp"),
              Map.entry("c_decimal", "decimal"),
              Map.entry("c_varint", "varint"),
              Map.entry("c_inet", "inet"),
              Map.entry("c_uuid", "uuid"),
              Map.entry("c_timeuuid", "timeuuid")));

  private static final Map<String, String> NESTED =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("c_duration", "duration"),
              Map.entry("c_list", "list<text>"),
              Map.entry("c_set", "set<int>"),
              Map.entry("c_map", "map<text, bigint>"),
              Map.entry("c_numbers", "list<decimal>"),
              Map.entry("c_times", "map<timestamp, time>"),
              Map.entry("c_dates", "set<date>"),
              Map.entry("c_blobs", "map<blob, frozen<list<blob>>>"),
              Map.entry("c_addresses", "list<inet>"),
              Map.entry("c_uuids", "map<uuid, timeuuid>"),
              Map.entry("c_reals", "list<frozen<map<int, double>>>"),
              Map.entry("c_durations", "list<duration>"),
              Map.entry("c_frozen", "frozen<list<frozen<set<varint>>>>"),
              Map.entry("c_tuple", "tuple<int, text, frozen<tuple<float, boolean>>>"),
              Map.entry("c_udt", "inner"),
              Map.entry("c_frozen_udt", "frozen<outer>"),
              Map.entry("c_udts", "map<frozen<inner>, frozen<list<frozen<outer>>>>"),
              Map.entry("c_vector", "vector<float, 3>"),
              Map.entry("c_texts", "vector<text, 2>")));

  private final CqlSession session = TestCluster.session();
  private final long seed = Seeds.next();
  private final String keyspace = TestCluster.newKeyspace(3);

  @TempDir private Path folder;

  /** DSBulk cannot start on a cluster with a vector column. */
  @AfterEach
  void dropVectors() {
    TestCluster.define("DROP KEYSPACE " + keyspace);
  }

  @Test
  void readsEveryValue() throws Exception {
    create();
    insert();
    Path warehouse = folder.resolve("warehouse");
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      operator
          .export(keyspace, "things")
          .to(IcebergTarget.warehouse(warehouse).table("lake.things"))
          .execute();
    }

    List<String> flat = new ArrayList<>(List.of("id"));
    flat.addAll(FLAT.keySet());
    Map<Long, ObjectNode> expected = expected();
    SparkProgram spark = SparkProgram.in(folder);
    assertSame(expected, rows(spark, warehouse, List.of()), 1 + FLAT.size() + NESTED.size());
    assertSame(expected, rows(spark, warehouse, flat), flat.size());
  }

  @Test
  void findsAndDeletesRowsByUuid() throws Exception {
    String table = keyspace + ".ids";
    TestCluster.define("CREATE TABLE " + table + " (id uuid PRIMARY KEY, made timeuuid, n int)");
    for (int n = 0; n < UUIDS; n++) {
      session.execute(
          String.format(
              "INSERT INTO %s (id, made, n) VALUES (%s, %s, %d)", table, id(n), made(n), n));
    }
    Path warehouse = folder.resolve("warehouse");
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      operator
          .export(keyspace, "ids")
          .to(IcebergTarget.warehouse(warehouse).table("lake.ids"))
          .taskCount(1)
          .execute();
    }

    String select = "SELECT n FROM ringhaul.lake.ids WHERE ";
    List<String> statements = new ArrayList<>();
    for (int n : List.of(0, UUIDS - 1)) {
      statements.add(select + "id = '" + id(n) + "'");
      statements.add(select + "id IN ('" + id(n) + "', '" + UUID.randomUUID() + "')");
      statements.add(select + "made = '" + made(n) + "'");
    }
    statements.add("DELETE FROM ringhaul.lake.ids WHERE id = '" + id(0) + "'");
    statements.add(select + "true ORDER BY n");
    // Spark also finds rows that it has written itself.
    statements.add("INSERT INTO ringhaul.lake.ids VALUES ('" + id(0) + "', '" + made(0) + "', 0)");
    statements.add(select + "id = '" + id(0) + "'");
    List<Integer> expected = new ArrayList<>(List.of(0, 0, 0, UUIDS - 1, UUIDS - 1, UUIDS - 1));
    IntStream.range(1, UUIDS).forEach(expected::add);
    expected.add(0);
    assertThat(SparkProgram.in(folder).run(warehouse, statements.toArray(String[]::new)))
        .extracting(row -> row.get("n").intValue())
        .isEqualTo(expected);
  }

  /** UUIDs from lowest to highest; half of them are negative in a signed comparison. */
  private static UUID id(int n) {
    return new UUID(((long) n << 60) | 0x4000L, 0x8000_0000_0000_0000L | n);
  }

  private static UUID made(int n) {
    return new UUID(((long) n << 60) | 0x1000L, 0x8000_0000_0000_0000L | n);
  }

  @Test
  void readsOnlyRowsOfFolder() throws Exception {
    String table = keyspace + ".plain";
    TestCluster.define("CREATE TABLE " + table + " (id bigint PRIMARY KEY, name text)");
    for (long id = 0; id < ROWS; id++) {
      session.execute(
          String.format("INSERT INTO %s (id, name) VALUES (%d, 'name %d')", table, id, id));
    }
    Map<String, ExportTarget> targets =
        Map.of(
            "csv", CsvTarget.folder(folder.resolve("csv")),
            "json", JsonTarget.folder(folder.resolve("json")),
            "parquet", ParquetTarget.folder(folder.resolve("parquet")));
    List<String> statements = new ArrayList<>();
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      targets.forEach(
          (format, target) -> {
            operator.export(keyspace, "plain").to(target).taskCount(3).execute();
            statements.add(
                String.format(
                    "CREATE TEMPORARY VIEW %1$s_rows USING %1$s OPTIONS (path '%2$s', header"
                        + " 'true')",
                    format, folder.resolve(format)));
            statements.add(
                String.format(
                    "SELECT '%1$s' AS format, CAST(id AS BIGINT) AS id, name FROM %1$s_rows"
                        + " ORDER BY id",
                    format));
          });
    }

    Map<String, List<String>> rows = new TreeMap<>();
    for (ObjectNode row :
        SparkProgram.in(folder)
            .run(folder.resolve("warehouse"), statements.toArray(String[]::new))) {
      rows.computeIfAbsent(row.get("format").asText(), format -> new ArrayList<>())
          .add(row.get("id").asText() + " " + row.get("name").asText());
    }
    List<String> expected = LongStream.range(0, ROWS).mapToObj(id -> id + " name " + id).toList();
    assertThat(rows).isEqualTo(Map.of("csv", expected, "json", expected, "parquet", expected));
  }

  /** Decimals are numbers, UUIDs are strings, and plain files with UUIDs can be read at all. */
  @Test
  void computesWithAnalyticsTypes() throws Exception {
    String table = keyspace + ".sales";
    TestCluster.define(
        "CREATE TABLE "
            + table
            + " (id uuid PRIMARY KEY, made timeuuid, amount decimal, total varint, ids set<uuid>)");
    for (int n = 0; n < UUIDS; n++) {
      session.execute(
          String.format(
              "INSERT INTO %s (id, made, amount, total, ids) VALUES (%s, %s, %s, %d, {%2$s})",
              table, id(n), made(n), new BigDecimal(BigInteger.valueOf(15 - n), n % 4), n));
    }
    Path warehouse = folder.resolve("warehouse");
    Map<String, ExportTarget> targets =
        Map.of(
            "analytics", ParquetTarget.folder(folder.resolve("analytics")).types(ANALYTICS),
            "exact", ParquetTarget.folder(folder.resolve("exact")));
    List<String> statements = new ArrayList<>();
    String select =
        "SELECT count(*) AS n, CAST(sum(amount) AS STRING) AS amount, CAST(sum(total) AS STRING)"
            + " AS total FROM %s";
    String find =
        String.format(
            "SELECT CAST(total AS INT) AS n FROM %%s WHERE id = '%s' AND made = '%s'",
            id(9), made(9));
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      operator
          .export(keyspace, "sales")
          .to(IcebergTarget.warehouse(warehouse).table("lake.sales").types(ANALYTICS))
          .execute();
      statements.add(String.format(select, "ringhaul.lake.sales"));
      statements.add(String.format(find, "ringhaul.lake.sales"));
      targets.forEach(
          (name, target) -> {
            operator.export(keyspace, "sales").to(target).execute();
            statements.add(
                String.format(
                    "CREATE TEMPORARY VIEW %1$s_sales USING parquet OPTIONS (path '%2$s')",
                    name, folder.resolve(name)));
          });
      statements.add(String.format(select, "analytics_sales"));
      statements.add(String.format(find, "analytics_sales"));
      statements.add(
          "SELECT CAST(total AS INT) AS n FROM exact_sales WHERE array_contains(ids, '"
              + id(9)
              + "')");
    }
    String sums = "{\"n\":16,\"amount\":\"%s\",\"total\":\"120\"}";
    BigDecimal sum =
        IntStream.range(0, UUIDS)
            .mapToObj(n -> new BigDecimal(BigInteger.valueOf(15 - n), n % 4))
            .reduce(BigDecimal.ZERO, BigDecimal::add)
            .setScale(18);
    assertThat(SparkProgram.in(folder).run(warehouse, statements.toArray(String[]::new)))
        .extracting(ObjectNode::toString)
        .containsExactly(
            String.format(sums, sum),
            "{\"n\":9}",
            String.format(sums, sum),
            "{\"n\":9}",
            "{\"n\":9}");
  }

  /** Spark reads no table with a column of Iceberg's type time. */
  @Test
  void readsTimesAsText() throws Exception {
    TestCluster.define("CREATE TABLE " + keyspace + ".hours (id int PRIMARY KEY, opens time)");
    session.execute("INSERT INTO " + keyspace + ".hours (id, opens) VALUES (1, '10:00:00.5')");
    Path warehouse = folder.resolve("warehouse");
    IcebergTarget target = IcebergTarget.warehouse(warehouse).types(ANALYTICS);
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      operator.export(keyspace, "hours").to(target.table("lake.times")).execute();
      operator.export(keyspace, "hours").to(target.table("lake.texts").asText("opens")).execute();
    }
    SparkProgram spark = SparkProgram.in(folder);
    assertThat(spark.run(warehouse, "SELECT * FROM ringhaul.lake.texts WHERE opens > '09:59'"))
        .extracting(ObjectNode::toString)
        .containsExactly("{\"id\":1,\"opens\":\"10:00:00.500000000\"}");
    assertThat(spark.failure(warehouse, "SELECT id FROM ringhaul.lake.times"))
        .contains("Spark does not support time fields");
  }

  private void create() {
    TestCluster.define("CREATE TYPE " + keyspace + ".inner (a int, \"B c\" text, d date)");
    TestCluster.define(
        "CREATE TYPE "
            + keyspace
            + ".outer (i frozen<inner>, l frozen<list<int>>, m frozen<map<text, decimal>>)");
    List<String> columns = new ArrayList<>();
    Stream.of(FLAT, NESTED)
        .forEach(each -> each.forEach((name, type) -> columns.add(name + " " + type)));
    TestCluster.define(
        String.format(
            "CREATE TABLE %s.things (id bigint PRIMARY KEY, %s)",
            keyspace, String.join(", ", columns)));
  }

  /** Inserts the rows; the first row has only its key. */
  private void insert() {
    List<String> names = new ArrayList<>(FLAT.keySet());
    names.addAll(NESTED.keySet());
    PreparedStatement insert =
        session.prepare(
            String.format(
                "INSERT INTO %s.things (id, %s) VALUES (?%s)",
                keyspace, String.join(", ", names), ", ?".repeat(names.size())));
    CqlGenerator generator = new CqlGenerator(new Random(seed));
    for (long id = 0; id < ROWS; id++) {
      BoundStatement bound = insert.bind().setLong(0, id);
      for (int i = 1; id > 0 && i <= names.size(); i++) {
        bound =
            bound.setBytesUnsafe(
                i, generator.nullable(insert.getVariableDefinitions().get(i).getType()));
      }
      session.execute(bound);
    }
  }

  private Map<Long, ObjectNode> expected() {
    Map<Long, ObjectNode> rows = new TreeMap<>();
    for (Row row : session.execute("SELECT * FROM " + keyspace + ".things")) {
      ObjectNode values = JsonNodeFactory.instance.objectNode();
      for (int i = 0; i < row.size(); i++) {
        ColumnDefinition column = row.getColumnDefinitions().get(i);
        values.set(
            column.getName().asInternal(), SparkValues.of(column.getType(), row.getBytesUnsafe(i)));
      }
      rows.put(values.get("id").longValue(), values);
    }
    assertThat(rows).hasSize(ROWS);
    return rows;
  }

  private Map<Long, ObjectNode> rows(SparkProgram spark, Path warehouse, List<String> columns)
      throws Exception {
    String selected = columns.isEmpty() ? "*" : String.join(", ", columns);
    Map<Long, ObjectNode> rows = new TreeMap<>();
    for (ObjectNode row :
        spark.run(warehouse, "SELECT " + selected + " FROM ringhaul.lake.things")) {
      assertThat(rows.put(row.get("id").longValue(), row)).as("row twice: %s", row).isNull();
    }
    return rows;
  }

  private void assertSame(
      Map<Long, ObjectNode> expected, Map<Long, ObjectNode> actual, int columns) {
    assertThat(actual.keySet()).as("seed %d", seed).isEqualTo(expected.keySet());
    expected.forEach(
        (id, values) -> {
          ObjectNode row = Objects.requireNonNull(actual.get(id));
          assertThat(row.size()).isEqualTo(columns);
          row.fieldNames()
              .forEachRemaining(
                  name ->
                      assertThat(row.get(name).toString())
                          .as("column %s of row %d, seed %d", name, id, seed)
                          .isEqualTo(String.valueOf(values.get(name))));
        });
  }
}
