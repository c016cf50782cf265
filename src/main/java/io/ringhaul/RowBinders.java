package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** How the rows of an import become statements. Thread-safe. */
final class RowBinders {

  private final Supplier<RowBinder> binders;
  private final LongSupplier expiredRows;
  private final LongSupplier expiredCells;

  private RowBinders(
      Supplier<RowBinder> binders, LongSupplier expiredRows, LongSupplier expiredCells) {
    this.binders = binders;
    this.expiredRows = expiredRows;
    this.expiredCells = expiredCells;
  }

  /**
   * With the times of the cells if the rows carry them and they are to be restored.
   *
   * @param columns what the rows carry, in their order
   * @param nulls what is written for values that a row lacks
   * @throws InvalidSettingException if nulls cannot be written with the times
   */
  static RowBinders of(
      CqlSession session,
      TableDescription table,
      List<ColumnDescription> columns,
      RestoredTimes times,
      Nulls nulls) {
    if (times.areIn(columns)) {
      if (nulls == Nulls.TOMBSTONE) {
        throw new InvalidSettingException(
            "nullsAsTombstones",
            "nullsAsTombstones does not go with restored write times, for a null has none; call"
                + " ignoreCellTimes() to import the values alone");
      }
      TimedStatements timed = new TimedStatements(session, table, columns, times);
      return new RowBinders(timed::binder, timed::expiredRows, timed::expiredCells);
    }
    int[] own =
        IntStream.range(0, columns.size())
            .filter(i -> columns.get(i).kind() != Kind.METADATA)
            .toArray();
    InsertStatements inserts =
        new InsertStatements(
            session, table, IntStream.of(own).mapToObj(columns::get).toList(), nulls);
    boolean all = own.length == columns.size();
    RowBinder binder = row -> List.of(inserts.bind(all ? row : column -> row.bytes(own[column])));
    return new RowBinders(() -> binder, () -> 0, () -> 0);
  }

  /** Counters, which have no times. */
  static RowBinders of(CounterStatements counters) {
    return new RowBinders(() -> counters, () -> 0, () -> 0);
  }

  /** For the rows of one split. */
  RowBinder open() {
    return binders.get();
  }

  /** Rows that were left out since all their cells had expired. */
  long expiredRows() {
    return expiredRows.getAsLong();
  }

  /** Cells that were left out since they had expired. */
  long expiredCells() {
    return expiredCells.getAsLong();
  }
}
