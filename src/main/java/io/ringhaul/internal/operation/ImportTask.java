package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.cql.BoundStatement;
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
import io.ringhaul.internal.rejects.TaskRejects;
import io.ringhaul.internal.request.Failures;
import io.ringhaul.internal.write.RowBinder;
import io.ringhaul.schema.RawRow;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One task under way. It is read by one thread, and is at its end when the cluster has answered for
 * each of its rows, which may be later: others are read meanwhile.
 */
final class ImportTask {

  /** After so many rows it says how much of the task it has read. */
  private static final int ROWS_BETWEEN_REPORTS = 1 << 6;

  private final SourceTask sourceTask;
  private final String location;
  private final TaskRejects rejects;
  private final RowBinder binder;
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

  /**
   * @param location where the rows come from, for people
   * @param ended takes this task at its end, on any thread
   */
  ImportTask(
      SourceTask sourceTask,
      String location,
      TaskRejects rejects,
      RowBinder binder,
      Consumer<ImportTask> ended) {
    this.sourceTask = sourceTask;
    this.location = location;
    this.rejects = rejects;
    this.binder = binder;
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
        boolean isAnswered = !binder.isInDoubt() && unanswered.addAndGet(added) == 0;
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
    long aside = binder.writtenAside();
    List<BoundStatement> statements;
    try {
      statements = binder.bind(row);
    } catch (UnrepresentableValueException | RowRejectedException e) {
      rejects.add(e, row, last(reader), location);
      return;
    }
    if (!statements.isEmpty()) {
      added++;
      writer.add(statements, mode == RefusalMode.FAIL ? failing : new Rejecting(read));
    } else if (binder.writtenAside() == aside) {
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
            read,
            added + binder.writtenAside(),
            rejects.count(),
            nothing,
            binder.expiredRows(),
            binder.expiredCells());
    if (!figures.areWhole()) {
      throw new BulkOperationException(
          String.format(
              "The rows of task %d of %s do not add up (%s). Please report this",
              sourceTask.number(), location, figures));
    }
    return figures;
  }
}
