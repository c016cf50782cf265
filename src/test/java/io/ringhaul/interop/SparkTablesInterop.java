package io.ringhaul.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.ColumnDefinition;
import com.datastax.oss.driver.api.core.cql.Row;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cli.sandbox.ForeignClassPath;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.iceberg.IcebergSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Imports of tables that Spark makes and changes have the rows that Spark reads. */
@ClusterTest
class SparkTablesInterop {

  /** The columns of the table of all types as CQL has them, and as Spark computes them. */
  private static final Map<String, String> COLUMNS = columns();

  private static final String MERGE_ON_READ =
      "'write.delete.mode'='merge-on-read', 'write.update.mode'='merge-on-read',"
          + " 'write.merge.mode'='merge-on-read'";

  /** Tables that Spark changes, and their properties. */
  private static final Map<String, String> CHANGED =
      new TreeMap<>(
          Map.of(
              "copied", "'format-version'='2'",
              "merged", "'format-version'='2', " + MERGE_ON_READ,
              "vectors", "'format-version'='3', " + MERGE_ON_READ,
              "in_avro", "'format-version'='2', 'write.format.default'='avro', " + MERGE_ON_READ,
              "in_orc", "'format-version'='2', 'write.format.default'='orc', " + MERGE_ON_READ));

  private final CqlSession session = TestCluster.session();
  private final String keyspace = TestCluster.newKeyspace(1);

  @TempDir private Path folder;

  private static Map<String, String> columns() {
    Map<String, String> columns = new LinkedHashMap<>();
    columns.put("id", "Id");
    columns.put("username", "UserName");
    columns.put("flag", "flag");
    columns.put("n", "n");
    columns.put("real", "real");
    columns.put("wide", "wide");
    columns.put("amount", "amount");
    columns.put("day", "day");
    columns.put("made", "date_trunc('MILLISECOND', made)");
    columns.put("local", "date_trunc('MILLISECOND', local)");
    columns.put("bin", "bin");
    columns.put("tags", "tags");
    columns.put("counts", "counts");
    columns.put(
        "place",
        "IF(Place IS NULL, NULL, named_struct('city', Place.City, 'times',"
            + " transform(Place.times, t -> date_trunc('MILLISECOND', t))))");
    return columns;
  }

