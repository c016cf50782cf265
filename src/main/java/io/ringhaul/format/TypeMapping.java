package io.ringhaul.format;

/**
 * The Iceberg and Parquet types that an export gives to new columns. Both mappings differ only for
 * the CQL types {@code decimal}, {@code varint}, {@code time}, {@code uuid} and {@code timeuuid},
 * at any depth, and for write times.
 */
public enum TypeMapping {

  /**
   * Types that hold every CQL value, so that an import restores the same bytes: {@code decimal} and
   * {@code varint} are text, {@code time} is a long of nanoseconds, UUIDs are UUIDs, write times
   * are longs of microseconds.
   */
  EXACT,

  /**
   * Types that query engines compute with: {@code decimal} is decimal(38, 18), {@code varint} is
   * decimal(38, 0), {@code time} is a time of microseconds, UUIDs are text, write times are
   * timestamps. A decimal gets zeros up to the column's scale, and trailing zeros beyond it are
   * removed, so that an import restores an equal number, possibly with another scale. A decimal in
   * the partition key stays text, because there Cassandra distinguishes 1.5 from 1.50. A value that
   * would lose a digit or nanoseconds causes an {@link
   * io.ringhaul.exceptions.UnrepresentableValueException}.
   */
  ANALYTICS
}
