package io.ringhaul.exceptions;

import io.ringhaul.monitor.OperationTotals;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An operation on the tables of a keyspace failed for some of them. The other tables are done,
 * except those that had not begun when the operation was stopped or cancelled. {@link
 * #partialResult()} has the sums of the tables that are done.
 */
public final class FailedTablesException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  private final LinkedHashMap<String, BulkOperationException> failures;
  private final List<String> notBegun;

  /**
   * @param message the number of failed tables, and why they failed
   * @param failures the failure of each table, by its stored name; at least one
   * @param notBegun the stored names of the tables that had not begun
   * @param done the figures of the tables that are done
   */
  public FailedTablesException(
      String message,
      Map<String, BulkOperationException> failures,
      List<String> notBegun,
      OperationTotals done) {
    super(message, failures.values().iterator().next(), done, List.of());
    this.failures = new LinkedHashMap<>(failures);
    this.notBegun = List.copyOf(notBegun);
  }

  /** The failure of each table, by its stored name, in the order in which they ran. */
  public Map<String, BulkOperationException> failures() {
    return Collections.unmodifiableMap(failures);
  }

  /** The stored names of the tables that had not begun. */
  public List<String> notBegun() {
    return notBegun;
  }
}
