package io.ringhaul.benchmarks.data;

import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import java.util.List;
import java.util.SplittableRandom;

/** The columns of a table, and rows derived from their numbers. */
interface TableData {

  /**
   * Returns the names and definitions of the required user-defined types, such as {@code place
   * (city text)}.
   */
  default List<String> types() {
    return List.of();
  }

  /** Returns the name and type of each column, such as {@code id bigint}. */
  List<String> columns();

  /** Returns the primary key, such as {@code (id, day)}. */
  String primaryKey();

  /**
   * Sets the values of a row; values that are not set become null.
   *
   * @param number from 0; rows with different numbers have different keys
   * @param random the random generator of the row
   * @return the given row
   */
  BoundStatementBuilder bind(BoundStatementBuilder row, long number, SplittableRandom random);
}
