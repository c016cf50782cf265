package io.ringhaul.batch;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.ColumnDefinition;
import com.datastax.oss.driver.api.core.cql.ColumnDefinitions;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.metadata.schema.ColumnMetadata;
import com.datastax.oss.driver.api.core.metadata.schema.RelationMetadata;
import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.cql.CqlLiteral;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a batch needs to know of the table that a prepared statement writes to.
 *
 * @param name its name in CQL form, for people
 * @param holdsCounters whether its columns are counters
 * @param primaryKey the names of its key columns; empty if the session does not know the table
 */
record WrittenTable(String name, boolean holdsCounters, Set<CqlIdentifier> primaryKey) {

  static final WrittenTable UNKNOWN = new WrittenTable("a table", false, Set.of());

  /** Looks the table up by the statement's variables; one without variables has none. */
  static WrittenTable of(CqlSession session, PreparedStatement prepared) {
    ColumnDefinitions variables = prepared.getVariableDefinitions();
    if (variables.size() == 0) {
      return UNKNOWN;
    }
    ColumnDefinition variable = variables.get(0);
    return session
        .getMetadata()
        .getKeyspace(variable.getKeyspace())
        .flatMap(keyspace -> keyspace.getTable(variable.getTable()))
        .map(WrittenTable::of)
        .orElse(UNKNOWN);
  }

  private static WrittenTable of(RelationMetadata table) {
    return new WrittenTable(
        table.getKeyspace().asCql(true) + "." + table.getName().asCql(true),
        table.getColumns().values().stream().anyMatch(c -> c.getType().equals(DataTypes.COUNTER)),
        table.getPrimaryKey().stream().map(ColumnMetadata::getName).collect(Collectors.toSet()));
  }

  /** How a statement may be treated. A counter update is never repeatable, whatever it says. */
  WriteKind kindOf(BatchableStatement<?> statement) {
    if (holdsCounters) {
      return WriteKind.COUNTER;
    }
    return Boolean.FALSE.equals(statement.isIdempotent()) ? WriteKind.ONCE : WriteKind.REPEATABLE;
  }

  /** {@code (column = literal, ...)} for the key columns that are variables of the statement. */
  String rowOf(BoundStatement statement) {
    List<String> parts = new ArrayList<>();
    ColumnDefinitions variables = statement.getPreparedStatement().getVariableDefinitions();
    for (int i = 0; i < variables.size(); i++) {
      ColumnDefinition variable = variables.get(i);
      if (primaryKey.contains(variable.getName())) {
        parts.add(
            variable.getName().asCql(true)
                + " = "
                + CqlLiteral.of(variable.getType(), statement.getBytesUnsafe(i)));
      }
    }
    return parts.isEmpty()
        ? statement.getPreparedStatement().getQuery()
        : "(" + String.join(", ", parts) + ")";
  }
}
