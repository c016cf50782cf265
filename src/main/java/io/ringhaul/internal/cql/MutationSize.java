package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.context.DriverContext;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.ColumnDefinition;
import com.datastax.oss.driver.api.core.cql.ColumnDefinitions;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.metadata.schema.ColumnMetadata;
import com.datastax.oss.driver.api.core.metadata.schema.RelationMetadata;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import com.datastax.oss.driver.api.core.type.codec.CodecNotFoundException;
import com.datastax.oss.driver.api.core.type.codec.TypeCodec;
import com.datastax.oss.driver.api.core.type.codec.registry.CodecRegistry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Measures bound and simple statements. Thread-safe. */
public final class MutationSize {

  private final CqlSession session;
  private final PreparedNotes<StatementWeight> weights = new PreparedNotes<>();

  /** Creates a measure that uses the session's schema metadata. The caller closes the session. */
  public MutationSize(CqlSession session) {
    this.session = session;
  }

  /**
   * Returns the bytes of the values only, plus the text of simple statements, which may contain
   * values.
   */
  public long ofValues(List<? extends BatchableStatement<?>> statements) {
    long bytes = 0;
    for (BatchableStatement<?> statement : statements) {
      if (statement instanceof BoundStatement bound) {
        bytes += ofValues(bound);
      } else {
        SimpleStatement simple = (SimpleStatement) statement;
        bytes += simple.getQuery().length();
        for (SimpleValues.Value value : SimpleValues.of(simple, session.getContext())) {
          bytes += value.bytes() == null ? 0 : value.bytes().remaining();
        }
      }
    }
    return bytes;
  }

  private static long ofValues(BoundStatement statement) {
    long bytes = 0;
    for (int i = 0; i < statement.size(); i++) {
      ByteBuffer value = statement.getBytesUnsafe(i);
      // An unset value has no bytes.
      bytes += value == null ? 0 : value.remaining();
    }
    return bytes;
  }

  /**
   * Returns an upper bound, in bytes, of the size that the server compares with its batch
   * thresholds, for any batch with these statements. For rows of known tables the bound is close.
   * For simple statements and named bind markers it may be several times the size. A statement
   * whose size does not follow from its text and values, such as one with {@code IN}, JSON or
   * functions, counts 2 GiB.
   */
  public long upperBound(List<? extends BatchableStatement<?>> statements) {
    long bytes = 0;
    for (BatchableStatement<?> statement : statements) {
      bytes +=
          statement instanceof BoundStatement bound
              ? weight(bound).most(bound)
              : upperBound((SimpleStatement) statement);
    }
    return bytes;
  }

  /**
   * Returns an upper bound of the size of statements with one partition key, which the server
   * counts once for each table.
   *
   * @param valueBytes {@link #ofValues} of the statements
   * @param routingKey routing key of the partition
   */
  public long upperBound(
      List<? extends BatchableStatement<?>> statements, long valueBytes, ByteBuffer routingKey) {
    long bytes = valueBytes;
    boolean isKnown = true;
    int partitions = 0;
    @Nullable StatementWeight last = null;
    List<StatementWeight> seen = new ArrayList<>(1);
    for (BatchableStatement<?> statement : statements) {
      StatementWeight weight = statement instanceof BoundStatement bound ? weight(bound) : null;
      if (weight == null || weight.besideValues() < 0) {
        isKnown = false;
      } else {
        bytes += weight.besideValues() - weight.keyBytes(routingKey);
      }
      // Another statement may belong to another table.
      if (weight == null) {
        partitions++;
      } else if (weight != last && !seen.contains(weight)) {
        partitions++;
        seen.add(weight);
      }
      last = weight;
    }
    return (isKnown ? bytes : upperBound(statements))
        - (statements.size() - partitions) * StatementWeight.PARTITION_BYTES;
  }

  private long upperBound(SimpleStatement statement) {
    StatementWeight weight = StatementWeight.ofText(statement.getQuery());
    long bytes = weight.fixed();
    for (SimpleValues.Value value : SimpleValues.of(statement, session.getContext())) {
      bytes += weight.most(value.type(), value.bytes());
    }
    return bytes;
  }

  /** Returns a lower bound of the size of the statement's mutation in bytes; 0 if unknown. */
  public long lowerBound(BatchableStatement<?> statement) {
    return statement instanceof BoundStatement bound ? weight(bound).least(bound) : 0;
  }

