package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.Version;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.exceptions.UnsupportedClusterException;
import io.ringhaul.internal.request.NodeVersions;
import io.ringhaul.internal.ring.LocalNodes;
import io.ringhaul.internal.scan.SelectedColumn;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Turns {@link CellTimes} into a selection: the table's columns, then their write times, their
 * TTLs, the time of reading, the time of expiry, and last the times that only the filter and the
 * expiry need and that are not exported.
 */
public final class CellTimeSelection {

  private static final String WITH_WRITETIME = "withWritetime";
  private static final String WITH_TTL = "withTtl";
  private static final String WITH_EXPIRY = "withExpiry";
  private static final String NOW = "toTimestamp(now())";

  private final CellTimes times;
  private final TableDescription table;
  private final List<SelectedColumn> base;

  /** The columns of the table that are selected as they are. */
  private final List<ColumnDescription> columns = new ArrayList<>();

  /** The names under which they are exported. */
  private final Map<String, String> fields = new HashMap<>();

  private final List<SelectedColumn> selected = new ArrayList<>();
  private final List<ExportedRows.Reframing> reframings = new ArrayList<>();
  private final List<ExportedRows.WritetimeValue> filtered = new ArrayList<>();
  private final SortedSet<String> multiCell = new TreeSet<>();

  private CellTimeSelection(CellTimes times, TableDescription table, List<SelectedColumn> base) {
    this.times = times;
    this.table = table;
    this.base = base;
    Map<String, ColumnDescription> byExpression = new HashMap<>();
    table
        .columns()
        .forEach(column -> byExpression.put(SelectedColumn.of(column).expression(), column));
    for (SelectedColumn each : base) {
      ColumnDescription column = byExpression.get(each.expression());
      if (column != null) {
        columns.add(column);
        fields.put(column.name(), each.column().name());
      }
    }
  }

  /**
   * The columns with the times of their cells.
   *
   * @param columns the exported columns of the table
   * @throws InvalidSettingException if a named column cannot have the times, or if the name of an
   *     added column is taken
   * @throws UnsuitableTableException if no column of the table can have times
   * @throws UnsupportedClusterException if the cluster does not return the times of collections
   */
  public static ExportedRows of(
      CqlSession session,
      CellTimes times,
      TableDescription table,
      List<ColumnDescription> columns) {
    return ofSelected(session, times, table, columns.stream().map(SelectedColumn::of).toList());
  }

  /**
   * As {@link #of}, with columns that are exported under other names, and functions of columns. The
   * names of times follow those of the exported columns.
   */
  public static ExportedRows ofSelected(
      CqlSession session, CellTimes times, TableDescription table, List<SelectedColumn> columns) {
    return new CellTimeSelection(times, table, columns).build(session);
  }

  private ExportedRows build(CqlSession session) {
    base.forEach(
        column ->
            add(
                column,
                column.column().kind() == Kind.METADATA
                    ? ExportedRows.reframing(column.column().type())
                    : ExportedRows.AS_IT_IS));
    times
        .writetimes()
        .ifPresent(
            names ->
                eligible(WITH_WRITETIME, names)
                    .forEach(
                        column ->
                            addTime(
                                times.names().writetimeOf(field(column)),
                                CellTimeTypes.writetime(column.type()),
                                "WRITETIME",
                                column)));
    times.ttls().ifPresent(this::addTtls);
    int expiry = selected.size();
    if (times.hasExpiry()) {
      addNow(CellTimes.EXPIRY);
    }
    int exported = selected.size();
    requireDistinctNames();
    if (times.window().isFiltered()) {
      addFilter();
    }
    Optional<RowExpiry> expires =
        times.hasExpiry() ? Optional.of(new RowExpiry(expiry, expiring())) : Optional.empty();
    MultiCellSupport.require(
        LocalNodes.of(session).nodes().stream().map(Node::getCassandraVersion).toList(),
        table,
        multiCell);
    return new ExportedRows(selected, exported, reframings, expires, filtered, times.window());
  }

  private void addTtls(List<String> names) {
    for (ColumnDescription column : eligible(WITH_TTL, names)) {
      addTime(times.names().ttlOf(field(column)), CellTimeTypes.ttl(column.type()), "TTL", column);
    }
    addNow(times.names().readAt());
  }

  private void addNow(String name) {
    add(
        new SelectedColumn(new ColumnDescription(name, DataTypes.TIMESTAMP, Kind.METADATA), NOW),
        ExportedRows.AS_IT_IS);
  }

  /** The TTLs of the row's own values, exported or not. */
  private List<RowExpiry.Cell> expiring() {
    List<RowExpiry.Cell> cells = new ArrayList<>();
    for (ColumnDescription column : eligible(WITH_EXPIRY, List.of())) {
      if (column.kind() != Kind.STATIC) {
        cells.add(
            new RowExpiry.Cell(
                position(SelectedColumn.of(column).expression()),
                position("TTL", CellTimeTypes.ttl(column.type()), column),
                column.type()));
      }
    }
    return cells;
  }

