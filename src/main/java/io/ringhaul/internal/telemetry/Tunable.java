package io.ringhaul.internal.telemetry;

/** A parameter that may change while a job runs. Thread-safe. */
public interface Tunable {

  /** Bounds the requests in flight. */
  String IN_FLIGHT = "inFlight";

  /** The bytes of a page. */
  String PAGE_BYTES = "pageBytes";

  /** Smaller pages cost more requests than they save memory. */
  long LEAST_PAGE_BYTES = 16 << 10;

  /** The rows of a page, where their number was asked for. */
  String PAGE_ROWS = "pageRows";

  /** The statements of a batch. */
  String BATCH_STATEMENTS = "batchStatements";

  /** The bytes of a batch. */
  String BATCH_BYTES = "batchBytes";

  /** The threads that work on tasks. */
  String WORKERS = "workers";

  /** One of the names above. */
  String name();

  /** Its value now. */
  long value();

  /** The least value that it takes. */
  long least();

  /** The largest value that it takes. */
  long most();

  /** Sets it, within its bounds; takes effect with the next request. */
  void set(long value);

  /** Sets it to what it was before it was set last, as if that had not been done. */
  default void takeBack(long before) {
    set(before);
  }

  /** Whether its value is that which another parameter asks for, since it was not set itself. */
  default boolean isFollowing() {
    return false;
  }
}
