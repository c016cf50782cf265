package io.ringhaul.batch;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One of the operations that {@link BatchWriter#execute} takes as a unit. Immutable. */
public sealed interface Operation {

  /** What a {@link RowOperation} does. */
  enum Verb {
    INSERT,
    UPDATE,
    DELETE
  }

  /** A statement of the driver as it is: a write, or a read. */
  static Operation of(BatchableStatement<?> statement) {
    return new StatementOperation(statement);
  }

  /** Writes the values of the row, and that there is such a row. */
  static RowOperation insert(TableRow row) {
    return new RowOperation(Verb.INSERT, row, Existence.ANY, Map.of());
  }

  /** Writes the values of the row's columns beside its key; adds to them if they are counters. */
  static RowOperation update(TableRow row) {
    return new RowOperation(Verb.UPDATE, row, Existence.ANY, Map.of());
  }

  /**
   * Deletes the row with the given key, or all rows that share it if it lacks clustering columns at
   * its end. The row may have no other values than its key's.
   */
  static RowOperation delete(TableRow row) {
    return new RowOperation(Verb.DELETE, row, Existence.ANY, Map.of());
  }

  /** Whether there must be such a row already. */
  enum Existence {
    ANY,
    IF_NOT_EXISTS,
    IF_EXISTS
  }

  /**
   * A statement of the driver.
   *
   * @param statement bound or simple; its own consistency level counts, if it has one
   */
  record StatementOperation(BatchableStatement<?> statement) implements Operation {}

  /**
   * An operation on one row.
   *
   * @param expected the values that columns must have, or nothing is done
   */
  record RowOperation(
      Verb verb, TableRow row, Existence existence, Map<CqlIdentifier, @Nullable Object> expected)
      implements Operation {

    public RowOperation {
      expected = Collections.unmodifiableMap(new LinkedHashMap<>(expected));
    }

    /** Returns this insert, applied only if the row does not exist. */
    public RowOperation ifNotExists() {
      return new RowOperation(verb, row, Existence.IF_NOT_EXISTS, expected);
    }

    /** Returns this update or delete, applied only if the row exists. */
    public RowOperation ifExists() {
      return new RowOperation(verb, row, Existence.IF_EXISTS, expected);
    }

    /**
     * Returns this update or delete, applied only if the column has that value.
     *
     * @param column in CQL form
     * @param value null if the column must have none
     */
    public RowOperation ifEquals(String column, @Nullable Object value) {
      Map<CqlIdentifier, @Nullable Object> more = new LinkedHashMap<>(expected);
      more.put(CqlIdentifier.fromCql(column), value);
      return new RowOperation(verb, row, existence, more);
    }

    /** Whether it is done only if a condition holds, which takes a round of Paxos. */
    public boolean isConditional() {
      return existence != Existence.ANY || !expected.isEmpty();
    }

    /** The columns; no values, which may be secret. */
    @Override
    public String toString() {
      return String.format("%s %s %s, expected%s", verb, row, existence, expected.keySet());
    }
  }
}
