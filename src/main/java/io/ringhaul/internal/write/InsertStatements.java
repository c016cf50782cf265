package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.util.List;
import java.util.Optional;

/**
 * Binds rows to one INSERT, whatever values they lack: those stay UNSET unless tombstones are asked
 * for. A partition that holds only static data has no clustering values and takes a second INSERT
 * without them, or none if none of its static columns is imported. Static lists are left to {@link
 * StaticListBinder}. Thread-safe.
 */
final class InsertStatements implements RowBinder {

  private final KeyCheck keyCheck;
  private final Insert whole;
  private final Optional<Insert> staticOnly;

  /**
   * @param columns the columns in the order in which rows carry them
   * @param nullHandling what is written for values that a row lacks
   */
  InsertStatements(
      CqlSession session,
      TableDescription table,
      List<ColumnDescription> columns,
      NullHandling nullHandling) {
    this.keyCheck = new KeyCheck(table, columns);
    this.whole =
        new Insert(session, table, columns, c -> !StaticListBinder.isStaticList(c), nullHandling);
    this.staticOnly =
        columns.stream().anyMatch(InsertStatements::isStatic)
            ? Optional.of(
                new Insert(
                    session,
                    table,
                    columns,
                    c -> c.kind() == Kind.PARTITION_KEY || isStatic(c),
                    nullHandling))
            : Optional.empty();
  }

  /**
   * The row as a statement; none if nothing of it is imported.
   *
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if the row lacks a part of its key
   */
  @Override
  public List<BoundStatement> bind(RawRow row) {
    if (keyCheck.isWhole(row)) {
      return List.of(whole.bind(row));
    }
    return staticOnly.map(insert -> List.of(insert.bind(row))).orElse(List.of());
  }

  private static boolean isStatic(ColumnDescription column) {
    return column.kind() == Kind.STATIC && !StaticListBinder.isStaticList(column);
  }
}