  @Test
  void importsTablesOfSpark() throws Exception {
    Path warehouse = Files.createDirectory(folder.resolve("warehouse"));
    List<String> statements = new ArrayList<>();
    statements.add("CREATE NAMESPACE ringhaul.lake");
    createTypes(statements);
    createEvolved(statements);
    CHANGED.forEach((name, properties) -> createChanged(statements, name, properties));
    List<String> selects = new ArrayList<>();
    List<String> values = new ArrayList<>();
    COLUMNS.forEach((column, value) -> values.add(value + " AS " + column));
    selects.add(select("types", String.join(", ", values)));
    selects.add(select("evolved", "*"));
    CHANGED.keySet().forEach(name -> selects.add(select(name, "*")));
    statements.addAll(selects);
    Map<String, List<ObjectNode>> expected = new TreeMap<>();
    for (ObjectNode row :
        SparkProgram.in(folder).run(warehouse, statements.toArray(String[]::new))) {
      String table = row.remove("of_table").asText();
      expected.computeIfAbsent(table, any -> new ArrayList<>()).add(row);
    }
    assertThat(expected).hasSize(selects.size());

    IcebergSource lake = IcebergSource.warehouse(warehouse);
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      requireSettings(operator, lake.table("lake.types"));
      for (String table : expected.keySet()) {
        if (table.equals("in_orc")) {
          continue;
        }
        operator
            .importInto(keyspace, table)
            .from(lake.table("lake." + table).timeZone(ZoneOffset.UTC).truncateTimestamps())
            .createTable()
            .primaryKey("id")
            .execute();
      }
      assertThatThrownBy(
              () ->
                  operator
                      .importInto(keyspace, "in_orc")
                      .from(lake.table("lake.in_orc"))
                      .createTable()
                      .primaryKey("id")
                      .execute())
          .isInstanceOf(StorageException.class)
          .hasMessageStartingWith(
              "The Iceberg table lake.in_orc contains ORC files: put"
                  + " org.apache.iceberg:iceberg-orc and org.apache.hadoop:hadoop-hdfs-client");
    }
    new RinghaulProgram(
            folder,
            ForeignClassPath.of(
                "ORC",
                "org.apache.iceberg:iceberg-orc:1.12.0",
                "org.apache.hadoop:hadoop-hdfs-client:3.4.3"))
        .run(
            "import",
            keyspace,
            "in_orc",
            warehouse,
            List.of(
                "--format=iceberg",
                "--iceberg-table=lake.in_orc",
                "--create-table",
                "--primary-key=id"));
    expected.forEach(
        (table, rows) ->
            assertThat(rows(table))
                .as(table)
                .containsExactlyInAnyOrderElementsOf(
                    rows.stream().map(SparkTablesInterop::text).toList()));
  }

  private void requireSettings(TokenAwareBulkOperator operator, IcebergSource source) {
    TestCluster.define(
        "CREATE TABLE "
            + keyspace
            + ".refused (id bigint PRIMARY KEY, made timestamp, local timestamp)");
    assertThatThrownBy(
            () ->
                operator
                    .importInto(keyspace, "refused")
                    .from(source)
                    .columns("id", "made", "local")
                    .execute())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("set their zone with timeZone(...)");
    assertThatThrownBy(
            () ->
                operator
                    .importInto(keyspace, "refused")
                    .from(source)
                    .columns("id", "made")
                    .execute())
        .isInstanceOf(UnrepresentableValueException.class)
        .hasMessageContaining("cut off the rest with truncateTimestamps");
  }

  private static String select(String table, String columns) {
    return String.format("SELECT '%s' AS of_table, %s FROM ringhaul.lake.%1$s", table, columns);
  }

  private static void createTypes(List<String> statements) {
    statements.add(
        "CREATE TABLE ringhaul.lake.types (Id BIGINT, UserName STRING, flag BOOLEAN, n INT, real"
            + " FLOAT, wide DOUBLE, amount DECIMAL(20,3), day DATE, made TIMESTAMP, local"
            + " TIMESTAMP_NTZ, bin BINARY, tags ARRAY<STRING>, counts MAP<STRING, BIGINT>, Place"
            + " STRUCT<City: STRING, times: ARRAY<TIMESTAMP_NTZ>>) USING iceberg");
    statements.add(
        "INSERT INTO ringhaul.lake.types SELECT id, concat('n', id), id % 2 = 0, CAST(-id AS INT),"
            + " CAST(id / 8 AS FLOAT), id / 3, CAST(id * 1.5 AS DECIMAL(20,3)), date_add(DATE"
            + " '2026-01-31', CAST(id AS INT)), current_timestamp(), TIMESTAMP_NTZ '1969-12-31"
            + " 23:59:59.999999', CAST(concat('b', id) AS BINARY), array('a', concat('t', id)),"
            + " map('k', id), named_struct('City', 'Zürich', 'times', array(TIMESTAMP_NTZ"
            + " '2026-03-29 02:30:00.123456')) FROM range(200)");
    statements.add("INSERT INTO ringhaul.lake.types VALUES (1000" + ", NULL".repeat(13) + ")");
  }

  private static void createEvolved(List<String> statements) {
    String table = "ringhaul.lake.evolved";
    statements.add(
        "CREATE TABLE "
            + table
            + " (id BIGINT, name STRING, n INT, gone STRING) USING iceberg PARTITIONED BY"
            + " (bucket(4, id))");
    String insert = "INSERT INTO " + table + " SELECT ";
    statements.add(insert + "id, concat('n', id), CAST(id AS INT), 'old' FROM range(50)");
    statements.add("ALTER TABLE " + table + " RENAME COLUMN name TO title");
    statements.add("ALTER TABLE " + table + " ALTER COLUMN n TYPE BIGINT");
    statements.add("ALTER TABLE " + table + " DROP COLUMN gone");
    statements.add("ALTER TABLE " + table + " ADD COLUMN gone INT FIRST");
    statements.add("ALTER TABLE " + table + " REPLACE PARTITION FIELD bucket(4, id) WITH n");
    statements.add(insert + "CAST(7 AS INT), id, concat('m', id), id % 3 FROM range(50, 80)");
    statements.add("ALTER TABLE " + table + " DROP PARTITION FIELD n");
    statements.add(insert + "CAST(NULL AS INT), id, NULL, shiftleft(1L, 40) FROM range(80, 90)");
    statements.add("DELETE FROM " + table + " WHERE id % 10 = 0");
  }

  private static void createChanged(List<String> statements, String name, String properties) {
    String table = "ringhaul.lake." + name;
    statements.add(
        String.format(
            "CREATE TABLE %s (id BIGINT, title STRING, day DATE, at TIMESTAMP, amount"
                + " DECIMAL(30,2), tags ARRAY<STRING>) USING iceberg PARTITIONED BY (bucket(2, id))"
                + " TBLPROPERTIES (%s)",
            table, properties));
    String row =
        "id, concat('%s', id) AS title, date_add(DATE '2026-01-31', CAST(id AS INT)) AS day,"
            + " timestamp_millis(id * 1001) AS at, CAST(id * 1.25 AS DECIMAL(30,2)) AS amount,"
            + " array(concat('t', id)) AS tags";
    statements.add(
        String.format("INSERT INTO %s SELECT %s FROM range(100)", table, String.format(row, "a")));
    statements.add("DELETE FROM " + table + " WHERE id % 10 = 3");
    statements.add("UPDATE " + table + " SET title = concat(title, '!') WHERE id % 10 = 4");
    statements.add(
        String.format(
            "MERGE INTO %s t USING (SELECT %s FROM range(95, 120)) s ON t.id = s.id WHEN MATCHED"
                + " THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *",
            table, String.format(row, "m")));
  }

  /** Returns the rows of a table in Cassandra as Spark prints them. */
  private List<String> rows(String table) {
    List<String> rows = new ArrayList<>();
    for (Row row : session.execute("SELECT * FROM " + keyspace + "." + table)) {
      ObjectNode values = JsonNodeFactory.instance.objectNode();
      for (int i = 0; i < row.size(); i++) {
        ColumnDefinition column = row.getColumnDefinitions().get(i);
        values.set(
            column.getName().asInternal(), SparkValues.of(column.getType(), row.getBytesUnsafe(i)));
      }
      rows.add(text(values));
    }
    return rows;
  }

  /** Returns a row with its columns in alphabetical order. */
  private static String text(ObjectNode row) {
    ObjectNode sorted = JsonNodeFactory.instance.objectNode();
    row.properties().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(field -> sorted.set(field.getKey(), field.getValue()));
    return sorted.toString();
  }
}
