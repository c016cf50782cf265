package io.ringhaul.benchmarks.data;

import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import java.util.List;
import java.util.SplittableRandom;

/** The columns of a table, and its rows, each derived from its number. */
interface TableData {

  /**
   * Names and definitions of the user-defined types that the columns need, such as {@code place
   * (city text)}.
   */
  default List<String> types() {
    return List.of();
  }

  /** Name and type of each column, such as {@code id bigint}. */
  List<String> columns();

  /** The primary key, such as {@code (id, day)}. */
  String primaryKey();

  /**
   * Fills a row in. What is not set becomes null.
   *
   * @param number from 0; no two rows of different numbers have the same key
   * @param random the row's own
   * @return the row that was given
   */
  BoundStatementBuilder bind(BoundStatementBuilder row, long number, SplittableRandom random);
}
