package io.ringhaul.batch;

import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.Row;
import java.util.List;
import java.util.Optional;

/**
 * What {@link BatchWriter#execute} came to, once all operations were acknowledged.
 *
 * @param type the type of the batch that was sent; empty if the operations were sent one by one, as
 *     they must be where reads are among them
 * @param requests how many requests were sent: one, more after splitting, one for each operation
 *     where they were sent one by one, none for no operations
 * @param applied whether everything was done; false if a condition did not hold
 * @param answers one for each operation, in the order given
 * @param existing if a condition did not hold: the rows that it met, with the column {@code
 *     [applied]}
 * @param note what was done otherwise than asked; empty if nothing was
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
   * @param applied whether it was done; always true for a read
   * @param rows what a read gave; for a condition that did not hold and was sent alone, the row
   *     that it met
   */
  public record Answer(boolean applied, List<Row> rows) {

    /** Copies the list. */
    public Answer {
      rows = List.copyOf(rows);
    }
  }
}
