package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.internal.batch.StreamWriter;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Binds rows of counters to updates that add their values. A row without a value adds nothing and
 * takes no statement. Thread-safe.
 */
public final class CounterStatements {

  private final KeyCheck keyCheck;
  private final @Nullable CounterUpdate rows;
  private final Optional<StaticCounters> statics;
  private final StreamWriter writer;

  /**
   * @param columns the columns in the order in which rows carry them
   * @param writers take the updates of static counters, which are waited for one by one
   */
  public CounterStatements(
      CqlSession session,
      TableDescription table,
      List<ColumnDescription> columns,
      ImportWriters writers) {
    this.writer = writers.writer();
    this.keyCheck = new KeyCheck(table, columns);
    List<ColumnDescription> counters = ofKind(columns, Kind.REGULAR);
    this.rows =
        counters.isEmpty()
            ? null
            : new CounterUpdate(session, table, columns, counters, table.primaryKey());
    List<ColumnDescription> ofPartition = ofKind(columns, Kind.STATIC);
    this.statics =
        ofPartition.isEmpty()
            ? Optional.empty()
            : Optional.of(new StaticCounters(session, table, columns, ofPartition, writers));
  }

  /**
   * Refuses an import that has nothing to add.
   *
   * @throws UnsuitableTableException if no column is a counter
   */
  public static void requireCounters(TableDescription table, List<ColumnDescription> columns) {
    if (columns.stream().noneMatch(ColumnDescription::isCounter)) {
      throw new UnsuitableTableException(
          table.toString(),
          String.format(
              "Table %s holds counters, and the import has none of them: a counter's row cannot be"
                  + " made of its key alone",
              table));
    }
  }

  /**
   * Refuses to add to static counters that may have values: every row of a partition carries them,
   * and only a partition without them shows that none of its rows was here before.
   */
  public static void requireNoStatics(
      String setting, TableDescription table, List<ColumnDescription> columns) {
    List<String> names =
        ofKind(columns, Kind.STATIC).stream()
            .map(column -> TableDescription.quote(column.name()))
            .toList();
    if (!names.isEmpty()) {
      throw new InvalidSettingException(
          setting,
          String.format(
              "%s does not go with the static counters of %s (%s), which every row of their"
                  + " partition carries: leave them out with %s, or import into an empty table"
                  + " without it",
              setting, table, String.join(", ", names), Setting.COLUMNS.callWithValue()));
    }
  }

  /** Binds the rows of one task. */
  RowBinder binder() {
    return new Binder();
  }

  private final class Binder implements RowBinder {
    private final SharedColumnWriter sharedColumns = new SharedColumnWriter(writer);

    @Override
    public List<BoundStatement> bind(RawRow row) throws InterruptedException {
      boolean isWhole = keyCheck.isWhole(row);
      boolean addsToRow = isWhole && rows != null && rows.addsAnything(row);
      if (statics.isPresent()) {
        statics.get().add(row, addsToRow ? 0 : 1, sharedColumns);
      }
      return addsToRow && rows != null ? List.of(rows.bind(row)) : List.of();
    }

    @Override
    public long writtenAside() {
      return sharedColumns.rows();
    }

    @Override
    public boolean isInDoubt() {
      return sharedColumns.isInDoubt();
    }
  }

  private static List<ColumnDescription> ofKind(List<ColumnDescription> columns, Kind kind) {
    return columns.stream().filter(column -> column.kind() == kind).toList();
  }
}
