package io.ringhaul.batch;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An operation of a unit, see {@link BatchWriter#execute}. Immutable. */
public sealed interface Operation {

  /** The kind of a {@link RowOperation}. */
  enum Verb {
    INSERT,
    UPDATE,
    DELETE
  }

  /** Returns an operation that executes a statement of the driver, a write or a read. */
  static Operation of(BatchableStatement<?> statement) {
    return new StatementOperation(statement);
  }

  /** Returns an insert, which writes the values of the row and the row marker. */
  static RowOperation insert(TableRow row) {
    return new RowOperation(Verb.INSERT, row, Existence.ANY, Map.of());
  }

  /**
   * Returns an update, which writes the columns outside of the key, or adds to them if they are
   * counters.
   */
  static RowOperation update(TableRow row) {
    return new RowOperation(Verb.UPDATE, row, Existence.ANY, Map.of());
  }

  /**
   * Returns a delete of the row with this key, or of all rows with this key prefix if the last
   * clustering columns are missing. The row must have no values outside of the key.
   */
  static RowOperation delete(TableRow row) {
    return new RowOperation(Verb.DELETE, row, Existence.ANY, Map.of());
  }

  /** The condition on the existence of the row. */
  enum Existence {
    ANY,
    IF_NOT_EXISTS,
    IF_EXISTS
  }

  /**
   * A statement of the driver.
   *
   * @param statement bound or simple; its consistency level takes precedence over that of the
   *     writer
   */
  record StatementOperation(BatchableStatement<?> statement) implements Operation {}

  /**
   * An operation on one row.
   *
   * @param expected values that the columns must have for the operation to be applied
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
     * @param value null if the column must have no value
     */
    public RowOperation ifEquals(String column, @Nullable Object value) {
      return ifEquals(CqlIdentifier.fromCql(column), value);
    }

    /**
     * Returns this update or delete, applied only if the column has that value.
     *
     * @param value null if the column must have no value
     */
    public RowOperation ifEquals(CqlIdentifier column, @Nullable Object value) {
      Map<CqlIdentifier, @Nullable Object> more = new LinkedHashMap<>(expected);
      more.put(column, value);
      return new RowOperation(verb, row, existence, more);
    }

    /** Whether the operation has a condition, which takes a round of Paxos. */
    public boolean isConditional() {
      return existence != Existence.ANY || !expected.isEmpty();
    }

    /** Returns the columns without the values, which may be confidential. */
    @Override
    public String toString() {
      return String.format("%s %s %s, expected%s", verb, row, existence, expected.keySet());
    }
  }
}
