package io.ringhaul.batch;

import io.ringhaul.exceptions.BulkOperationException;
import java.util.List;

/**
 * The result of a bulk write. Always {@code written + rejected = given}; for an upsert also {@code
 * created + updated + undetermined = written}.
 *
 * @param given rows of the source
 * @param written rows that the cluster has acknowledged
 * @param created written rows that did not exist before; 0 for an insert
 * @param updated written rows that existed before; 0 for an insert
 * @param undetermined written rows for which this is unknown, because the response to a condition
 *     was lost; 0 for an insert
 * @param rejected rows that could not be bound, that the cluster rejected, or that were changed
 *     concurrently in each attempt
 * @param rejects the first 1,000 of the rejected rows, with their reasons
 */
public record BulkResult(
    long given,
    long written,
    long created,
    long updated,
    long undetermined,
    long rejected,
    List<Reject> rejects) {

  public BulkResult {
    rejects = List.copyOf(rejects);
  }

  /**
   * A row that was not written.
   *
   * @param number the index among the given rows, from 0
   * @param row the given row
   * @param reason names the table, the row and the problem
   */
  public record Reject(long number, TableRow row, BulkOperationException reason) {}
}
