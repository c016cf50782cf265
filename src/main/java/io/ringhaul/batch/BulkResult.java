package io.ringhaul.batch;

import io.ringhaul.exceptions.BulkOperationException;
import java.util.List;

/**
 * What became of the rows of a bulk write. {@code written + rejected = given}, always; and {@code
 * created + updated + undetermined = written} where it was asked which rows were there before.
 *
 * @param given rows that were handed over
 * @param written rows that the cluster has acknowledged
 * @param created of these, those that were not there before; 0 if nobody asked
 * @param updated of these, those that were there before; 0 if nobody asked
 * @param undetermined of these, those of which it is not known, as an answer to a condition was
 *     lost; 0 if nobody asked
 * @param rejected rows that could not be bound, that the cluster refused, or that others wrote and
 *     deleted all the while
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
   * @param number its place among the rows given, from 0
   * @param row the row as it was given
   * @param reason names the table, the row and what is wrong with it
   */
  public record Reject(long number, TableRow row, BulkOperationException reason) {}
}
