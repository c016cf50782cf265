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
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A running task of an import. One thread reads it; it ends when the cluster has answered for each
 * of its rows, which may be later, while the thread reads other tasks.
 *
 * <p>A row that the cluster refuses is kept as its number and the reason. At the end the task reads
 * its part of the source again to reject these rows with their values, because keeping the values
 * of all rows in flight would cost memory in every import for the sake of the few that have
 * refusals.
 */
final class ImportTask {

  /** After so many rows it says how much of the task it has read. */
  private static final int ROWS_BETWEEN_REPORTS = 1 << 6;

  private final SourceTask sourceTask;
  private final String location;
  private final TaskRejects rejects;
  private final RowBinder binder;
  private final PartitionWriter partitions;
  private final Consumer<ImportTask> ended;
  private final RejectedRowNumbers refused = new RejectedRowNumbers();

  /** Why a row was refused that is not among them, since they are too many. */
  private volatile @Nullable String unkept;

  /** Rows given to the writer less those answered for, once all are given; negative before. */
  private final AtomicLong unanswered = new AtomicLong();

  private volatile Way way = new Way(0, 0, 0, false);
  private long bytesDone;
  private long read;
  private long added;
  private long nothing;
  private long expiredRows;
  private long expiredCells;

  /**
   * @param location where the rows come from, for people
   * @param ended takes this task at its end, on any thread
   */
  ImportTask(
      SourceTask sourceTask,
      String location,
      TaskRejects rejects,
      RowBinder binder,
      PartitionWriter partitions,
      Consumer<ImportTask> ended) {
    this.sourceTask = sourceTask;
    this.location = location;
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
   * How far it has been read.
   *
   * @param bytes of the source
   * @param rows its rows
   * @param added how many of them were given to the writer
   */
  private record Way(long bytes, long rows, long added, boolean atEnd) {}

  /** Bytes of the source that it took, once it is read. */
  long bytesRead() {
    return way.bytes();
  }

  /**
   * The bytes of the source whose rows need no answer any more: the writer holds thousands of rows
   * that are read. Never fewer than before. One thread at a time.
   */
  long bytesDone() {
    Way now = way;
    long waiting = unanswered.get() + (now.atEnd() ? 0 : now.added());
    double settled = now.rows() == 0 ? 0 : 1 - (double) waiting / now.rows();
    bytesDone = Math.max(bytesDone, (long) (now.bytes() * Math.max(0, Math.min(1, settled))));
    return bytesDone;
  }

  /** What the reader of a task asks between rows. */
  @FunctionalInterface
  interface Reading {
    boolean goesOn();
  }

  /**
   * Reads the task and gives its rows to the writer.
   *
   * @param mode what becomes of rows that the cluster refuses
   * @return whether it was read to its end
   */
  boolean read(RowReader reader, StreamWriter writer, Reading reading, RefusalMode mode)
      throws InterruptedException {
    try (RowStages stages = new RowStages()) {
      return read(reader, writer, reading, mode, stages);
    }
  }

  private boolean read(
      RowReader reader, StreamWriter writer, Reading reading, RefusalMode mode, RowStages stages)
      throws InterruptedException {
    while (reading.goesOn()) {
      if (read % ROWS_BETWEEN_REPORTS == 0) {
        way = new Way(Math.max(0, reader.bytesRead()), read, added, false);
      }
      stages.next();
      @Nullable RawRow row;
      try {
        row = reader.next();
      } catch (UnrepresentableValueException | MalformedRecordException e) {
        stages.read();
        count();
        rejects.add(e, last(reader), location);
        continue;
      }
      if (row == null) {
        boolean isAnswered = !partitions.isInDoubt() && unanswered.addAndGet(added) == 0;
        long bytes = reader.bytesRead() < 0 ? sourceTask.bytes() : reader.bytesRead();
        way = new Way(bytes, read, added, true);
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
    long aside = partitions.rows();
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
      writer.add(bound.statements(), mode == RefusalMode.FAIL ? failing : new Rejecting(read));
    } else if (partitions.rows() == aside) {
      nothing++;
    }
  }

  /** What a row that the cluster refuses does. */
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

    private Rejecting(long ordinal) {
      this.ordinal = ordinal;
    }

    @Override
    public void written(long bytes) {
      answered();
    }

    @Override
    public @Nullable BulkOperationException rejected(RowRejectedException failure) {
      try {
        String reason = reason(failure);
        if (!refused.add(ordinal, reason)) {
          unkept = reason;
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
            "The cluster refuses more than %,d rows of task %d of %s, which are too many to be"
                + " rejected; the last one: %s. See to the cause, or leave such rows out of the"
                + " source",
            RejectedRowNumbers.MOST,
            sourceTask.number(),
            location,
            reason));
  }

  /** Without the row's key, which may be large and is told once it is read again. */
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
   * Reads the rows again that the cluster refused, and rejects them.
   *
   * @param opener opens the task once more
   */
  void rejectFailedRows(Supplier<RowReader> opener) {
    int all = refused.sort();
    if (all == 0) {
      return;
    }
    int handled = 0;
    try (RowReader reader = opener.get()) {
      long ordinal = 0;
      while (handled < all) {
        RejectedRowNumbers.Refused each = refused.get(handled);
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
      // The others stay refused: they are not lost if this is done once more.
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
        location + " has changed during the import: a row that was read is no longer there");
  }

  /**
   * What became of its rows, at its end.
   *
   * @throws BulkOperationException if they do not add up
   */
  TaskFigures figures() {
    String reason = unkept;
    if (reason != null) {
      throw tooMany(reason);
    }
    TaskFigures figures =
        new TaskFigures(
            read, added + partitions.rows(), rejects.count(), nothing, expiredRows, expiredCells);
    if (!figures.areWhole()) {
      throw new BulkOperationException(
          String.format(
              "The rows of task %d of %s do not add up (%s). Please report this",
              sourceTask.number(), location, figures));
    }
    return figures;
  }

  /**
   * The rows of a task that the cluster has refused, in little memory: a number each. Their bytes
   * are not kept: they are read again if need be. Thread-safe.
   */
  static final class RejectedRowNumbers {

    /** Of one task; 8 bytes each. */
    static final int MOST = 1 << 20;

    private static final int REASON_BITS = 10;
    private static final int LAST_REASON = (1 << REASON_BITS) - 1;
    private static final int FIRST_SIZE = 16;

    /** The number of the row in its task, from 1, and that of the reason below it. */
    private long[] rows = new long[FIRST_SIZE];

    private int count;
    private final List<String> reasons = new ArrayList<>();
    private final Map<String, Integer> numbers = new HashMap<>();

    /** One of them. */
    record Refused(long ordinal, String reason) {}

    /**
     * Takes a row.
     *
     * @return false if there are too many
     */
    synchronized boolean add(long ordinal, String reason) {
      if (count == MOST) {
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
        reasons.add("The cluster refuses the row, for one of too many reasons to keep them all");
      }
      if (number >= LAST_REASON) {
        return LAST_REASON;
      }
      reasons.add(reason);
      numbers.put(reason, number);
      return number;
    }

    /** Brings them into the order in which they are read; those that come later are behind them. */
    synchronized int sort() {
      Arrays.sort(rows, 0, count);
      return count;
    }

    synchronized Refused get(int index) {
      long row = rows[index];
      return new Refused(row >>> REASON_BITS, reasons.get((int) (row & LAST_REASON)));
    }

    /** Forgets the first of them. */
    synchronized void drop(int first) {
      System.arraycopy(rows, first, rows, 0, count - first);
      count -= first;
    }
  }

  /**
   * Tells the reading of rows from the binding of them apart, for one worker. They alternate too
   * fast to be timed row by row, so that a chunk of rows is timed as a whole, one row of it in its
   * parts, and the chunk divided as these rows were so far.
   */
  private static final class RowStages implements AutoCloseable {

    private static final int CHUNK = 64;
    private static final int NONE = -1;

    private final WorkerClock clock = WorkerClock.current();
    private long readNanos;
    private long boundNanos;

    /** The row of the chunk that is timed; any, as what comes regularly must not always be it. */
    private int timed = ThreadLocalRandom.current().nextInt(CHUNK);

    private int row;
    private int rowsRead;
    private long mark = NONE;

    RowStages() {
      clock.begin(Stage.DECODE);
    }

    /** A row is about to be read; the one before is done with. */
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

    /** The row was read; it is bound and sent next, or rejected. */
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
