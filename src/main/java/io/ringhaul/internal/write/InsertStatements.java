package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.util.List;
import java.util.Optional;

/**
 * Binds rows to one INSERT. Missing values stay UNSET unless the import writes tombstones. A
 * partition with static data only has no clustering values and takes a second INSERT without them,
 * or none if no static column is imported. {@link StaticListBinder} writes static lists.
 * Thread-safe.
 */
final class InsertStatements implements RowBinder {

  private final KeyCheck keyCheck;
  private final Insert whole;
  private final Optional<Insert> staticOnly;

  /**
   * @param columns the columns in the order of a row's values
   * @param nullHandling what is written for missing values
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
   * The row as one statement; none if none of its columns is imported.
   *
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if the row lacks a part of its key
   */
  @Override
  public BoundRow bind(RawRow row) {
    if (keyCheck.isWhole(row)) {
      return BoundRow.of(List.of(whole.bind(row)));
    }
    return BoundRow.of(staticOnly.map(insert -> List.of(insert.bind(row))).orElse(List.of()));
  }

  private static boolean isStatic(ColumnDescription column) {
    return column.kind() == Kind.STATIC && !StaticListBinder.isStaticList(column);
  }
}
