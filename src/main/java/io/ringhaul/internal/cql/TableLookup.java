package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.metadata.schema.ClusteringOrder;
import com.datastax.oss.driver.api.core.metadata.schema.ColumnMetadata;
import com.datastax.oss.driver.api.core.metadata.schema.KeyspaceMetadata;
import com.datastax.oss.driver.api.core.metadata.schema.RelationMetadata;
import com.datastax.oss.driver.api.core.metadata.schema.TableMetadata;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.exceptions.UnsupportedClusterException;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds tables in the session's schema metadata and rejects tables that bulk operations cannot use.
 */
public final class TableLookup {

  /** Maximum number of keyspaces or tables that a message lists. */
  private static final int MOST_NAMED = 30;

  private static final Logger LOG = LoggerFactory.getLogger(TableLookup.class);
  private static final Set<String> LOCAL_KEYSPACES = Set.of("system", "system_schema");
  private static final Set<String> VIRTUAL_KEYSPACES =
      Set.of("system_views", "system_virtual_schema");

  private final CqlSession session;

  /** Creates a lookup over a session, which the caller closes. */
  public TableLookup(CqlSession session) {
    this.session = session;
  }

  /**
   * Returns a table or materialized view to read from.
   *
   * @throws UnsuitableTableException if it is missing, virtual, or local to each node
   * @throws UnsupportedClusterException if the session has no schema metadata
   */
  public TableDescription readable(CqlIdentifier keyspace, CqlIdentifier table) {
    KeyspaceMetadata metadata = keyspace(keyspace, table);
    Optional<? extends RelationMetadata> relation = metadata.getTable(table);
    if (relation.isEmpty()) {
      relation = metadata.getView(table);
    }
    return describe(
        relation.orElseThrow(
            () ->
                new UnsuitableTableException(display(keyspace, table), missing(metadata, table))));
  }

  /**
   * Returns a table to write to: as {@link #readable}, but not a view.
   *
   * @throws UnsuitableTableException also if it is a materialized view
   */
  public TableDescription writable(CqlIdentifier keyspace, CqlIdentifier table) {
    String display = display(keyspace, table);
    if (keyspace(keyspace, table).getView(table).isPresent()) {
      throw new UnsuitableTableException(
          display,
          display + " is a materialized view and cannot be written; write to its base table");
    }
    return readable(keyspace, table);
  }

  /** Returns the comment of a table; empty if it has none or is a materialized view. */
  public String comment(CqlIdentifier keyspace, CqlIdentifier table) {
    return keyspace(keyspace, table)
        .getTable(table)
        .map(TableMetadata::getOptions)
        .map(options -> options.get(CqlIdentifier.fromInternal("comment")))
        .map(Object::toString)
        .orElse("");
  }

  /**
   * Returns whether the keyspace has a table or materialized view of that name.
   *
   * @throws UnsuitableTableException if the keyspace is missing, virtual, or local to each node
   * @throws UnsupportedClusterException if the session has no schema metadata
   */
  public boolean exists(CqlIdentifier keyspace, CqlIdentifier table) {
    KeyspaceMetadata metadata = keyspace(keyspace, table);
    return metadata.getTable(table).isPresent() || metadata.getView(table).isPresent();
  }

  /**
   * Returns a keyspace whose tables can be read.
   *
   * @throws UnsuitableTableException if it is missing, virtual, or local to each node
   * @throws UnsupportedClusterException if the session has no schema metadata
   */
  public KeyspaceMetadata keyspace(CqlIdentifier keyspace) {
    return keyspace(keyspace, keyspace.asCql(true));
  }

  private KeyspaceMetadata keyspace(CqlIdentifier keyspace, CqlIdentifier table) {
    return keyspace(keyspace, display(keyspace, table));
  }

  private KeyspaceMetadata keyspace(CqlIdentifier keyspace, String display) {
    if (!session.isSchemaMetadataEnabled()) {
      throw new UnsupportedClusterException(
          "The session has no schema metadata; set the driver's advanced.metadata.schema.enabled to"
              + " true");
    }
    KeyspaceMetadata metadata =
        session
            .getMetadata()
            .getKeyspace(keyspace)
            .orElseThrow(() -> new UnsuitableTableException(display, missingKeyspace(keyspace)));
    if (metadata.isVirtual()) {
      throw new UnsuitableTableException(display, virtual(keyspace));
    }
    if (metadata.getReplication().getOrDefault("class", "").endsWith("LocalStrategy")) {
      throw new UnsuitableTableException(display, local(keyspace));
    }
    return metadata;
  }

  private static String virtual(CqlIdentifier keyspace) {
    return keyspace.asCql(true)
        + " is a virtual keyspace: its data is local to each node, so it has no token ring to read";
  }

  private static String local(CqlIdentifier keyspace) {
    return keyspace.asCql(true)
        + " is local to each node (LocalStrategy), so its tables have no token ring to read";
  }

