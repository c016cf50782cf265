package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Binds rows of counters to updates that add their values. A row without values needs no statement.
 * Thread-safe.
 */
public final class CounterStatements implements RowBinder {

  private final KeyCheck keyCheck;
  private final @Nullable CounterUpdate rows;
  private final Optional<StaticCounters> statics;

  /**
   * @param columns the columns in the order of a row's values
   */
  public CounterStatements(
      CqlSession session, TableDescription table, List<ColumnDescription> columns) {
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
            : Optional.of(new StaticCounters(session, table, columns, ofPartition));
  }

  /**
   * Refuses an import without counter columns.
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
   * Refuses to add to static counters of a table that is not empty. Every row of a partition has
   * them, and only a partition without values shows that none of its rows was imported before.
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

  @Override
  public BoundRow bind(RawRow row) {
    boolean isWhole = keyCheck.isWhole(row);
    List<BoundStatement> statements =
        isWhole && rows != null && rows.addsAnything(row) ? List.of(rows.bind(row)) : List.of();
    return statics
        .flatMap(counters -> counters.bind(row))
        .map(shared -> new BoundRow(statements, List.of(shared), 0, false))
        .orElseGet(() -> BoundRow.of(statements));
  }

  private static List<ColumnDescription> ofKind(List<ColumnDescription> columns, Kind kind) {
    return columns.stream().filter(column -> column.kind() == kind).toList();
  }

  /**
   * Adds to the static counters of a table that was empty, once for each partition, although every
   * row of a partition has them and its rows may lie anywhere in the source. The write first looks
   * into the table: a partition with a value has had its update, because each update is answered
   * before another row of the partition is written. Thread-safe.
   */
  private static final class StaticCounters {

    private final CounterUpdate update;
    private final PartitionLook look;
    private final OncePerPartition once = new OncePerPartition();

    /**
     * @param columns the columns in the order of a row's values
     * @param counters the static counters among them
     */
    StaticCounters(
        CqlSession session,
        TableDescription table,
        List<ColumnDescription> columns,
        List<ColumnDescription> counters) {
      this.update = new CounterUpdate(session, table, columns, counters, table.partitionKey());
      this.look = new PartitionLook(session, table, columns, counters);
    }

    /** The write of the row's static counters, which is left out where the partition has them. */
    Optional<BoundRow.Shared> bind(RawRow row) {
      if (!update.addsAnything(row)) {
        return Optional.empty();
      }
      BoundStatement statement = update.bind(row);
      ByteBuffer partition = statement.getRoutingKey();
      if (partition == null) {
        throw new IllegalStateException("The update of static counters has no routing key");
      }
      return Optional.of(new BoundRow.Shared(List.of(statement), once, partition, look.bind(row)));
    }
  }
}
