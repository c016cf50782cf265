package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.ColumnDefinition;
import com.datastax.oss.driver.api.core.cql.ColumnDefinitions;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.metadata.schema.ColumnMetadata;
import com.datastax.oss.driver.api.core.metadata.schema.RelationMetadata;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a prepared statement comes to in a mutation, whatever is bound to it. Immutable; looked up
 * once for each prepared statement.
 */
final class StatementWeight {

  /** So much that the statement goes alone: its size is not told by its text and its values. */
  static final long OPEN = Integer.MAX_VALUE;

  /** A partition of its own: its deletion (8), a static row without anything (21), a row (33). */
  private static final long ROW_BYTES = 62;

  /** Returns this weight without the row. */
  static final long PARTITION_BYTES = 29;

  /** A literal: a cell (20) with the path of a list's element (16) and a value (8 to 36). */
  private static final long LITERAL_BYTES = 72;

  /** The path of a value in the literal of a list. */
  private static final long NESTED_BYTES = 16;

  /** A range has two ends, and may be cut in two by another one of the batch. */
  private static final long ENDS = 4;

  /** A routing key of several columns has a length and an end for each. */
  private static final int KEY_PART_BYTES = 3;

  private final TextWeight text;
  private final ValueWeight[] values;
  private final boolean isRange;
  private final long fixed;
  private final long besideValues;

  /** How many of the values are the partition key; 0 if that is not known. */
  private final int keyParts;

  private StatementWeight(
      TextWeight text, ValueWeight[] values, int keyParts, boolean isRange, boolean hasRow) {
    this.keyParts = keyParts;
    this.text = text;
    this.values = values;
    this.isRange = isRange;
    this.fixed =
        (hasRow ? ROW_BYTES : PARTITION_BYTES)
            + text.literals() * LITERAL_BYTES
            + text.literalBytes() * (isRange ? ENDS : 1)
            + text.deletedColumns() * ValueWeight.CELL_BYTES
            + text.nestedMarkers() * NESTED_BYTES;
    this.besideValues = cells();
  }

  /** Looks at the columns that are written. */
  static StatementWeight of(CqlSession session, PreparedStatement prepared) {
    TextWeight text = TextWeight.of(prepared.getQuery());
    ColumnDefinitions variables = prepared.getVariableDefinitions();
    if (variables.size() == 0) {
      return new StatementWeight(text, new ValueWeight[0], 0, text.isDelete(), true);
    }
    RelationMetadata table = text.isNamed() ? null : table(session, variables.get(0));
    if (table == null) {
      ValueWeight[] values = new ValueWeight[variables.size()];
      Arrays.setAll(values, i -> ValueWeight.of(variables.get(i).getType()));
      return new StatementWeight(text, values, 0, text.isDelete(), true);
    }
    return of(text, prepared, table);
  }

  private static StatementWeight of(
      TextWeight text, PreparedStatement prepared, RelationMetadata table) {
    ColumnDefinitions variables = prepared.getVariableDefinitions();
    List<Integer> partitionKey = prepared.getPartitionKeyIndices();
    ValueWeight[] values = new ValueWeight[variables.size()];
    Set<String> clustering = new HashSet<>();
    for (int i = 0; i < values.length; i++) {
      ColumnDefinition variable = variables.get(i);
      values[i] = partitionKey.contains(i) ? ValueWeight.NOTHING : of(variable, table);
      if (values[i] == ValueWeight.KEY) {
        clustering.add(variable.getName().asInternal());
      }
    }
    boolean isWholePartition =
        text.isDelete()
            && clustering.isEmpty()
            && text.literals() == 0
            && text.deletedColumns() == 0;
    boolean isOneRow =
        clustering.size() == table.getClusteringColumns().size() && !text.hasBounds();
    return new StatementWeight(
        text,
        values,
        partitionKey.size(),
        text.isDelete() && !isWholePartition && !isOneRow,
        !isWholePartition);
  }

