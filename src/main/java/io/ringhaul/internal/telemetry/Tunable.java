package io.ringhaul.internal.telemetry;

/** A parameter that may change while a job runs. Thread-safe. */
public interface Tunable {

  /** The bound on requests in flight. */
  String IN_FLIGHT = "inFlight";

  /** The size of a page in bytes. */
  String PAGE_BYTES = "pageBytes";

  /** The minimum: smaller pages cost more requests than they save memory. */
  long LEAST_PAGE_BYTES = 16 << 10;

  /** The size of a page in rows, if the request sets a number of rows. */
  String PAGE_ROWS = "pageRows";

  /** The size of a batch in statements. */
  String BATCH_STATEMENTS = "batchStatements";

  /** The size of a batch in bytes. */
  String BATCH_BYTES = "batchBytes";

  /** The number of worker threads. */
  String WORKERS = "workers";

  /** The limit on rows per second; 0 for no limit. */
  String MAX_ROWS_PER_SECOND = "maxRowsPerSecond";

  /** The limit on bytes per second; 0 for no limit. */
  String MAX_BYTES_PER_SECOND = "maxBytesPerSecond";

  /** One of the names above. */
  String name();

  /** The current value. */
  long value();

  /** The minimum. */
  long least();

  /** The maximum. */
  long most();

  /** Sets the value, limited to the minimum and maximum; takes effect with the next request. */
  void set(long value);

  /**
   * Restores the value from before the last call of {@link #set}, as if that call had not been
   * made.
   */
  default void takeBack(long before) {
    set(before);
  }

  /** Whether the value follows another parameter because it was not set explicitly. */
  default boolean isFollowing() {
    return false;
  }
}
