package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.internal.batch.StreamWriter;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** How the rows of an import become statements. Thread-safe. */
public final class RowBinders {

  private final Supplier<RowBinder> binders;
  private final boolean appends;

  private RowBinders(Supplier<RowBinder> binders, boolean appends) {
    this.binders = binders;
    this.appends = appends;
  }

  /**
   * With the times of the cells if the rows carry them and they are to be restored.
   *
   * @param columns what the rows carry, in their order
   */
  public static RowBinders of(
      CqlSession session,
      TableDescription table,
      List<ColumnDescription> columns,
      ImportChoices choices,
      ImportWriters writers) {
    if (choices.times().areIn(columns)) {
      requireNoTombstones(table, choices);
      TimedStatements timed =
          new TimedStatements(session, table, columns, choices.times(), writers);
      return new RowBinders(timed::binder, timed.appends());
    }
    int[] own =
        IntStream.range(0, columns.size())
            .filter(i -> columns.get(i).kind() != Kind.METADATA)
            .toArray();
    List<ColumnDescription> ownColumns = IntStream.of(own).mapToObj(columns::get).toList();
    RowBinders plain = plain(session, table, ownColumns, choices.nullHandling(), writers.writer());
    return own.length == columns.size()
        ? plain
        : new RowBinders(() -> new Selecting(plain.open(), own), false);
  }

  private static RowBinders plain(
      CqlSession session,
      TableDescription table,
      List<ColumnDescription> columns,
      NullHandling nullHandling,
      StreamWriter writer) {
    InsertStatements inserts = new InsertStatements(session, table, columns, nullHandling);
    if (columns.stream().noneMatch(StaticListBinder::isStaticList)) {
      return new RowBinders(() -> inserts, false);
    }
    Insert lists = StaticListBinder.lists(session, table, columns, nullHandling);
    OncePerPartition once = new OncePerPartition();
    int[] key = PartitionRun.partitionKey(table, columns);
    return new RowBinders(() -> new StaticListBinder(inserts, lists, once, writer, key), false);
  }

  /** Hands the columns of the table on and leaves what else rows carry. */
  private static final class Selecting implements RowBinder {
    private final RowBinder binder;
    private final int[] columns;

    private Selecting(RowBinder binder, int[] columns) {
      this.binder = binder;
      this.columns = columns;
    }

    @Override
    public List<BoundStatement> bind(RawRow row) throws InterruptedException {
      return binder.bind(column -> row.bytes(columns[column]));
    }

    @Override
    public long writtenAside() {
      return binder.writtenAside();
    }

    @Override
    public boolean isInDoubt() {
      return binder.isInDoubt();
    }
  }

  /** As updates of counters. */
  public static RowBinders of(CounterStatements counters) {
    return new RowBinders(counters::binder, true);
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
   * Whether rows would add to counters or lists, as {@link #append()}, before there are binders.
   *
   * @param columns what the rows carry
   */
  public static boolean append(
      TableDescription table, List<ColumnDescription> columns, ImportChoices choices) {
    return table.isCounterTable()
        || (choices.times().areIn(columns)
            && TimedColumn.of(choices.times().names(), columns).stream()
                .anyMatch(TimedStatements::isList));
  }

  /** For the rows of one task. */
  public RowBinder open() {
    return binders.get();
  }

  /** Whether rows add to counters or lists, so that writing them twice is not writing them once. */
  public boolean append() {
    return appends;
  }
}
