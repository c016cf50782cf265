package io.ringhaul.internal.operation;

import io.ringhaul.batch.WriteOutcome;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.MalformedRecordException;
import io.ringhaul.exceptions.RowRejectedException;
import io.ringhaul.exceptions.TooManyRejectsException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourceRecord;
import io.ringhaul.format.SourceTask;
import io.ringhaul.internal.batch.StreamWriter;
import io.ringhaul.internal.metrics.WorkerClock;
import io.ringhaul.internal.rejects.TaskRejects;
import io.ringhaul.internal.request.Failures;
import io.ringhaul.internal.write.BoundRow;
import io.ringhaul.internal.write.PartitionWriter;
import io.ringhaul.internal.write.RowBinder;
import io.ringhaul.monitor.Stage;
import io.ringhaul.schema.RawRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A running task of an import. One thread reads the task. The task ends when the cluster has
 * answered for each of its rows; by then the thread may be reading another task.
 *
 * <p>For a row that the cluster refuses, the task keeps the row's number and the reason. At its end
 * the task reads its part of the source again to reject these rows with their values. Keeping the
 * values of all rows in flight instead would cost memory in every import, although few imports have
 * refused rows. Only the rows of a source that is not {@linkplain
 * io.ringhaul.format.SourceSession#isRepeatable() repeatable} are kept.
 */
final class ImportTask {

  /** The number of rows between two updates of the position. */
  private static final int ROWS_BETWEEN_REPORTS = 1 << 6;

  /** The limit of refused rows of a task if they are kept in memory. */
  private static final int MOST_ROWS_IN_MEMORY = 1 << 12;

  private final SourceTask sourceTask;
  private final String location;
  private final TaskRejects rejects;
  private final RowBinder binder;
  private final PartitionWriter partitions;
  private final Consumer<ImportTask> ended;
  private final RefusedRowNumbers refused;

  /** The refused rows by their numbers; null if the source can be read again. */
  private final @Nullable Map<Long, RawRow> refusedRows;

  /** The reason of a refused row that was not kept because the limit was reached; null if none. */
  private volatile @Nullable String reasonOverLimit;

  /**
   * Minus the answered rows while the task is read; after that, the number of rows given to the
   * writer less the answered rows.
   */
  private final AtomicLong unanswered = new AtomicLong();

  private volatile ReadPosition way = new ReadPosition(0, 0, 0, false);
  private long bytesDone;
  private long read;
  private long added;
  private long rowsWithoutWrite;
  private long expiredRows;
  private long expiredCells;

  /**
   * @param location the source, for messages
   * @param isRepeatable whether the source can be read again
   * @param ended called with this task at its end, on any thread
   */
  ImportTask(
      SourceTask sourceTask,
      String location,
      boolean isRepeatable,
      TaskRejects rejects,
      RowBinder binder,
      PartitionWriter partitions,
      Consumer<ImportTask> ended) {
    this.sourceTask = sourceTask;
    this.location = location;
    this.refusedRows = isRepeatable ? null : new ConcurrentHashMap<>();
    this.refused =
        new RefusedRowNumbers(isRepeatable ? RefusedRowNumbers.MOST : MOST_ROWS_IN_MEMORY);
    this.rejects = rejects;
    this.binder = binder;
    this.partitions = partitions;
    this.ended = ended;
  }

  SourceTask sourceTask() {
    return sourceTask;
  }

  TaskRejects rejects() {
    return rejects;
  }

  /**
   * The position up to which the task is read.
   *
   * @param bytes the bytes read from the source
   * @param rows the rows read
   * @param added the rows given to the writer
   */
  private record ReadPosition(long bytes, long rows, long added, boolean atEnd) {}

  /** The bytes read from the source; complete once the task is read. */
  long bytesRead() {
    return way.bytes();
  }

  /**
   * An estimate of the source bytes whose rows are answered or need no answer. Rows that wait in
   * the writer, which may be thousands, do not count. Never decreases. Call from one thread at a
   * time.
   */
  long bytesDone() {
    ReadPosition now = way;
    long waiting = unanswered.get() + (now.atEnd() ? 0 : now.added());
    double settled = now.rows() == 0 ? 0 : 1 - (double) waiting / now.rows();
    bytesDone = Math.max(bytesDone, (long) (now.bytes() * Math.max(0, Math.min(1, settled))));
    return bytesDone;
  }

  /** Asked before each row whether to continue. */
  @FunctionalInterface
  interface Reading {
    boolean goesOn();
  }

  /**
   * Reads the task and gives its rows to the writer.
   *
   * @param records the records that the tasks may still read; without any, the task ends
   * @return whether the task was read to its end
   */
  boolean read(
      RowReader reader, StreamWriter writer, Reading reading, RowBudget records, RefusalMode mode)
      throws InterruptedException {
    try (RowStages stages = new RowStages()) {
      return read(reader, writer, reading, records, mode, stages);
    }
  }

  private boolean read(
      RowReader reader,
      StreamWriter writer,
      Reading reading,
      RowBudget records,
      RefusalMode mode,
      RowStages stages)
      throws InterruptedException {
    while (reading.goesOn()) {
      if (read % ROWS_BETWEEN_REPORTS == 0) {
        way = new ReadPosition(Math.max(0, reader.bytesRead()), read, added, false);
      }
      stages.next();
      @Nullable RawRow row;
      try {
        // Not read if it may not be taken: the next record of a stream may arrive late.
        row = records.isSpent() ? null : reader.next();
        row = row != null && records.take() ? row : null;
      } catch (UnrepresentableValueException | MalformedRecordException e) {
        if (!records.take()) {
          continue;
        }
        stages.read();
        count();
        rejects.add(e, last(reader), location);
        continue;
      }
      if (row == null) {
        // A task with a shared write in doubt gets no checkpoint: its answers never count to zero.
        boolean isAnswered = !partitions.isInDoubt() && unanswered.addAndGet(added) == 0;
        long bytes = reader.bytesRead() < 0 ? sourceTask.bytes() : reader.bytesRead();
        way = new ReadPosition(bytes, read, added, true);
        if (isAnswered) {
          ended.accept(this);
        }
        return true;
      }
      stages.read();
      count();
      write(row, reader, writer, mode);
    }
    return false;
  }

  private Optional<SourceRecord> last(RowReader reader) {
    rejects.form(reader.recordForm());
    return reader.lastRecord();
  }

  private void count() {
    read++;
    rejects.read();
  }

  private void write(RawRow row, RowReader reader, StreamWriter writer, RefusalMode mode)
      throws InterruptedException {
    long writtenSharedBefore = partitions.rows();
    BoundRow bound;
    try {
      bound = binder.bind(row);
      partitions.write(bound);
    } catch (UnrepresentableValueException e) {
      rejects.add(e, row, last(reader), location);
      return;
    } catch (RowRejectedException e) {
      binder.forgetPartition();
      rejects.add(e, row, last(reader), location);
      return;
    }
    expiredCells += bound.expiredCells();
    expiredRows += bound.isExpired() ? 1 : 0;
    if (!bound.statements().isEmpty()) {
      added++;
      writer.add(bound.statements(), mode == RefusalMode.FAIL ? failing : new Rejecting(read, row));
    } else if (partitions.rows() == writtenSharedBefore) {
      rowsWithoutWrite++;
    }
  }

  /** The effect of a row that the cluster refuses: the import fails or the row is rejected. */
  enum RefusalMode {
    FAIL,
    REJECT
  }

  private final WriteOutcome failing =
      new WriteOutcome() {
        @Override
        public void written(long bytes) {
          answered();
        }

        @Override
        public BulkOperationException rejected(RowRejectedException failure) {
          return failure;
        }
      };

  private final class Rejecting implements WriteOutcome {
    private final long ordinal;
    private final @Nullable RawRow kept;

    private Rejecting(long ordinal, RawRow row) {
      this.ordinal = ordinal;
      this.kept = refusedRows == null ? null : row;
    }

    @Override
    public void written(long bytes) {
      answered();
    }

    @Override
    public @Nullable BulkOperationException rejected(RowRejectedException failure) {
      try {
        String reason = reason(failure);
        if (refusedRows != null && kept != null) {
          refusedRows.put(ordinal, kept);
        }
        if (!refused.add(ordinal, reason)) {
          reasonOverLimit = reason;
          return tooMany(reason);
        }
        rejects.announce();
      } catch (TooManyRejectsException e) {
        return e;
      } finally {
        answered();
      }
      return null;
    }
  }

  private BulkOperationException tooMany(String reason) {
    return new BulkOperationException(
        String.format(
            Locale.ROOT,
            "The cluster refuses more than %,d rows of task %d of %s, which is the limit of"
                + " rejected rows for a task; the last reason: %s. Fix the cause, or remove"
                + " such rows from the source",
            refused.most,
            sourceTask.number(),
            location,
            reason));
  }

  /** Omits the row's key, which may be large; the rejected row contains the key. */
  private static String reason(RowRejectedException failure) {
    Throwable cause = failure.getCause();
    return "The cluster refuses the row: " + Failures.describe(cause == null ? failure : cause);
  }

  private void answered() {
    if (unanswered.decrementAndGet() == 0) {
      ended.accept(this);
    }
  }

  /**
   * Reads the rows that the cluster refused again and rejects them.
   *
   * @param opener opens the task again
   */
  void rejectRefusedRows(Supplier<RowReader> opener) {
    int all = refused.sort();
    if (all == 0) {
      return;
    }
    if (refusedRows != null) {
      rejectKeptRows(refusedRows, all);
      return;
    }
    int handled = 0;
    try (RowReader reader = opener.get()) {
      long ordinal = 0;
      while (handled < all) {
        RefusedRowNumbers.Refused each = refused.get(handled);
        @Nullable RawRow row = null;
        for (; ordinal < each.ordinal(); ordinal++) {
          row = readAgain(reader, each.ordinal() == ordinal + 1);
        }
        if (row == null) {
          throw changed();
        }
        rejects.addAnnounced(each.reason(), row, last(reader), location);
        handled++;
      }
    } finally {
      // The other rows stay refused, so another call rejects them.
      refused.drop(handled);
      added -= handled;
    }
  }

  private void rejectKeptRows(Map<Long, RawRow> rows, int all) {
    int handled = 0;
    try {
      for (; handled < all; handled++) {
        RefusedRowNumbers.Refused each = refused.get(handled);
        RawRow row = Objects.requireNonNull(rows.get(each.ordinal()), "no row was kept");
        rejects.addAnnounced(each.reason(), row, Optional.empty(), location);
        rows.remove(each.ordinal());
      }
    } finally {
      refused.drop(handled);
      added -= handled;
    }
  }

  private @Nullable RawRow readAgain(RowReader reader, boolean wanted) {
    try {
      RawRow row = reader.next();
      if (row == null) {
        throw changed();
      }
      return row;
    } catch (UnrepresentableValueException | MalformedRecordException e) {
      if (wanted) {
        throw changed();
      }
      return null;
    }
  }

  private BulkOperationException changed() {
    return new BulkOperationException(
        location + " has changed while it was read: a row that was read is no longer there");
  }

  /**
   * The row figures of the task, at its end.
   *
   * @throws BulkOperationException if the figures do not add up or refused rows were dropped
   */
  TaskFigures figures() {
    String reason = reasonOverLimit;
    if (reason != null) {
      throw tooMany(reason);
    }
    TaskFigures figures =
        new TaskFigures(
            read,
            added + partitions.rows(),
            rejects.count(),
            rowsWithoutWrite,
            expiredRows,
            expiredCells);
    if (!figures.areWhole()) {
      throw new BulkOperationException(
          String.format(
              "The rows of task %d of %s do not add up (%s). Please report this",
              sourceTask.number(), location, figures));
    }
    return figures;
  }

  /**
   * The refused rows of a task as 8 bytes each: the row's number and the number of the reason.
   * Values are not kept, because the task reads the rows again. Thread-safe.
   */
  static final class RefusedRowNumbers {

    /** The usual limit for one task. */
    static final int MOST = 1 << 20;

    private static final int REASON_BITS = 10;
    private static final int LAST_REASON = (1 << REASON_BITS) - 1;
    private static final int FIRST_SIZE = 16;

    /**
     * For each row its number in the task, from 1, in the high bits, and the reason's in the low
     * bits.
     */
    private long[] rows = new long[FIRST_SIZE];

    private final int most;

    private int count;
    private final List<String> reasons = new ArrayList<>();
    private final Map<String, Integer> numbers = new HashMap<>();

    /** A refused row. */
    record Refused(long ordinal, String reason) {}

    /**
     * @param most the limit of rows
     */
    RefusedRowNumbers(int most) {
      this.most = most;
    }

    /**
     * Adds a row.
     *
     * @return false if the limit is reached; the row is then not added
     */
    synchronized boolean add(long ordinal, String reason) {
      if (count == most) {
        return false;
      }
      if (count == rows.length) {
        rows = Arrays.copyOf(rows, 2 * count);
      }
      rows[count++] = (ordinal << REASON_BITS) | number(reason);
      return true;
    }

    private int number(String reason) {
      Integer known = numbers.get(reason);
      if (known != null) {
        return known;
      }
      int number = reasons.size();
      if (number == LAST_REASON) {
        reasons.add(
            "The cluster refuses the row; the reason was not kept because the task"
                + " has too many reasons");
      }
      if (number >= LAST_REASON) {
        return LAST_REASON;
      }
      reasons.add(reason);
      numbers.put(reason, number);
      return number;
    }

    /** Sorts the rows into the order of the source. Rows added later follow at the end. */
    synchronized int sort() {
      Arrays.sort(rows, 0, count);
      return count;
    }

    synchronized Refused get(int index) {
      long row = rows[index];
      return new Refused(row >>> REASON_BITS, reasons.get((int) (row & LAST_REASON)));
    }

    /** Removes this number of rows from the start. */
    synchronized void drop(int first) {
      System.arraycopy(rows, first, rows, 0, count - first);
      count -= first;
    }
  }

  /**
   * Separates the time for reading rows from the time for binding them, for one worker. Timing each
   * row would cost too much, so the class times a chunk of rows as a whole and reads and binds of
   * one sampled row separately. The chunk's time is divided in the ratio of all sampled rows so
   * far.
   */
  private static final class RowStages implements AutoCloseable {

    private static final int CHUNK = 64;
    private static final int NONE = -1;

    private final WorkerClock clock = WorkerClock.current();
    private long readNanos;
    private long boundNanos;

    /** The sampled row of the chunk; random, so that periodic rows do not bias the sample. */
    private int timed = ThreadLocalRandom.current().nextInt(CHUNK);

    private int row;
    private int rowsRead;
    private long mark = NONE;

    RowStages() {
      clock.begin(Stage.DECODE);
    }

    /** Called before a row is read; ends the binding of the previous row. */
    void next() {
      if (mark != NONE) {
        boundNanos += clock.ownNanos() - mark;
        mark = NONE;
      }
      if (row == CHUNK) {
        endChunk();
        row = 0;
        timed = ThreadLocalRandom.current().nextInt(CHUNK);
        clock.begin(Stage.DECODE);
      }
      if (row == timed) {
        mark = clock.ownNanos();
      }
      row++;
    }

    /** Called after a row is read and before it is bound or rejected. */
    void read() {
      rowsRead++;
      if (mark != NONE) {
        long now = clock.ownNanos();
        readNanos += now - mark;
        mark = now;
      }
    }

    private void endChunk() {
      long all = readNanos + boundNanos;
      clock.end(Stage.ENCODE, all == 0 ? 0 : (double) boundNanos / all);
      clock.handled(rowsRead);
      rowsRead = 0;
    }

    @Override
    public void close() {
      endChunk();
    }
  }
}
