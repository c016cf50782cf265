package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.util.ArrayList;
import java.util.List;

/**
 * A column that an import writes, and where the rows carry what is known of its cells.
 *
 * @param column the column
 * @param value the position of its value in a row
 * @param writetime the position of its write times; {@link #ABSENT} if rows carry none
 * @param ttl the position of its times to live; {@link #ABSENT} if rows carry none
 * @param form how its value is written
 */
record TimedColumn(ColumnDescription column, int value, int writetime, int ttl, Form form) {

  /** The position of what rows do not carry. */
  static final int ABSENT = -1;

  /** How a value is written so that each of its cells can have its own times. */
  enum Form {
    /** As a whole. */
    WHOLE,
    /** Elements are added to a set. */
    SET,
    /** Elements are appended to a list, which is not idempotent. */
    LIST,
    /** Entries are added to a map. */
    MAP,
    /** Each field of a user-defined type for itself. */
    FIELDS;

    boolean isCollection() {
      return this == SET || this == LIST || this == MAP;
    }
  }

  /**
   * The columns of a table that can have times of their own, as the rows carry them.
   *
   * @param columns what the rows carry, with the times as {@link Kind#METADATA}
   */
  static List<TimedColumn> of(CellTimeNames names, List<ColumnDescription> columns) {
    List<TimedColumn> timed = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      ColumnDescription column = columns.get(i);
      if (CellTimeTypes.haveTimes(column)) {
        int writetime = position(columns, names.writetimeOf(column.name()));
        int ttl = position(columns, names.ttlOf(column.name()));
        boolean isTimed = writetime != ABSENT || ttl != ABSENT;
        timed.add(
            new TimedColumn(column, i, writetime, ttl, isTimed ? form(column.type()) : Form.WHOLE));
      }
    }
    return timed;
  }

  /** The position of the metadata of that name; {@link #ABSENT} if rows do not carry it. */
  static int position(List<ColumnDescription> columns, String name) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).kind() == Kind.METADATA && columns.get(i).name().equals(name)) {
        return i;
      }
    }
    return ABSENT;
  }

  /** Whether rows carry the write times or the times to live of this column. */
  boolean isTimed() {
    return writetime != ABSENT || ttl != ABSENT;
  }

  /** What an UPDATE assigns, one text with one variable for each slot. */
  List<String> assignments() {
    String name = TableDescription.quote(column.name());
    return switch (form) {
      case WHOLE -> List.of(name + " = ?");
      case SET, LIST, MAP -> List.of(name + " = " + name + " + ?");
      case FIELDS ->
          CqlTypes.fieldNames(column.type()).stream()
              .map(field -> name + "." + TableDescription.quote(field) + " = ?")
              .toList();
    };
  }

  /** How a value of the type is written if its cells have times of their own. */
  static Form form(DataType type) {
    if (!CellTimeTypes.isMultiCell(type)) {
      return Form.WHOLE;
    } else if (CellTimeTypes.isMultiCellUdt(type)) {
      return Form.FIELDS;
    } else if (type instanceof ListType) {
      return Form.LIST;
    }
    return type instanceof MapType ? Form.MAP : Form.SET;
  }
}