  private String missingKeyspace(CqlIdentifier keyspace) {
    // By default the driver does not read the schema of these keyspaces, so they seem to be
    // missing.
    if (LOCAL_KEYSPACES.contains(keyspace.asInternal())) {
      return local(keyspace);
    }
    if (VIRTUAL_KEYSPACES.contains(keyspace.asInternal())) {
      return virtual(keyspace);
    }
    List<String> known =
        session.getMetadata().getKeyspaces().values().stream()
            .filter(candidate -> !candidate.isVirtual())
            .map(candidate -> candidate.getName().asCql(true))
            .sorted()
            .toList();
    if (known.isEmpty() && isMissing(keyspace)) {
      return "Keyspace " + keyspace.asCql(true) + " does not exist";
    }
    if (known.isEmpty()) {
      return String.format(
          "The session knows no keyspaces, including %s: the driver's log has the reason why it"
              + " could not read the schema. If the reason is a guardrail on page sizes, set"
              + " advanced.metadata.schema.request-page-size of the driver to a size that the"
              + " guardrail allows",
          keyspace.asCql(true));
    }
    return String.format(
        "Keyspace %s does not exist, or the session does not read its schema"
            + " (advanced.metadata.schema.refreshed-keyspaces); known keyspaces: %s",
        keyspace.asCql(true), listed(known));
  }

  /** Asks the node, for a session that knows no keyspaces. */
  private boolean isMissing(CqlIdentifier keyspace) {
    try {
      return session
              .execute(
                  SimpleStatement.newInstance(
                          "SELECT keyspace_name FROM system_schema.keyspaces"
                              + " WHERE keyspace_name = ?",
                          keyspace.asInternal())
                      .setPageSize(1))
              .one()
          == null;
    } catch (DriverException e) {
      LOG.debug("Cannot ask whether keyspace {} exists", keyspace, e);
      return false;
    }
  }

  private static String listed(List<String> names) {
    String first = String.join(", ", names.subList(0, Math.min(names.size(), MOST_NAMED)));
    return names.size() <= MOST_NAMED
        ? first
        : first + " and " + (names.size() - MOST_NAMED) + " more";
  }

  private static String missing(KeyspaceMetadata keyspace, CqlIdentifier table) {
    List<String> tables = new ArrayList<>();
    for (CqlIdentifier name : keyspace.getTables().keySet()) {
      if (name.asInternal().equalsIgnoreCase(table.asInternal())) {
        return String.format(
            "Table %s does not exist in keyspace %s; did you mean %s?",
            table.asCql(true), keyspace.getName().asCql(true), name.asCql(true));
      }
      tables.add(name.asCql(true));
    }
    return String.format(
        "Table %s does not exist in keyspace %s; it has %s",
        table.asCql(true),
        keyspace.getName().asCql(true),
        tables.isEmpty() ? "no tables" : listed(tables.stream().sorted().toList()));
  }

  private static TableDescription describe(RelationMetadata relation) {
    Set<CqlIdentifier> partitionKey = names(relation.getPartitionKey());
    Set<CqlIdentifier> clustering = names(relation.getClusteringColumns().keySet());
    List<ColumnDescription> columns = new ArrayList<>();
    relation.getPartitionKey().forEach(c -> columns.add(describe(c, Kind.PARTITION_KEY)));
    relation
        .getClusteringColumns()
        .keySet()
        .forEach(c -> columns.add(describe(c, Kind.CLUSTERING)));
    for (Map.Entry<CqlIdentifier, ColumnMetadata> entry : relation.getColumns().entrySet()) {
      if (!partitionKey.contains(entry.getKey()) && !clustering.contains(entry.getKey())) {
        columns.add(
            describe(entry.getValue(), entry.getValue().isStatic() ? Kind.STATIC : Kind.REGULAR));
      }
    }
    TableDescription table =
        new TableDescription(
            relation.getKeyspace().asInternal(),
            relation.getName().asInternal(),
            columns,
            descending(relation));
    warnOfNamesThatDifferInCase(table);
    return table;
  }

  private static Set<String> descending(RelationMetadata relation) {
    Set<String> names = new HashSet<>();
    relation
        .getClusteringColumns()
        .forEach(
            (column, order) -> {
              if (order == ClusteringOrder.DESC) {
                names.add(column.getName().asInternal());
              }
            });
    return names;
  }

  private static void warnOfNamesThatDifferInCase(TableDescription table) {
    Set<String> folded = new HashSet<>();
    for (ColumnDescription column : table.columns()) {
      if (!folded.add(column.name().toLowerCase(Locale.ROOT))) {
        LOG.warn(
            "Table {} has columns that differ only in case (\"{}\"): engines that ignore case"
                + " cannot read both from an export",
            table,
            column.name());
      }
    }
  }

  private static ColumnDescription describe(ColumnMetadata column, Kind kind) {
    return new ColumnDescription(column.getName().asInternal(), column.getType(), kind);
  }

  private static Set<CqlIdentifier> names(Iterable<ColumnMetadata> columns) {
    Set<CqlIdentifier> names = new HashSet<>();
    columns.forEach(column -> names.add(column.getName()));
    return names;
  }

  private static String display(CqlIdentifier keyspace, CqlIdentifier table) {
    return keyspace.asCql(true) + "." + table.asCql(true);
  }
}
