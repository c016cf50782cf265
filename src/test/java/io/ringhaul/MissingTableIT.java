package io.ringhaul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.OnCassandra;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.exceptions.UnsupportedClusterException;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.internal.operation.MissingTable;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An import creates a missing table. */
@ClusterTest
class MissingTableIT {

  @TempDir Path folder;

  private final CqlSession session = TestCluster.session();

  @Test
  void createsTableWithTypesKeysOrderAndStatics() {
    String from = TestCluster.newKeyspace(1);
    TestCluster.define("CREATE TYPE " + from + ".\"Zip\" (code int, \"Ext\" text)");
    TestCluster.define(
        "CREATE TYPE " + from + ".addr (zip frozen<\"Zip\">, lines frozen<list<text>>)");
    TestCluster.define(
        "CREATE TABLE "
            + from
            + ".\"Places\" (a int, \"B\" text, c timestamp, d inet, s decimal STATIC, home addr,"
            + " homes map<text, frozen<addr>>, v "
            + (TestCluster.hasVectors() ? "vector<float, 2>" : "frozen<list<float>>")
            + ", pair tuple<int, frozen<set<uuid>>>, PRIMARY KEY ((a, \"B\"), c, d)) WITH"
            + " CLUSTERING ORDER BY (c DESC, d ASC)");
    String table = from + ".\"Places\"";
    for (int i = 0; i < 20; i++) {
      session.execute(
          String.format(
              "INSERT INTO %s (a, \"B\", c, d, s, home, homes, v, pair) VALUES (%d, 'x', %d,"
                  + " '10.0.0.%d', %d.50, {zip: {code: %d, \"Ext\": 'e'}, lines: ['l']}, {'k':"
                  + " {zip: null, lines: []}}, [%d, 1], (%d, {}))",
              table, i / 4, i, i, i, i, i, i));
    }
    session.execute("INSERT INTO " + table + " (a, \"B\", s) VALUES (99, 'only static', 1)");
    String to = TestCluster.newKeyspace(1);
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      operator
          .export(from, "\"Places\"")
          .to(IcebergTarget.warehouse(folder).table("lake.places"))
          .execute();
      IcebergSource source = IcebergSource.warehouse(folder).table("lake.places");
      assertThatThrownBy(() -> operator.importInto(to, "copy").from(source).execute())
          .isInstanceOf(UnsuitableTableException.class);

      operator.importInto(to, "copy").from(source).createTable().execute();
      assertThat(shape(to, "copy")).isEqualTo(shape(from, "Places"));
      assertThat(rows(to + ".copy")).hasSize(21).isEqualTo(rows(table));

      // The second import uses the existing table.
      operator.importInto(to, "copy").from(source).createTable().execute();
      assertThat(rows(to + ".copy")).isEqualTo(rows(table));
    }
  }

  @Test
  void allNodesKnowCreatedTableAtOnce() {
    TableSchema schema =
        new TableSchema(
            "ks",
            "t",
            List.of("k"),
            List.of(
                new TableSchema.Column("k", "int", ColumnDescription.Kind.PARTITION_KEY, false)),
            List.of());
    String keyspace = TestCluster.newKeyspace(3);
    for (int i = 0; i < 2; i++) {
      String name = "t" + i;
      missing(keyspace, name)
          .create(() -> new SchemaOnly(Optional.of(schema)), Optional.empty(), List.of());
      session
          .getMetadata()
          .getNodes()
          .values()
          .forEach(
              node ->
                  session.execute(
                      SimpleStatement.newInstance("SELECT k FROM " + keyspace + "." + name)
                          .setNode(node)));
    }
  }

  @Test
  @OnCassandra(before = "5.0", feature = "has no vectors")
  void namesVectorsThatOldClusterLacks() {
    String keyspace = TestCluster.newKeyspace(1);
    TableSchema schema =
        new TableSchema(
            "ks",
            "t",
            List.of("k"),
            List.of(
                new TableSchema.Column("k", "int", ColumnDescription.Kind.PARTITION_KEY, false),
                new TableSchema.Column(
                    "V", "vector<float, 3>", ColumnDescription.Kind.REGULAR, false)),
            List.of());
    assertThatThrownBy(
            () ->
                missing(keyspace, "t")
                    .create(() -> new SchemaOnly(Optional.of(schema)), Optional.empty(), List.of()))
        .isInstanceOf(UnsupportedClusterException.class)
        .hasMessageMatching(
            "Table "
                + keyspace
                + "\\.t cannot be created: the cluster \\(version "
                + TestCluster.version()
                + "[.0-9]*\\) has no vectors, which takes Cassandra 5\\.0, and the source has"
                + " \"V\" vector<float, 3>; export without them");
  }

  @Test
  void createsCounterTable() {
    String from = TestCluster.newKeyspace(1);
    TestCluster.define(
        "CREATE TABLE " + from + ".hits (k int, c text, n counter, PRIMARY KEY (k, c))");
    TableDescription hits =
        new TableLookup(session)
            .readable(CqlIdentifier.fromCql(from), CqlIdentifier.fromCql("hits"));
    String to = TestCluster.newKeyspace(1);
    missing(to, "hits")
        .create(
            () -> new SchemaOnly(Optional.of(TableSchema.of(hits, hits.columns()))),
            Optional.empty(),
            List.of());
    assertThat(shape(to, "hits")).isEqualTo(shape(from, "hits"));
    session.execute("UPDATE " + to + ".hits SET n = n + 2 WHERE k = 1 AND c = 'x'");
  }

  @Test
  void failuresNameMissingSchema() {
    String keyspace = TestCluster.newKeyspace(1);
    TableSchema.UserType type = new TableSchema.UserType("addr", Map.of("zip", "int"));
    TableSchema schema =
        new TableSchema(
            "ks",
            "t",
            List.of("k"),
            List.of(
                new TableSchema.Column("k", "int", ColumnDescription.Kind.PARTITION_KEY, false),
                new TableSchema.Column("v", "frozen<addr>", ColumnDescription.Kind.REGULAR, false)),
            List.of(type));
    assertThatThrownBy(
            () ->
                missing("no_such_keyspace", "t")
                    .create(() -> new SchemaOnly(Optional.of(schema)), Optional.empty(), List.of()))
        .isInstanceOf(UnsuitableTableException.class)
        .hasMessageStartingWith("Keyspace no_such_keyspace does not exist");
    assertThatThrownBy(
            () ->
                missing(keyspace, "t")
                    .create(() -> new SchemaOnly(Optional.empty()), Optional.empty(), List.of()))
        .isInstanceOf(UnsuitableTableException.class)
        .hasMessage(
            "Table %s.t does not exist, and the source keeps no CQL schema to create it"
                + " from; create the table before the import",
            keyspace);
    TestCluster.define("CREATE TYPE " + keyspace + ".addr (zip text)");
    assertThatThrownBy(
            () ->
                missing(keyspace, "t")
                    .create(() -> new SchemaOnly(Optional.of(schema)), Optional.empty(), List.of()))
        .isInstanceOf(UnsuitableTableException.class)
        .hasMessageContaining(
            "its type addr has the fields {zip=int}, but the keyspace has a type of that"
                + " name with {zip=text}");
    assertThat(session.getMetadata().getKeyspace(keyspace).orElseThrow().getTables()).isEmpty();
  }

  private MissingTable missing(String keyspace, String table) {
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      return new MissingTable(session, operator.importInto(keyspace, table).settings());
    }
  }

  /** Returns the names, types, kinds and clustering orders of the columns. */
  private List<String> shape(String keyspace, String name) {
    TableDescription table =
        new TableLookup(session)
            .readable(CqlIdentifier.fromInternal(keyspace), CqlIdentifier.fromInternal(name));
    return table.columns().stream()
        .map(
            column ->
                String.join(
                    " ",
                    column.name(),
                    CqlTypes.text(column.type()),
                    column.kind().name(),
                    table.descending().contains(column.name()) ? "DESC" : ""))
        .toList();
  }

  private List<List<@Nullable String>> rows(String table) {
    List<List<@Nullable String>> rows = new ArrayList<>();
    for (Row row :
        session.execute("SELECT a, \"B\", c, d, s, home, homes, v, pair FROM " + table)) {
      List<@Nullable String> values = new ArrayList<>();
      for (int i = 0; i < row.size(); i++) {
        ByteBuffer value = row.getBytesUnsafe(i);
        values.add(value == null ? null : CqlBytes.hex(value));
      }
      rows.add(values);
    }
    return rows;
  }

  /** A source that supplies only its schema. */
  private record SchemaOnly(Optional<TableSchema> schema) implements SourceSession {

    @Override
    public Optional<TableSchema> schema(String keyspace, String table) {
      return schema;
    }

    @Override
    public SourcePlan plan(TableDescription table, List<String> columns, OptionalInt taskCount) {
      throw new UnsupportedOperationException();
    }

    @Override
    public RowReader open(SourcePlan plan, List<ColumnDescription> columns, SourceTask split) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
      // The session has nothing to close.
    }
  }
}
