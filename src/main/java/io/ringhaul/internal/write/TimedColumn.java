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
 * A column that an import writes, and the positions of its value and times in a row.
 *
 * @param writetime the position of its write times; {@link #ABSENT} if rows have none
 * @param ttl the position of its TTLs; {@link #ABSENT} if rows have none
 */
record TimedColumn(ColumnDescription column, int value, int writetime, int ttl, Form form) {

  /** The position of a column that rows do not have. */
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
    /** Each field of a user-defined type is set separately. */
    FIELDS;

    boolean isCollection() {
      return this == SET || this == LIST || this == MAP;
    }
  }

  /**
   * The columns of a table that can have times of their own.
   *
   * @param columns the columns of the rows, with times as {@link Kind#METADATA}
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

  /** The position of the metadata column of that name; {@link #ABSENT} if rows do not have it. */
  static int position(List<ColumnDescription> columns, String name) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).kind() == Kind.METADATA && columns.get(i).name().equals(name)) {
        return i;
      }
    }
    return ABSENT;
  }

  /** Whether rows have the write times or the TTLs of this column. */
  boolean isTimed() {
    return writetime != ABSENT || ttl != ABSENT;
  }

  /** The assignments of an UPDATE, one for each slot. */
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

  /** How a value of the type is written when its cells have times of their own. */
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
