package io.ringhaul.schema;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;

/**
 * A column of a table.
 *
 * @param name its name, as stored (not quoted)
 * @param type its exact CQL type
 * @param kind its place in the table
 */
public record ColumnDescription(String name, DataType type, Kind kind) {

  /** The place of a column in its table. */
  public enum Kind {
    PARTITION_KEY,
    CLUSTERING,
    STATIC,
    REGULAR,
    /** Not a column of the table but a fact about its cells, such as their write time. */
    METADATA
  }

  /** Whether the column is part of the primary key. */
  public boolean isPrimaryKey() {
    return kind == Kind.PARTITION_KEY || kind == Kind.CLUSTERING;
  }

  /** Whether the column is a counter. */
  public boolean isCounter() {
    return type.equals(DataTypes.COUNTER);
  }

  /**
   * Whether a row may have no value here. A clustering column has none in a partition that holds
   * only static data.
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
