package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.util.ArrayList;
import java.util.List;

/**
 * The TTL and the write time of whole rows, as columns beside those of the table. Their names are
 * those of the bind markers of {@code USING TTL ?} and {@code USING TIMESTAMP ?}.
 */
public final class RowTimes {

  /** In seconds. */
  public static final String TTL = "[ttl]";

  /** In microseconds since the epoch. */
  public static final String TIMESTAMP = "[timestamp]";

  public static final List<ColumnDescription> COLUMNS =
      List.of(
          new ColumnDescription(TTL, DataTypes.INT, Kind.METADATA),
          new ColumnDescription(TIMESTAMP, DataTypes.BIGINT, Kind.METADATA));

  private RowTimes() {}

  /** The table with these columns after its own. */
  public static TableDescription in(TableDescription table) {
    List<ColumnDescription> columns = new ArrayList<>(table.columns());
    COLUMNS.stream().filter(column -> table.column(column.name()).isEmpty()).forEach(columns::add);
    return new TableDescription(table.keyspace(), table.name(), columns, table.descending());
  }

  /** Whether the rows have write times of their own. */
  public static boolean haveTimestamp(List<ColumnDescription> columns) {
    return columns.contains(COLUMNS.get(1));
  }

  /**
   * Checks that rows of a table can be written with the times that they have.
   *
   * @param columns of the rows
   * @throws InvalidSettingException if deletions or counters would have times, or cells both those
   *     of their rows and those of the source
   * @throws UnsuitableTableException if lists would have elements twice
   */
  public static void check(
      TableDescription table, List<ColumnDescription> columns, ImportChoices choices) {
    if (columns.stream().noneMatch(COLUMNS::contains)) {
      return;
    }
    if (table.isCounterTable() || choices.deletion().isPresent()) {
      throw new InvalidSettingException(
          "mapping",
          String.format(
              "mapping gives rows of %s a TTL or a write time; %s have none",
              table, table.isCounterTable() ? "counters" : "deletions"));
    }
    if (choices.times().areIn(columns)) {
      throw new InvalidSettingException(
          "mapping",
          String.format(
              "mapping gives rows of %s a TTL or a write time, and the source has those of its"
                  + " cells; leave the latter aside with %s",
              table, Setting.IGNORE_CELL_TIMES.call()));
    }
    if (haveTimestamp(columns)) {
      columns.stream()
          .filter(column -> column.kind() != Kind.METADATA && !column.isPrimaryKey())
          .filter(column -> TimedColumn.form(column.type()) == TimedColumn.Form.LIST)
          .findFirst()
          .ifPresent(
              list -> {
                throw new UnsuitableTableException(
                    table.toString(),
                    String.format(
                        "mapping gives rows of %s a write time, and column %s is a list that is not"
                            + " frozen: it would have its elements twice if a row is written again"
                            + " with the same time. Leave the column or the write time out",
                        table, CqlIdentifier.fromInternal(list.name()).asCql(true)));
              });
    }
  }
}
