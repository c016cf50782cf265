package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.util.ArrayList;
import java.util.List;

/** Formats the primary key of a row for messages. */
public final class RowKey {

  private final TableDescription table;
  private final List<ColumnDescription> columns;

  /**
   * @param columns the columns in the order of the rows' values
   */
  public RowKey(TableDescription table, List<ColumnDescription> columns) {
    this.table = table;
    this.columns = columns;
  }

  /** Returns the failure with the table and the row's key in its message. */
  public UnrepresentableValueException named(UnrepresentableValueException failure, Row row) {
    return named(failure, row::getBytesUnsafe);
  }

  /** Returns the failure with the table and the row's key in its message. */
  public UnrepresentableValueException named(UnrepresentableValueException failure, RawRow row) {
    return new UnrepresentableValueException(
        failure.column(),
        "Table " + table + ", row " + text(row) + ": " + failure.message(Setting::mark));
  }

  /** Returns {@code (column = literal, ...)} for the primary key columns in the row. */
  public String text(RawRow row) {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      ColumnDescription column = columns.get(i);
      if (column.isPrimaryKey()) {
        parts.add(
            TableDescription.quote(column.name())
                + " = "
                + CqlLiteral.of(column.type(), row.bytes(i)));
      }
    }
    return parts.isEmpty() ? "(no key column selected)" : "(" + String.join(", ", parts) + ")";
  }
}
