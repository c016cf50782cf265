package io.ringhaul.batch;

import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.Row;
import java.util.List;
import java.util.Optional;

/**
 * The result of {@link BatchWriter#execute} after all operations were acknowledged.
 *
 * @param type the type of the sent batch; empty if the operations were sent one by one because they
 *     include reads
 * @param requests number of requests: 1 for a batch, more after a split, one per operation if they
 *     were sent one by one, 0 without operations
 * @param applied whether all operations were applied; false if a condition did not hold
 * @param answers one for each operation, in the order given
 * @param existing if a condition did not hold: the existing rows, with the column {@code [applied]}
 * @param note a deviation from the request; empty if there is none
 */
public record BatchResult(
    Optional<BatchType> type,
    int requests,
    boolean applied,
    List<Answer> answers,
    List<Row> existing,
    Optional<String> note) {

  /** Copies the lists. */
  public BatchResult {
    answers = List.copyOf(answers);
    existing = List.copyOf(existing);
  }

  /**
   * The answer to one operation.
   *
   * @param applied whether the operation was applied; always true for a read
   * @param rows the rows of a read; for a conditional operation that was sent alone and not
   *     applied, the existing row
   */
  public record Answer(boolean applied, List<Row> rows) {

    /** Copies the list. */
    public Answer {
      rows = List.copyOf(rows);
    }
  }
}