  private StatementWeight weight(BoundStatement statement) {
    PreparedStatement prepared = statement.getPreparedStatement();
    StatementWeight weight = weights.get(prepared);
    if (weight == null) {
      weight = StatementWeight.of(session, prepared);
      weights.put(prepared, weight);
    }
    return weight;
  }

  /**
   * The size of a prepared statement's mutation apart from its bound values. Immutable; computed
   * once for each prepared statement.
   */
  private static final class StatementWeight {

    /**
     * The size of a statement whose text and values do not determine it, so large that the
     * statement goes into no batch with others.
     */
    static final long OPEN = Integer.MAX_VALUE;

    /** A separate partition: its deletion (8), an empty static row (21) and a row (33). */
    private static final long ROW_BYTES = 62;

    /** A partition without the row. */
    static final long PARTITION_BYTES = 29;

    /** A literal: a cell (20), the path of a list element (16) and a value (8 to 36). */
    private static final long LITERAL_BYTES = 72;

    /** The path of a value in a list literal. */
    private static final long NESTED_BYTES = 16;

    /** A range has two bounds, and another range of the batch may split it. */
    private static final long ENDS = 4;

    /** A composite routing key has a length and an end byte for each column. */
    private static final int KEY_PART_BYTES = 3;

    private final TextWeight text;
    private final ValueWeight[] values;
    private final boolean isRange;
    private final long fixed;
    private final long besideValues;

    /** The number of values in the partition key; 0 if unknown. */
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

    /** Computes the weight from the written columns. */
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

    /** Returns the weight of a statement of which only the text is known. */
    static StatementWeight ofText(String cql) {
      TextWeight text = TextWeight.of(cql);
      return new StatementWeight(text, new ValueWeight[0], 0, text.isDelete(), true);
    }

    /**
     * Returns an upper bound of the size without the bytes of the values; -1 if it depends on the
     * values.
     */
    long besideValues() {
      return besideValues;
    }

    /** Returns the bytes of the partition key's values, which the server does not count. */
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

    /** Returns the size without any value, or {@link #OPEN}. */
    long fixed() {
      return text.isOpen() ? OPEN : fixed;
    }

    /** Returns the maximum size of a value of which only the type is known, or {@link #OPEN}. */
    long most(DataType type, @Nullable ByteBuffer value) {
      ValueWeight weight = ValueWeight.of(type);
      return isOpen(weight) ? OPEN : weight.mostOf(value) + (isRange ? ends(value) : 0);
    }

    /** Returns the maximum size of a bound statement, or {@link #OPEN}. */
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

