package io.ringhaul.spark;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.cli.sandbox.ForeignClassPath;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.it.TypeTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Copies a table of each type with data frames of the Spark Cassandra Connector, and compares the
 * bytes of the copy. The documentation has the table of what it loses, and this test its truth.
 */
@ClusterTest
class ConnectorOnSpark {

  private static final String SPARK = "org.apache.spark:spark-sql_2.12:3.5.7";
  private static final String CONNECTOR = "com.datastax.spark:spark-cassandra-connector_2.12:3.5.1";
  private static final Path DOCUMENT = Path.of("docs", "spark.md");

  private final CqlSession session = TestCluster.session();
  private final String keyspace = TestCluster.newKeyspace(1);
  private final TypeTable types = new TypeTable(session, keyspace);

  @Test
  void losesTheValuesThatTheDocumentationNames(@TempDir Path folder) throws Exception {
    types.create("all_types");
    types.fill("all_types");
    SparkApplication application = SparkApplication.compile("RunDataFrames", SPARK, folder);
    SparkApplication withConnector =
        new SparkApplication(
            application.program(),
            ForeignClassPath.of("Spark and its connector", SPARK, CONNECTOR),
            application.jar(),
            folder);
    // A session hears of tables that are made later after a second only.
    List<SortedMap<Integer, ByteBuffer>> valuesOf = new ArrayList<>();
    for (int i = 0; i < types.types().size(); i++) {
      valuesOf.add(divide(i));
    }
    List<String> table = new ArrayList<>();
    try (DataFrameQueries connector = start(withConnector, "org.apache.spark.sql.cassandra");
        DataFrameQueries ringhaul = start(application, "ringhaul")) {
      for (int i = 0; i < types.types().size(); i++) {
        String type = types.types().get(i);
        SortedMap<Integer, ByteBuffer> values = valuesOf.get(i);
        assertThat(copy(ringhaul, i, "ringhaul", values)).as(type).isEmpty();
        List<String> losses = copy(connector, i, "connector", values);
        if (!losses.isEmpty()) {
          table.add(
              String.format("| `%s` | %s |", type, String.join("; ", losses).replace("|", "\\|")));
        }
      }
    }
    assertThat(documented()).isEqualTo(table);
  }

  private static List<String> documented() throws IOException {
    String document = Files.readString(DOCUMENT);
    return document
        .substring(document.indexOf("## What data frames of the Spark Cassandra Connector lose"))
        .lines()
        .filter(line -> line.startsWith("| `"))
        .toList();
  }

  private DataFrameQueries start(SparkApplication application, String format) throws Exception {
    return new DataFrameQueries(
        application.start("local[2]", keyspace, Map.of("frames.format", format)));
  }

  /** Makes a table with the values of one column, and returns them by the ids of their rows. */
  private SortedMap<Integer, ByteBuffer> divide(int column) {
    String type = types.types().get(column);
    for (String table : List.of("values", "ringhaul", "connector")) {
      TestCluster.define(
          String.format(
              "CREATE TABLE %s.%s_%d (id int PRIMARY KEY, v %s)", keyspace, table, column, type));
    }
    SortedMap<Integer, ByteBuffer> values = values("all_types", "c" + column);
    var insert =
        session.prepare(
            String.format("INSERT INTO %s.values_%d (id, v) VALUES (?, ?)", keyspace, column));
    values.forEach(
        (id, value) -> session.execute(insert.bind().setInt(0, id).setBytesUnsafe(1, value)));
    return values;
  }

  private SortedMap<Integer, ByteBuffer> values(String table, String column) {
    SortedMap<Integer, ByteBuffer> values = new TreeMap<>();
    for (Row row :
        session.execute(String.format("SELECT id, %s FROM %s.%s", column, keyspace, table))) {
      ByteBuffer value = row.getBytesUnsafe(1);
      if (value != null) {
        values.put(row.getInt(0), value);
      }
    }
    return values;
  }

  /** Copies the values of one type, and returns which of them are lost. */
  private List<String> copy(
      DataFrameQueries queries, int column, String copy, SortedMap<Integer, ByteBuffer> values)
      throws Exception {
    String view = "values_" + column;
    String keyspaceOption = "keyspace=" + keyspace;
    String viewed = queries.ask("view", view, keyspaceOption, "table=" + view).result();
    if (viewed.startsWith("failed")) {
      return List.of("reads no table with such a column");
    }
    String all = "SELECT * FROM " + view;
    String table = copy + "_" + column;
    String[] write = {"write", all, "append", keyspaceOption, "table=" + table};
    Map<String, List<String>> losses = new LinkedHashMap<>();
    Set<Integer> failed = new HashSet<>();
    if (!queries.ask(write).result().equals("written")) {
      for (int id : values.keySet()) {
        write[1] = all + " WHERE id = " + id;
        if (!queries.ask(write).result().equals("written")) {
          failed.add(id);
        }
      }
    }
    if (failed.size() == values.size()) {
      return List.of("fails on every value");
    }
    Map<Integer, ByteBuffer> copied = values(table, "v");
    values.forEach(
        (id, value) -> {
          if (!value.equals(copied.get(id))) {
            String loss =
                failed.contains(id)
                    ? "fails on"
                    : copied.containsKey(id) ? "changes" : "replaces by null";
            losses
                .computeIfAbsent(loss, any -> new ArrayList<>())
                .add("`" + Objects.requireNonNull(types.names().get(id)) + "`");
          }
        });
    return losses.entrySet().stream()
        .map(loss -> loss.getKey() + " " + String.join(", ", loss.getValue()))
        .toList();
  }
}
