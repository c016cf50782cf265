package io.ringhaul;

/**
 * A difference of values that a comparison tolerates, because other programs cannot hold it or do
 * not keep it. Keys are compared as they are, apart from the scale of decimals in clustering
 * columns, which does not make another row.
 *
 * @see ComparisonRequest#tolerating
 */
public enum Tolerance {

  /**
   * Decimals of equal value and other scale are equal, such as 1.0 and 1.00. Always so for columns
   * that an Iceberg table has as a decimal with a fixed scale, and that are not partition keys.
   */
  DECIMAL_SCALE,

  /**
   * Empty texts, blobs, frozen collections, and values of zero bytes are null; CSV files of many
   * programs do not distinguish them. Elements of collections stay as they are.
   */
  EMPTY_AS_NULL,

  /** NaNs with other bits are equal, and so are 0.0 and -0.0; texts of numbers often lose these. */
  FLOAT_BITS,

  /** Fractions of seconds of timestamps do not count; the timestamps are rounded down. */
  TIMESTAMP_SECONDS
}