    /** Returns the minimum size of a bound statement. */
    long least(BoundStatement statement) {
      if (text.isOpen() || text.subtracts()) {
        return 0;
      }
      long bytes = 0;
      for (int i = 0; i < values.length; i++) {
        ByteBuffer value = statement.getBytesUnsafe(i);
        if (statement.isSet(i) && value != null) {
          // In an unknown table, any collection may be stored as cells.
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

  /**
   * The size of a column's value in a mutation, as Cassandra 5.0 counts it: its bytes, plus 20 for
   * each cell (write time, time to live and expiry). A collection that is not frozen has a cell
   * with a path for each element. Earlier versions count less.
   */
  private enum ValueWeight {

    /** Counted elsewhere, or not counted. */
    NOTHING {
      @Override
      long most(ByteBuffer value) {
        return 0;
      }
    },

    /** A clustering column: its bytes only. */
    KEY {
      @Override
      long most(ByteBuffer value) {
        return value.remaining();
      }
    },

    /** One cell. */
    CELL {
      @Override
      long most(ByteBuffer value) {
        return CELL_BYTES + value.remaining();
      }
    },

    /** One cell, which has 36 bytes until the counter's value is known. */
    COUNTER {
      @Override
      long most(ByteBuffer value) {
        return CELL_BYTES + 36;
      }
    },

    /** The path of an element is a time UUID. */
    LIST {
      @Override
      long most(ByteBuffer value) {
        return CELL_BYTES + value.remaining() + elements(value) * (CELL_BYTES + 16 - LENGTH_BYTES);
      }

      @Override
      long least(ByteBuffer value) {
        return value.remaining() - LENGTH_BYTES - elements(value) * LENGTH_BYTES;
      }
    },

    /** The path of an element is the element. */
    SET {
      @Override
      long most(ByteBuffer value) {
        return CELL_BYTES + value.remaining() + elements(value) * (CELL_BYTES - LENGTH_BYTES);
      }

      @Override
      long least(ByteBuffer value) {
        return value.remaining() - LENGTH_BYTES - elements(value) * LENGTH_BYTES;
      }
    },

    /** The path of an element is its key. */
    MAP {
      @Override
      long most(ByteBuffer value) {
        return CELL_BYTES + value.remaining() + elements(value) * (CELL_BYTES - 2 * LENGTH_BYTES);
      }

      @Override
      long least(ByteBuffer value) {
        return value.remaining() - LENGTH_BYTES - elements(value) * 2 * LENGTH_BYTES;
      }
    },

    /** The path of a field is its two-byte number. */
    FIELDS {
      @Override
      long most(ByteBuffer value) {
        return CELL_BYTES + value.remaining() + fields(value) * (CELL_BYTES + 2 - LENGTH_BYTES);
      }

      @Override
      long least(ByteBuffer value) {
        return value.remaining() - fields(value) * LENGTH_BYTES;
      }
    };

    /** Bytes of each cell without its path and value. */
    static final long CELL_BYTES = 20;

    /** Bytes of a length prefix in the protocol. */
    private static final long LENGTH_BYTES = 4;

    /** Returns the weight of a type, as one or several cells. */
    static ValueWeight of(DataType type) {
      if (type instanceof ListType) {
        return LIST;
      }
      if (type instanceof SetType) {
        return SET;
      }
      if (type instanceof MapType) {
        return MAP;
      }
      if (type instanceof UserDefinedType) {
        return FIELDS;
      }
      return type.equals(DataTypes.COUNTER) ? COUNTER : CELL;
    }

    /** Returns an upper bound of the size that the server counts for a value. */
    abstract long most(ByteBuffer value);

    /** Returns a lower bound of the value's size in a mutation, as one or several cells. */
    long least(ByteBuffer value) {
      return value.remaining();
    }

    /** Returns an upper bound; null counts as a tombstone, except in a key. */
    final long mostOf(@Nullable ByteBuffer value) {
      return value == null ? (this == NOTHING || this == KEY ? 0 : CELL_BYTES) : most(value);
    }

    private static long elements(ByteBuffer collection) {
      if (collection.remaining() < LENGTH_BYTES) {
        return 0;
      }
      int told = collection.getInt(collection.position());
      return Math.max(0, Math.min(told, collection.remaining() / LENGTH_BYTES));
    }

    private static long fields(ByteBuffer value) {
      long fields = 0;
      int at = value.position();
      while (value.limit() - at >= LENGTH_BYTES) {
        fields++;
        at += (int) LENGTH_BYTES + Math.max(0, value.getInt(at));
      }
      return fields;
    }
  }

  /** The values of a simple statement as the driver encodes them. */
  private static final class SimpleValues {

    /**
     * A value of an unknown column.
     *
     * @param bytes null for null
     */
    record Value(DataType type, @Nullable ByteBuffer bytes) {}

    private SimpleValues() {}

    /** Returns the positional or named values, without those that the driver rejects. */
    static List<Value> of(SimpleStatement statement, DriverContext context) {
      int size = statement.getPositionalValues().size() + statement.getNamedValues().size();
      if (size == 0) {
        return List.of();
      }
      CodecRegistry codecs = context.getCodecRegistry();
      ProtocolVersion version = context.getProtocolVersion();
      List<Value> values = new ArrayList<>(size);
      for (Object value : statement.getPositionalValues()) {
        add(value, codecs, version, values);
      }
      for (Object value : statement.getNamedValues().values()) {
        add(value, codecs, version, values);
      }
      return values;
    }

    private static void add(
        @Nullable Object value, CodecRegistry codecs, ProtocolVersion version, List<Value> values) {
      if (value == null) {
        values.add(new Value(DataTypes.BLOB, null));
        return;
      }
      try {
        TypeCodec<Object> codec = codecs.codecFor(value);
        values.add(new Value(codec.getCqlType(), codec.encode(value, version)));
      } catch (CodecNotFoundException | IllegalArgumentException | NullPointerException e) {
        // There is no codec, or a collection contains null. The driver reports it when it encodes
        // the value.
      }
    }
  }
}