  private static ValueWeight of(ColumnDefinition variable, RelationMetadata table) {
    String name = variable.getName().asInternal();
    if (name.equals("[ttl]") || name.equals("[timestamp]")) {
      return ValueWeight.NOTHING;
    }
    ColumnMetadata column = table.getColumn(variable.getName()).orElse(null);
    if (column == null) {
      return ValueWeight.of(variable.getType());
    }
    if (table.getClusteringColumns().containsKey(column)) {
      return ValueWeight.KEY;
    }
    return isFrozen(column.getType()) ? ValueWeight.CELL : ValueWeight.of(variable.getType());
  }

  private static boolean isFrozen(DataType type) {
    return (type instanceof ListType list && list.isFrozen())
        || (type instanceof SetType set && set.isFrozen())
        || (type instanceof MapType map && map.isFrozen())
        || (type instanceof UserDefinedType fields && fields.isFrozen());
  }

  private static @Nullable RelationMetadata table(CqlSession session, ColumnDefinition variable) {
    return session
        .getMetadata()
        .getKeyspace(variable.getKeyspace())
        .flatMap(keyspace -> keyspace.getTable(variable.getTable()))
        .orElse(null);
  }

  /** The weight of a statement of which nothing but its text is known. */
  static StatementWeight ofText(String cql) {
    TextWeight text = TextWeight.of(cql);
    return new StatementWeight(text, new ValueWeight[0], 0, text.isDelete(), true);
  }

  /**
   * At least what the statement comes to beside the bytes of its values; -1 if that depends on the
   * values.
   */
  long besideValues() {
    return besideValues;
  }

  /** The bytes of the partition key's values, which the server does not count. */
  long keyBytes(ByteBuffer routingKey) {
    return keyParts > 1
        ? routingKey.remaining() - keyParts * KEY_PART_BYTES
        : keyParts * routingKey.remaining();
  }

  private long cells() {
    if (text.isOpen() || isRange) {
      return -1;
    }
    long bytes = fixed;
    for (ValueWeight value : values) {
      if (value != ValueWeight.NOTHING && value != ValueWeight.KEY && value != ValueWeight.CELL) {
        return -1;
      }
      bytes += value == ValueWeight.CELL ? ValueWeight.CELL_BYTES : 0;
    }
    return bytes;
  }

  /** What there is without a value, or {@link #OPEN}. */
  long fixed() {
    return text.isOpen() ? OPEN : fixed;
  }

  /** The most that a value adds of whose column only the type is known, or {@link #OPEN}. */
  long most(DataType type, @Nullable ByteBuffer value) {
    ValueWeight weight = ValueWeight.of(type);
    return isOpen(weight) ? OPEN : weight.mostOf(value) + (isRange ? ends(value) : 0);
  }

  /** The most that the bound statement comes to, or {@link #OPEN}. */
  long most(BoundStatement statement) {
    if (text.isOpen()) {
      return OPEN;
    }
    long bytes = fixed;
    for (int i = 0; i < values.length; i++) {
      if (statement.isSet(i)) {
        if (isOpen(values[i])) {
          return OPEN;
        }
        ByteBuffer value = statement.getBytesUnsafe(i);
        bytes += values[i].mostOf(value) + (isRange ? ends(value) : 0);
      }
    }
    return bytes;
  }

  /** The least that the bound statement comes to. */
  long least(BoundStatement statement) {
    if (text.isOpen() || text.subtracts()) {
      return 0;
    }
    long bytes = 0;
    for (int i = 0; i < values.length; i++) {
      ByteBuffer value = statement.getBytesUnsafe(i);
      if (statement.isSet(i) && value != null) {
        // Of a table that is not known any collection may be cells.
        bytes += values[i].least(value);
      }
    }
    return bytes;
  }

  private boolean isOpen(ValueWeight weight) {
    return text.subtracts() && weight == ValueWeight.LIST;
  }

  private static long ends(@Nullable ByteBuffer value) {
    return value == null ? 0 : ENDS * value.remaining();
  }
}
