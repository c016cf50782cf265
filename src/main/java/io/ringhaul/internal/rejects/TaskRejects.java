package io.ringhaul.internal.rejects;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.RecordForm;
import io.ringhaul.format.SourceRecord;
import io.ringhaul.schema.RawRow;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * The rows that one task has rejected. They are apart from the file of rejects until the task is
 * done, so that a task that is done again has none in it twice. Used by one thread at a time.
 */
public final class TaskRejects implements AutoCloseable {

  private final RejectedRows all;
  private final int task;
  private final TaskLines lines;
  private long count;
  private Optional<RecordForm> form = Optional.empty();

  TaskRejects(RejectedRows all, int task, TaskLines lines) {
    this.all = all;
    this.task = task;
    this.lines = lines;
  }

  /** Says how the texts of the records that are added next make a file. */
  public void form(Optional<RecordForm> ofRecords) {
    this.form = ofRecords;
  }

  /** Counts a row that was read, for the limit on the share of rejected ones. */
  public void read() {
    all.read(1);
  }

  /** How many rows the task has rejected so far. */
  public long count() {
    return count;
  }

  /**
   * Takes a row that a target refused.
   *
   * @throws UnrepresentableValueException the same with the row's name, if rows are not rejected
   * @throws io.ringhaul.exceptions.TooManyRejectsException if these are too many
   */
  public void add(UnrepresentableValueException failure, RawRow row) {
    if (!all.keeps()) {
      throw all.named(failure, row);
    }
    add(all.line(task, failure, Optional.empty(), Optional.of(row), "", form));
  }

  /**
   * Takes a row of a source that cannot be written; its failure names it.
   *
   * @param record where it stands, as far as that is known
   * @param location where the rows come from, for a row of which no more is known
   * @throws BulkOperationException the same, if rows are not rejected
   * @throws io.ringhaul.exceptions.TooManyRejectsException if these are too many
   */
  public void add(
      BulkOperationException failure, RawRow row, Optional<SourceRecord> record, String location) {
    if (!all.keeps()) {
      throw failure;
    }
    add(all.line(task, failure, record, Optional.of(row), location, form));
  }

  /**
   * Takes a record of a source that is no row of the table; its failure names it.
   *
   * @param location where the rows come from, for a record of which no more is known
   * @throws BulkOperationException the same, if rows are not rejected
   * @throws io.ringhaul.exceptions.TooManyRejectsException if these are too many
   */
  public void add(BulkOperationException failure, Optional<SourceRecord> record, String location) {
    if (!all.keeps()) {
      throw failure;
    }
    add(all.line(task, failure, record, Optional.empty(), location, form));
  }

  /**
   * Says that the task will add a row with {@link #addAnnounced}, so that it counts at once. May be
   * called on any thread.
   *
   * @throws io.ringhaul.exceptions.TooManyRejectsException if these are too many
   */
  public void announce() {
    all.rejected();
  }

  /** Takes a row that was announced. */
  public void addAnnounced(
      String reason, RawRow row, Optional<SourceRecord> record, String location) {
    BulkOperationException failure = new BulkOperationException(reason);
    lines.add(all.line(task, failure, record, Optional.of(row), location, form));
    count++;
  }

  private void add(byte[] line) {
    lines.add(line);
    count++;
    all.rejected();
  }

  /**
   * The task is done: adds its rows to the file, durably, and makes its checkpoint before another
   * task can add more.
   *
   * @param checkpoint takes the length of the file in bytes, which is 0 as long as there is none
   */
  public void commit(LongConsumer checkpoint) {
    all.append(lines, checkpoint);
    all.committed(count);
    close();
  }

  /**
   * The task is not done, and its rows are to be seen all the same: adds them to the file, from
   * which a resumed job drops them.
   */
  public void keep() {
    all.append(lines, length -> {});
    close();
  }

  /** Drops the rows, unless they are in the file. */
  @Override
  public void close() {
    lines.close();
  }
}
