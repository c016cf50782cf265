package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import java.util.Arrays;

/** Which columns have write times and TTLs, and the types of these. */
public final class CellTimeTypes {

  private CellTimeTypes() {}

  /** Whether CQL reads and writes times of a column: not for keys and counters. */
  public static boolean haveTimes(ColumnDescription column) {
    return (column.kind() == Kind.REGULAR || column.kind() == Kind.STATIC) && !column.isCounter();
  }

  /** Whether each element or field of a value is a cell with its own times. */
  public static boolean isMultiCell(DataType type) {
    return (type instanceof ListType list && !list.isFrozen())
        || (type instanceof SetType set && !set.isFrozen())
        || (type instanceof MapType map && !map.isFrozen())
        || isMultiCellUdt(type);
  }

  /** Whether each field of a value is a cell. */
  public static boolean isMultiCellUdt(DataType type) {
    return type instanceof UserDefinedType udt && !udt.isFrozen();
  }

  /** The type of a column's write times, in microseconds. */
  public static DataType writetime(DataType type) {
    return times(type, DataTypes.BIGINT);
  }

  /** The type of a column's TTLs, in seconds. */
  public static DataType ttl(DataType type) {
    return times(type, DataTypes.INT);
  }

  /** A list for a collection, whose elements all have a time; a tuple with nulls for a UDT. */
  private static DataType times(DataType type, DataType time) {
    if (isMultiCellUdt(type)) {
      DataType[] fields = new DataType[((UserDefinedType) type).getFieldTypes().size()];
      Arrays.fill(fields, time);
      return DataTypes.tupleOf(fields);
    }
    return isMultiCell(type) ? DataTypes.listOf(time) : time;
  }
}
