package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.ColumnDefinition;
import com.datastax.oss.driver.api.core.cql.ColumnDefinitions;
import com.datastax.oss.driver.api.core.metadata.schema.ColumnMetadata;
import com.datastax.oss.driver.api.core.metadata.schema.RelationMetadata;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The properties of the table that a statement writes to.
 *
 * @param name name in CQL form, for messages
 * @param holdsCounters whether the table has counters
 * @param primaryKey names of the key columns; empty if the session does not know the table
 * @param partitionKey names of the partition key columns; empty if the table is unknown
 * @param staticLists static columns that are lists of cells; empty if the table is unknown
 * @param columns types of all columns; empty if the table is unknown
 */
public record WrittenTable(
    String name,
    boolean holdsCounters,
    Set<CqlIdentifier> primaryKey,
    Set<CqlIdentifier> partitionKey,
    Set<CqlIdentifier> staticLists,
    Map<CqlIdentifier, DataType> columns) {

  static final WrittenTable UNKNOWN =
      new WrittenTable("a table", false, Set.of(), Set.of(), Set.of(), Map.of());

  static WrittenTable of(RelationMetadata table) {
    return new WrittenTable(
        table.getKeyspace().asCql(true) + "." + table.getName().asCql(true),
        table.getColumns().values().stream().anyMatch(c -> c.getType().equals(DataTypes.COUNTER)),
        table.getPrimaryKey().stream().map(ColumnMetadata::getName).collect(Collectors.toSet()),
        table.getPartitionKey().stream().map(ColumnMetadata::getName).collect(Collectors.toSet()),
        table.getColumns().values().stream()
            .filter(column -> column.isStatic() && isList(column.getType()))
            .map(ColumnMetadata::getName)
            .collect(Collectors.toSet()),
        table.getColumns().values().stream()
            .collect(Collectors.toMap(ColumnMetadata::getName, ColumnMetadata::getType)));
  }

  /** Returns a table of which only the name is known. */
  static WrittenTable named(String name, boolean holdsCounters) {
    return new WrittenTable(name, holdsCounters, Set.of(), Set.of(), Set.of(), Map.of());
  }

  /** Whether the session knows the table. */
  boolean isKnown() {
    return !columns.isEmpty();
  }

  /** Whether the column may be in the partition key; true if the table is unknown. */
  boolean mayBeOfPartitionKey(CqlIdentifier column) {
    return !isKnown() || partitionKey.contains(column);
  }

  /** Whether the partition key is the whole primary key; false if the table is unknown. */
  boolean hasPartitionsOfOneRow() {
    return isKnown() && primaryKey.size() == partitionKey.size();
  }

  boolean isSetOrMap(CqlIdentifier column) {
    DataType type = columns.get(column);
    return type instanceof SetType || type instanceof MapType;
  }

  boolean isCollection(CqlIdentifier column) {
    return isSetOrMap(column) || columns.get(column) instanceof ListType;
  }

  /** Whether the column is a list of cells and not a frozen value. */
  boolean isList(CqlIdentifier column) {
    return isList(columns.get(column));
  }

  private static boolean isList(@Nullable DataType type) {
    return type instanceof ListType list && !list.isFrozen();
  }

  /**
   * Returns {@code (column = literal, ...)} for the key columns that are variables of the
   * statement.
   */
  String rowOf(BoundStatement statement) {
    List<String> parts = new ArrayList<>();
    ColumnDefinitions variables = statement.getPreparedStatement().getVariableDefinitions();
    for (int i = 0; i < variables.size(); i++) {
      ColumnDefinition variable = variables.get(i);
      if (primaryKey.contains(variable.getName())) {
        parts.add(
            variable.getName().asCql(true)
                + " = "
                + KeyText.of(CqlLiteral.of(variable.getType(), statement.getBytesUnsafe(i))));
      }
    }
    return parts.isEmpty()
        ? KeyText.ofStatement(statement.getPreparedStatement().getQuery())
        : "(" + String.join(", ", parts) + ")";
  }
}