  /** The position of a column's times, which are added if they are not selected yet. */
  private int position(String function, DataType type, ColumnDescription of) {
    String expression = expression(function, of);
    int position = position(expression);
    if (position < 0) {
      position = selected.size();
      add(
          new SelectedColumn(new ColumnDescription(expression, type, Kind.METADATA), expression),
          ExportedRows.AS_IT_IS);
    }
    return position;
  }

  private int position(String expression) {
    return selected.stream().map(SelectedColumn::expression).toList().indexOf(expression);
  }

  private String field(ColumnDescription column) {
    return fields.getOrDefault(column.name(), column.name());
  }

  private void addTime(String name, DataType type, String function, ColumnDescription of) {
    add(
        new SelectedColumn(
            new ColumnDescription(name, type, Kind.METADATA), expression(function, of)),
        ExportedRows.reframing(type));
  }

  private void add(SelectedColumn column, ExportedRows.Reframing reframing) {
    selected.add(column);
    reframings.add(reframing);
  }

  private String expression(String function, ColumnDescription column) {
    if (CellTimeTypes.isMultiCell(column.type())) {
      multiCell.add(TableDescription.quote(column.name()));
    }
    return function + "(" + TableDescription.quote(column.name()) + ")";
  }

  /** The write times that the filter reads, exported or not. */
  private void addFilter() {
    for (ColumnDescription column :
        eligible(
            times.window().areChanges() ? "incremental" : "writtenAfter or writtenBefore",
            List.of())) {
      filtered.add(
          new ExportedRows.WritetimeValue(
              position("WRITETIME", CellTimeTypes.writetime(column.type()), column),
              CellTimeTypes.isMultiCell(column.type()),
              column.kind() == Kind.STATIC));
    }
  }

  /** The named columns, or all exported columns that have such times. */
  private List<ColumnDescription> eligible(String setting, List<String> names) {
    if (names.isEmpty()) {
      List<ColumnDescription> all = columns.stream().filter(CellTimeTypes::haveTimes).toList();
      if (all.isEmpty()) {
        throw new UnsuitableTableException(
            table.toString(),
            String.format(
                "Table %s has no exported column with a write time or TTL of its own (%s): keys"
                    + " have none, and counters' mean nothing. Export it without",
                table, setting));
      }
      return all;
    }
    List<ColumnDescription> named = table.select(names);
    for (ColumnDescription column : named) {
      if (!CellTimeTypes.haveTimes(column)) {
        throw new InvalidSettingException(
            setting,
            String.format(
                "Column %s of %s is %s and has no write time or TTL of its own; name other columns"
                    + " in %s, or none for all that have them",
                TableDescription.quote(column.name()),
                table,
                column.isCounter() ? "a counter" : "part of the primary key",
                setting));
      }
    }
    return named;
  }

  private void requireDistinctNames() {
    Set<String> taken = new HashSet<>();
    base.forEach(column -> taken.add(column.column().name()));
    if (base.stream()
        .allMatch(column -> column.column().name().equals(fields.get(column.column().name())))) {
      // An import of the export finds the columns by these names.
      table.columns().forEach(column -> taken.add(column.name()));
    }
    for (SelectedColumn column : selected.subList(base.size(), selected.size())) {
      String name = column.column().name();
      if (column.column().kind() == Kind.METADATA && !taken.add(name)) {
        if (name.equals(CellTimes.EXPIRY) && times.hasExpiry()) {
          throw new InvalidSettingException(
              WITH_EXPIRY,
              String.format(
                  "The export of %s has a column %s already; name it otherwise with mapping(...)",
                  table, TableDescription.quote(name)));
        }
        String setting =
            column.expression().startsWith("WRITETIME")
                ? "writetimeNames"
                : column.expression().startsWith("TTL") ? "ttlNames" : "ttlReadAtName";
        throw new InvalidSettingException(
            setting,
            String.format(
                "The export of %s would have two columns %s, one of them for %s; choose another"
                    + " name with %s",
                table, TableDescription.quote(name), column.expression(), setting));
      }
    }
  }

  /** Whether a cluster returns the times of each element of a collection. */
  static final class MultiCellSupport {

    /** The first major version that does. ScyllaDB reports an older version, and does not. */
    private static final int SINCE = 5;

    private MultiCellSupport() {}

    /**
     * Checks all nodes; a node of unknown version passes.
     *
     * @param columns the columns that need it, quoted
     * @throws UnsupportedClusterException if there are such columns and a node does not support
     *     them
     */
    static void require(
        Collection<? extends @Nullable Version> nodes,
        TableDescription table,
        SortedSet<String> columns) {
      String tooOld = NodeVersions.before(SINCE, nodes);
      if (!columns.isEmpty() && !tooOld.isEmpty()) {
        throw new UnsupportedClusterException(
            String.format(
                "The cluster (version %s) does not tell write times and TTLs of the elements of"
                    + " collections and of the fields of user-defined types that are not frozen,"
                    + " which takes Cassandra %d.0. In table %s these are %s: name the other"
                    + " columns in %s and %s, and to filter by write time export only those",
                tooOld,
                SINCE,
                table,
                String.join(", ", columns),
                Setting.WITH_WRITETIME.mark(),
                Setting.WITH_TTL.mark()));
      }
    }
  }
}
