package io.ringhaul.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.ColumnDefinition;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cli.sandbox.ForeignClassPath;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cql.CqlGenerator;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.seeds.Seeds;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Spark with the Iceberg runtime reads in our tables what the driver reads in Cassandra. */
@ClusterTest
class SparkInterop {

  private static final String PROGRAM = "PrintWithSpark.java";
  private static final int ROWS = 400;

  /** What Spark needs to be allowed on Java 17, by its own launcher. */
  private static final List<String> OPENS =
      List.of(
          "java.base/java.lang",
          "java.base/java.lang.invoke",
          "java.base/java.lang.reflect",
          "java.base/java.io",
          "java.base/java.net",
          "java.base/java.nio",
          "java.base/java.util",
          "java.base/java.util.concurrent",
          "java.base/java.util.concurrent.atomic",
          "java.base/jdk.internal.ref",
          "java.base/sun.nio.ch",
          "java.base/sun.nio.cs",
          "java.base/sun.security.action",
          "java.base/sun.util.calendar");

  /** Spark reads these in columns of a batch (Arrow), which is code apart from the rest. */
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

  /** DSBulk cannot start on a cluster that has a vector. */
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
          .exportFrom(keyspace, "things")
          .to(IcebergTarget.warehouse(warehouse).table("lake.things"))
          .run();
    }

    List<String> flat = new ArrayList<>(List.of("id"));
    flat.addAll(FLAT.keySet());
    Map<Long, ObjectNode> expected = expected();
    JavaProgram spark = spark();
    assertSame(expected, rows(spark, warehouse, List.of()), 1 + FLAT.size() + NESTED.size());
    assertSame(expected, rows(spark, warehouse, flat), flat.size());
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

  /** The first row has nothing but its key. */
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

  private Map<Long, ObjectNode> rows(JavaProgram spark, Path warehouse, List<String> columns)
      throws Exception {
    List<String> arguments = new ArrayList<>(List.of(warehouse.toString(), "lake.things"));
    arguments.addAll(columns);
    JavaProgram.Run run = spark.run(arguments.toArray(new String[0])).requireExit(0);
    ObjectMapper json = new ObjectMapper();
    Map<Long, ObjectNode> rows = new TreeMap<>();
    for (String line : Files.readAllLines(run.out())) {
      ObjectNode row = (ObjectNode) json.readTree(line);
      assertThat(rows.put(row.get("id").longValue(), row)).as("row twice: %s", line).isNull();
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

  private JavaProgram spark() throws IOException {
    Path program = folder.resolve(PROGRAM);
    try (InputStream source = SparkInterop.class.getResourceAsStream(PROGRAM)) {
      Files.copy(Objects.requireNonNull(source, PROGRAM), program);
    }
    List<String> options = new ArrayList<>(List.of("-Xmx1g"));
    OPENS.forEach(each -> options.add("--add-opens=" + each + "=ALL-UNNAMED"));
    return new JavaProgram(
        ForeignClassPath.of(
            "Spark",
            "org.apache.iceberg:iceberg-spark-runtime-3.5_2.12:1.12.0",
            "org.apache.spark:spark-sql_2.12:3.5.7",
            "org.xerial:sqlite-jdbc:3.53.4.0"),
        options,
        program.toString(),
        folder);
  }
}
