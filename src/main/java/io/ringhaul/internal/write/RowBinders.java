package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Makes the binders that turn the rows of an import into statements. Thread-safe. */
public final class RowBinders {

  private final Supplier<RowBinder> binders;
  private final boolean writesOnce;

  private RowBinders(Supplier<RowBinder> binders, boolean writesOnce) {
    this.binders = binders;
    this.writesOnce = writesOnce;
  }

  /**
   * Binders for a table without counters. They restore the times of cells if the rows have times
   * and the import restores them.
   *
   * @param columns the columns of the rows, in their order
   */
  public static RowBinders of(
      CqlSession session,
      TableDescription table,
      List<ColumnDescription> columns,
      ImportChoices choices) {
    if (choices.times().areIn(columns)) {
      requireNoTombstones(table, choices);
      TimedStatements timed = new TimedStatements(session, table, columns, choices.times());
      return new RowBinders(timed::binder, timed.appends());
    }
    int[] own =
        IntStream.range(0, columns.size())
            .filter(
                i ->
                    columns.get(i).kind() != Kind.METADATA
                        || RowTimes.COLUMNS.contains(columns.get(i)))
            .toArray();
    List<ColumnDescription> ownColumns = IntStream.of(own).mapToObj(columns::get).toList();
    RowBinders plain = plain(session, table, ownColumns, choices.nullHandling());
    return own.length == columns.size()
        ? plain
        : new RowBinders(() -> new Selecting(plain.open(), own), false);
  }

  private static RowBinders plain(
      CqlSession session,
      TableDescription table,
      List<ColumnDescription> columns,
      NullHandling nullHandling) {
    InsertStatements inserts = new InsertStatements(session, table, columns, nullHandling);
    if (columns.stream().noneMatch(StaticListBinder::isStaticList)) {
      return new RowBinders(() -> inserts, false);
    }
    Insert lists = StaticListBinder.lists(session, table, columns, nullHandling);
    OncePerPartition once = new OncePerPartition();
    int[] key = PartitionRun.partitionKey(table, columns);
    return new RowBinders(() -> new StaticListBinder(inserts, lists, once, key), false);
  }

  /** Binds the columns of the table and ignores the other columns of the rows. */
  private static final class Selecting implements RowBinder {
    private final RowBinder binder;
    private final int[] columns;

    private Selecting(RowBinder binder, int[] columns) {
      this.binder = binder;
      this.columns = columns;
    }

    @Override
    public BoundRow bind(RawRow row) {
      return binder.bind(column -> row.bytes(columns[column]));
    }

    @Override
    public void forgetPartition() {
      binder.forgetPartition();
    }
  }

  /** Binders that bind rows in the same way, so that bad rows are found, and write nothing. */
  public RowBinders dry() {
    return new RowBinders(
        () -> {
          RowBinder binder = open();
          return row -> binder.bind(row).withoutWrites();
        },
        false);
  }

  /** Binders that delete rows. */
  public static RowBinders of(DeleteStatements deletes) {
    return new RowBinders(() -> deletes, false);
  }

  /**
   * Binders of a statement of the user.
   *
   * @param columns the variables that the rows have, in their order
   */
  public static RowBinders of(
      WriteStatement statement, List<ColumnDescription> columns, NullHandling nullHandling) {
    RowBinder binder = statement.binder(columns, nullHandling);
    return new RowBinders(() -> binder, statement.writesOnce());
  }

  /** Binders that add to counters. */
  public static RowBinders of(CounterStatements counters) {
    return new RowBinders(() -> counters, true);
  }

  private static void requireNoTombstones(TableDescription table, ImportChoices choices) {
    if (choices.nullHandling() == NullHandling.TOMBSTONE) {
      throw new InvalidSettingException(
          "nullsAsTombstones",
          "nullsAsTombstones does not go with the write times or TTLs that the source holds for "
              + table
              + ", as nulls have none: leave them unset, or leave the times aside with "
              + Setting.IGNORE_CELL_TIMES.call());
    }
  }

  /**
   * What {@link #writesOnce()} will be, before the binders exist.
   *
   * @param columns the columns of the rows
   */
  public static boolean willWriteOnce(
      TableDescription table, List<ColumnDescription> columns, ImportChoices choices) {
    return table.isCounterTable()
        || (choices.times().areIn(columns)
            && TimedColumn.of(choices.times().names(), columns).stream()
                .anyMatch(TimedStatements::isList));
  }

  /** A binder for the rows of one task. */
  public RowBinder open() {
    return binders.get();
  }

  /** Whether rows add to counters or lists, so that a row must not be written twice. */
  public boolean writesOnce() {
    return writesOnce;
  }
}
