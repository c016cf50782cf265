package io.ringhaul.schema;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;

/**
 * A column of a table.
 *
 * @param name name as stored, not quoted
 * @param type exact CQL type
 * @param kind role of the column in the table
 */
public record ColumnDescription(String name, DataType type, Kind kind) {

  /** The role of a column in its table. */
  public enum Kind {
    PARTITION_KEY,
    CLUSTERING,
    STATIC,
    REGULAR,
    /** Metadata of cells, such as their write time, and not a column of the table. */
    METADATA
  }

  /** Returns whether the column is part of the primary key. */
  public boolean isPrimaryKey() {
    return kind == Kind.PARTITION_KEY || kind == Kind.CLUSTERING;
  }

  /** Returns whether the column is a counter. */
  public boolean isCounter() {
    return type.equals(DataTypes.COUNTER);
  }

  /**
   * Returns whether a row may have no value in this column. A clustering column has no value in a
   * partition with static data only.
   *
   * @param tableHasStatics whether the column's table has static columns
   */
  public boolean isNullable(boolean tableHasStatics) {
    return switch (kind) {
      case PARTITION_KEY -> false;
      case CLUSTERING -> tableHasStatics;
      case STATIC, REGULAR, METADATA -> true;
    };
  }
}
