package io.ringhaul.internal.operation;

import static java.util.stream.Collectors.joining;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.ColumnDefinition;
import com.datastax.oss.driver.api.core.cql.ColumnDefinitions;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.metadata.schema.ColumnMetadata;
import com.datastax.oss.driver.api.core.metadata.schema.IndexMetadata;
import com.datastax.oss.driver.api.core.metadata.schema.KeyspaceMetadata;
import com.datastax.oss.driver.api.core.metadata.schema.TableMetadata;
import com.datastax.oss.driver.api.core.metadata.schema.ViewMetadata;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import io.ringhaul.internal.cql.CqlLiteral;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the table of a copy can take over from the source table besides its columns: table options,
 * indexes and materialized views, as CQL for a table of another name or of another cluster.
 */
record CopiedSchema(CqlSession source, CqlIdentifier keyspace, CqlIdentifier table) {

  /** Columns of the schema tables that are not options of a table. */
  private static final Set<String> NO_OPTIONS =
      Set.of(
          "keyspace_name",
          "table_name",
          "view_name",
          "id",
          "flags",
          "extensions",
          "base_table_id",
          "base_table_name",
          "include_all_columns",
          "where_clause");

  /** Cassandra 4.0 has another option in their place, and still their columns. */
  private static final Set<String> REPLACED =
      Set.of("dclocal_read_repair_chance", "read_repair_chance");

  private static final String REPLACEMENT = "read_repair";

  private static final String TTL = "default_time_to_live";

  /**
   * Returns the options of the source table, such as {@code gc_grace_seconds = 60}, as far as the
   * target's cluster has them.
   */
  List<String> options(CqlSession target) {
    boolean isView =
        source.getMetadata().getKeyspace(keyspace).flatMap(it -> it.getView(table)).isPresent();
    return isView ? options(target, "view", table) : options(target, "table", table);
  }

  /**
   * @param kind table or view
   */
  private List<String> options(CqlSession target, String kind, CqlIdentifier name) {
    @Nullable Row row =
        source
            .execute(
                SimpleStatement.newInstance(
                    String.format(
                        "SELECT * FROM system_schema.%ss WHERE keyspace_name = ? AND %1$s_name = ?",
                        kind),
                    keyspace.asInternal(),
                    name.asInternal()))
            .one();
    ColumnDefinitions known =
        target
            .execute(
                SimpleStatement.newInstance("SELECT * FROM system_schema.tables LIMIT 1")
                    .setPageSize(1))
            .getColumnDefinitions();
    List<String> options = new ArrayList<>();
    if (row != null) {
      for (ColumnDefinition column : row.getColumnDefinitions()) {
        String option = column.getName().asInternal();
        ByteBuffer value = row.getBytesUnsafe(column.getName());
        if (value != null
            && !NO_OPTIONS.contains(option)
            && known.contains(column.getName())
            && !(REPLACED.contains(option) && known.contains(REPLACEMENT))
            && !(kind.equals("view") && option.equals(TTL))) {
          options.add(option + " = " + CqlLiteral.of(column.getType(), value));
        }
      }
    }
    return options;
  }

  /**
   * Returns the statements that create the indexes and views of the source table that another table
   * lacks. A name that is taken in its keyspace gets the table's name in front.
   */
  List<String> missing(CqlSession target, CqlIdentifier into, CqlIdentifier name) {
    Optional<KeyspaceMetadata> from = source.getMetadata().getKeyspace(keyspace);
    Optional<KeyspaceMetadata> to = target.getMetadata().getKeyspace(into);
    Optional<TableMetadata> model = from.flatMap(it -> it.getTable(table));
    if (model.isEmpty() || to.isEmpty()) {
      return List.of();
    }
    Collection<IndexMetadata> indexes =
        to.get().getTable(name).map(it -> it.getIndexes().values()).orElse(List.of());
    Collection<ViewMetadata> views = to.get().getViewsOnTable(name).values();
    Set<CqlIdentifier> taken = taken(to.get());
    String display = into.asCql(true) + "." + name.asCql(true);
    List<String> statements = new ArrayList<>();
    for (IndexMetadata index : model.get().getIndexes().values()) {
      if (indexes.stream().noneMatch(it -> isSame(it, index))) {
        statements.add(cql(index, free(index.getName(), name, taken), display));
      }
    }
    for (ViewMetadata view : from.get().getViewsOnTable(table).values()) {
      if (views.stream().noneMatch(it -> isSame(it, view))) {
        String called = into.asCql(true) + "." + free(view.getName(), name, taken);
        statements.add(cql(view, called, display, options(target, "view", view.getName())));
      }
    }
    return statements;
  }

  private static Set<CqlIdentifier> taken(KeyspaceMetadata keyspace) {
    Set<CqlIdentifier> taken = new HashSet<>(keyspace.getTables().keySet());
    taken.addAll(keyspace.getViews().keySet());
    keyspace.getTables().values().forEach(table -> taken.addAll(table.getIndexes().keySet()));
    return taken;
  }

  private static String free(CqlIdentifier name, CqlIdentifier table, Set<CqlIdentifier> taken) {
    CqlIdentifier free = name;
    while (!taken.add(free)) {
      free = CqlIdentifier.fromInternal(table.asInternal() + "_" + free.asInternal());
    }
    return free.asCql(true);
  }

  private static boolean isSame(IndexMetadata one, IndexMetadata other) {
    return one.getKind() == other.getKind()
        && one.getTarget().equals(other.getTarget())
        && one.getClassName().equals(other.getClassName());
  }

  private static boolean isSame(ViewMetadata one, ViewMetadata other) {
    return names(one.getPrimaryKey()).equals(names(other.getPrimaryKey()))
        && one.getColumns().keySet().equals(other.getColumns().keySet())
        && one.getWhereClause().equals(other.getWhereClause());
  }

  private static String cql(IndexMetadata index, String name, String table) {
    Map<String, String> options = new TreeMap<>(index.getOptions());
    options.keySet().removeAll(Set.of("target", "class_name"));
    return String.format(
        "CREATE %sINDEX %s ON %s (%s)%s%s",
        index.getClassName().isPresent() ? "CUSTOM " : "",
        name,
        table,
        index.getTarget(),
        index.getClassName().map(type -> " USING " + TypeCodecs.TEXT.format(type)).orElse(""),
        options.isEmpty()
            ? ""
            : " WITH OPTIONS = "
                + TypeCodecs.mapOf(TypeCodecs.TEXT, TypeCodecs.TEXT).format(options));
  }

  private static String cql(ViewMetadata view, String name, String table, List<String> options) {
    List<String> with = new ArrayList<>();
    if (!view.getClusteringColumns().isEmpty()) {
      with.add(
          view.getClusteringColumns().entrySet().stream()
              .map(column -> column.getKey().getName().asCql(true) + " " + column.getValue())
              .collect(joining(", ", "CLUSTERING ORDER BY (", ")")));
    }
    with.addAll(options);
    return String.format(
        "CREATE MATERIALIZED VIEW %s AS SELECT %s FROM %s WHERE %s PRIMARY KEY ((%s)%s) WITH %s",
        name,
        view.includesAllColumns() ? "*" : names(view.getColumns().values()),
        table,
        view.getWhereClause().orElse(""),
        names(view.getPartitionKey()),
        view.getClusteringColumns().isEmpty()
            ? ""
            : ", " + names(view.getClusteringColumns().keySet()),
        String.join(" AND ", with));
  }

  private static String names(Collection<ColumnMetadata> columns) {
    return columns.stream().map(column -> column.getName().asCql(true)).collect(joining(", "));
  }
}
