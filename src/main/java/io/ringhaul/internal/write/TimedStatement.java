package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.internal.request.Preparation;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One prepared INSERT or UPDATE with variables for the write time, the TTL, the key and some
 * columns. Missing values stay UNSET. Thread-safe.
 */
final class TimedStatement {

  /** The slots of a {@link CellWrite} for which this statement has variables. */
  private final int[] slots;

  /** The positions of the key columns in a row. */
  private final int[] keys;

  /** Slots that add to a collection: there UNSET is a server error, and null adds nothing. */
  private final boolean[] nullable;

  private final int firstSlot;
  private final int firstKey;
  private final int writetime;
  private final PreparedStatement prepared;
  private final ImportClock clock;

  private TimedStatement(
      PreparedStatement prepared,
      ImportClock clock,
      int[] slots,
      boolean[] nullable,
      int[] keys,
      int firstSlot,
      int firstKey,
      int writetime) {
    this.prepared = prepared;
    this.clock = clock;
    this.slots = slots;
    this.nullable = nullable;
    this.keys = keys;
    this.firstSlot = firstSlot;
    this.firstKey = firstKey;
    this.writetime = writetime;
  }

  /**
   * The INSERT that creates a row: it writes the row's marker and the columns whose values are
   * written as a whole.
   *
   * @param columns the columns of the row; slots count over all of them
   */
  static TimedStatement insert(
      CqlSession session,
      ImportClock clock,
      TableDescription table,
      List<ColumnDescription> key,
      int[] keyPositions,
      List<TimedColumn> columns) {
    List<String> names = new ArrayList<>();
    key.forEach(column -> names.add(TableDescription.quote(column.name())));
    List<Integer> slots = new ArrayList<>();
    int slot = 0;
    for (TimedColumn column : columns) {
      if (column.form() == TimedColumn.Form.WHOLE) {
        names.add(TableDescription.quote(column.column().name()));
        slots.add(slot);
      }
      slot += column.assignments().size();
    }
    String cql =
        String.format(
            "INSERT INTO %s (%s) VALUES (%s) USING TIMESTAMP ? AND TTL ?",
            table.cql(),
            String.join(", ", names),
            names.stream().map(name -> "?").collect(Collectors.joining(", ")));
    return new TimedStatement(
        Preparation.prepare(session, cql, "The write to " + table),
        clock,
        slots.stream().mapToInt(Integer::intValue).toArray(),
        new boolean[slots.size()],
        keyPositions,
        key.size(),
        0,
        names.size());
  }

  /** The UPDATE that writes any of the columns' cells and no marker. */
  static TimedStatement update(
      CqlSession session,
      ImportClock clock,
      TableDescription table,
      List<ColumnDescription> key,
      int[] keyPositions,
      List<TimedColumn> columns) {
    List<String> assignments = new ArrayList<>();
    List<Boolean> nullable = new ArrayList<>();
    for (TimedColumn column : columns) {
      for (String assignment : column.assignments()) {
        assignments.add(assignment);
        nullable.add(column.form().isCollection());
      }
    }
    boolean[] flags = new boolean[nullable.size()];
    IntStream.range(0, flags.length).forEach(i -> flags[i] = nullable.get(i));
    String cql =
        String.format(
            "UPDATE %s USING TIMESTAMP ? AND TTL ? SET %s WHERE %s",
            table.cql(),
            String.join(", ", assignments),
            key.stream()
                .map(column -> TableDescription.quote(column.name()) + " = ?")
                .collect(Collectors.joining(" AND ")));
    return new TimedStatement(
        Preparation.prepare(session, cql, "The write to " + table),
        clock,
        IntStream.range(0, flags.length).toArray(),
        flags,
        keyPositions,
        2,
        2 + flags.length,
        0);
  }

  /** Whether the write has a value that this statement can write. */
  boolean writesAnyOf(CellWrite write) {
    for (int slot : slots) {
      if (!write.isFree(slot)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Binds the write and removes the bound values from it, so that no other statement writes them
   * again.
   *
   * @param repeatable whether executing it twice has the effect of executing it once
   */
  BoundStatement bind(RawRow row, CellWrite write, boolean repeatable) {
    BoundStatementBuilder statement = start(row, repeatable);
    for (int i = 0; i < slots.length; i++) {
      ByteBuffer value = write.take(slots[i]);
      if (value != null) {
        statement = statement.setBytesUnsafe(firstSlot + i, value);
      } else if (nullable[i]) {
        statement = statement.setToNull(firstSlot + i);
      }
    }
    if (write.writetime() != CellWrite.NOW) {
      statement = statement.setLong(writetime, write.writetime());
    }
    if (write.expiry() != CellWrite.UNKNOWN) {
      statement = statement.setInt(writetime + 1, clock.ttl(write.expiry()));
    }
    return statement.build();
  }

  private BoundStatementBuilder start(RawRow row, boolean repeatable) {
    BoundStatementBuilder statement = clock.set(prepared.boundStatementBuilder());
    if (!repeatable) {
      statement = statement.setIdempotence(false);
    }
    for (int i = 0; i < keys.length; i++) {
      statement = statement.setBytesUnsafe(firstKey + i, row.bytes(keys[i]));
    }
    return statement;
  }
}
