package io.ringhaul.internal.rejects;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.RecordForm;
import io.ringhaul.format.SourceRecord;
import io.ringhaul.schema.RawRow;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * The rejected rows of one task. They are added to the rejects file when the task is done, so that
 * a task that runs again does not add them twice. Used by one thread at a time.
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

  /** Sets the form of the records that are added next. */
  public void form(Optional<RecordForm> ofRecords) {
    this.form = ofRecords;
  }

  /** Counts a row read, for the limit on the share of rejected rows. */
  public void read() {
    all.read(1);
  }

  /** Returns the number of rejected rows of the task so far. */
  public long count() {
    return count;
  }

  /**
   * Adds a row that a target rejected.
   *
   * @throws UnrepresentableValueException the failure with the name of the row, if rows are not
   *     rejected
   * @throws io.ringhaul.exceptions.TooManyRejectsException if the limit is exceeded
   */
  public void add(UnrepresentableValueException failure, RawRow row) {
    if (!all.keeps()) {
      throw all.named(failure, row);
    }
    add(all.line(task, failure, Optional.empty(), Optional.of(row), "", form));
  }

  /**
   * Adds a row of a source that cannot be written. The failure names the row.
   *
   * @param record the position of the row, if known
   * @param location the location of the source, used if {@code record} is empty
   * @throws BulkOperationException the failure, if rows are not rejected
   * @throws io.ringhaul.exceptions.TooManyRejectsException if the limit is exceeded
   */
  public void add(
      BulkOperationException failure, RawRow row, Optional<SourceRecord> record, String location) {
    if (!all.keeps()) {
      throw failure;
    }
    add(all.line(task, failure, record, Optional.of(row), location, form));
  }

  /**
   * Adds a record of a source that is not a row of the table. The failure names the record.
   *
   * @param location the location of the source, used if {@code record} is empty
   * @throws BulkOperationException the failure, if rows are not rejected
   * @throws io.ringhaul.exceptions.TooManyRejectsException if the limit is exceeded
   */
  public void add(BulkOperationException failure, Optional<SourceRecord> record, String location) {
    if (!all.keeps()) {
      throw failure;
    }
    add(all.line(task, failure, record, Optional.empty(), location, form));
  }

  /**
   * Counts a row at once that the task will add with {@link #addAnnounced}. May be called on any
   * thread.
   *
   * @throws io.ringhaul.exceptions.TooManyRejectsException if the limit is exceeded
   */
  public void announce() {
    all.rejected(1);
  }

  /** Adds an announced row. */
  public void addAnnounced(
      String reason, RawRow row, Optional<SourceRecord> record, String location) {
    BulkOperationException failure = new BulkOperationException(reason);
    lines.add(all.line(task, failure, record, Optional.of(row), location, form));
    count++;
  }

  /**
   * Adds the rows that another process has rejected.
   *
   * @param text the lines of its rejects file
   * @throws io.ringhaul.exceptions.TooManyRejectsException if the limit is exceeded
   */
  public void addLines(String text, long rows) {
    if (rows > 0) {
      add(text.getBytes(StandardCharsets.UTF_8), rows);
    }
  }

  private void add(byte[] line) {
    add(line, 1);
  }

  private void add(byte[] more, long rows) {
    lines.add(more);
    count += rows;
    all.rejected(rows);
  }

  /**
   * Adds the rows of a task that is done to the rejects file, forces them to disk, and calls the
   * checkpoint before another task can add rows.
   *
   * @param checkpoint receives the length of the rejects file in bytes; 0 if there is no file
   */
  public void commit(LongConsumer checkpoint) {
    all.append(lines, checkpoint);
    all.committed(count);
    close();
  }

  /**
   * Adds the rows of a task that is not done to the rejects file, so that users see them. A resumed
   * job drops them.
   */
  public void keep() {
    all.append(lines, length -> {});
    close();
  }

  /** Drops the rows that are not in the rejects file. */
  @Override
  public void close() {
    lines.close();
  }
}
