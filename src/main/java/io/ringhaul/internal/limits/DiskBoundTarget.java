package io.ringhaul.internal.limits;

import io.ringhaul.exceptions.DiskLimitException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.FinalStep;
import io.ringhaul.format.MergeBase;
import io.ringhaul.format.MergeDescription;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A target with a limit on the bytes of its files. A task that would exceed the limit fails with a
 * {@link DiskLimitException}; the export ends and can be resumed.
 */
public final class DiskBoundTarget implements TargetSession {

  /** Rows between size checks: a check per row would cost more than writing a small row. */
  private static final int ROWS_BETWEEN_LOOKS = 256;

  private static final long BYTES_BETWEEN_LOOKS = 64 * 1024;

  private final TargetSession target;
  private final long most;
  private final long earlier;
  private final String remedy;
  private @Nullable DiskBudget budget;

  /**
   * @param target closed with this one
   * @param most maximum bytes, 1 or more
   * @param earlier bytes of the files of earlier runs of the job
   * @param remedy what to do when the limit is reached, as a sentence
   */
  public DiskBoundTarget(TargetSession target, long most, long earlier, String remedy) {
    this.target = target;
    this.most = most;
    this.earlier = earlier;
    this.remedy = remedy;
  }

  @Override
  public TargetPlan plan(ExportDescription export) {
    return target.plan(export);
  }

  @Override
  public TargetPlan planMerge(ExportDescription export, MergeDescription merge) {
    return target.planMerge(export, merge);
  }

  @Override
  public Optional<MergeBase> mergeBase(TargetPlan plan) {
    return target.mergeBase(plan);
  }

  @Override
  public boolean isOutdated(TargetPlan plan) {
    return target.isOutdated(plan);
  }

  @Override
  public TargetPlan resume(TargetPlan plan, ExportDescription export) {
    return target.resume(plan, export);
  }

  @Override
  public List<TaskOutput> damaged(TargetPlan plan, List<TaskOutput> outputs) {
    return target.damaged(plan, outputs);
  }

  @Override
  public TaskWriter openTask(TargetPlan plan, List<ColumnDescription> columns, int task) {
    DiskBudget.Share share = budget(plan).open();
    try {
      return new Writer(target.openTask(plan, columns, task), share, columns.size());
    } catch (RuntimeException e) {
      share.close();
      throw e;
    }
  }

  private synchronized DiskBudget budget(TargetPlan plan) {
    if (budget == null) {
      budget = new DiskBudget(plan.location(), most, earlier, remedy);
    }
    return budget;
  }

  @Override
  public List<FinalStep> finalSteps(
      TargetPlan plan, List<ColumnDescription> columns, List<TaskOutput> outputs) {
    return target.finalSteps(plan, columns, outputs).stream()
        .<FinalStep>map(step -> bytes -> bounded(plan, step, bytes))
        .toList();
  }

  private TaskOutput bounded(TargetPlan plan, FinalStep step, LongConsumer bytes) {
    try (DiskBudget.Share share = budget(plan).open()) {
      TaskOutput output =
          step.run(
              size -> {
                share.grown(size);
                bytes.accept(size);
              });
      share.ended(output.bytes());
      return output;
    }
  }

  @Override
  public CommitResult commit(TargetPlan plan, List<TaskOutput> outputs) {
    return target.commit(plan, outputs);
  }

  @Override
  public int clean(TargetPlan plan, List<TaskOutput> kept) {
    return target.clean(plan, kept);
  }

  @Override
  public int abandon(TargetPlan plan) {
    return target.abandon(plan);
  }

  @Override
  public void abandonUnplanned(UUID jobId, String keyspace, String table) {
    target.abandonUnplanned(jobId, keyspace, table);
  }

  @Override
  public int cleanCommitted(TargetPlan plan, List<TaskOutput> committed) {
    return target.cleanCommitted(plan, committed);
  }

  @Override
  public void close() {
    target.close();
  }

  private static final class Writer implements TaskWriter {
    private final TaskWriter writer;
    private final DiskBudget.Share share;
    private final int columns;
    private int rows;
    private long bytes;

    private Writer(TaskWriter writer, DiskBudget.Share share, int columns) {
      this.writer = writer;
      this.share = share;
      this.columns = columns;
    }

    @Override
    public void write(RawRow row) {
      writer.write(row);
      rows++;
      for (int i = 0; i < columns; i++) {
        ByteBuffer value = row.bytes(i);
        bytes += value == null ? 0 : value.remaining();
      }
      if (rows >= ROWS_BETWEEN_LOOKS || bytes >= BYTES_BETWEEN_LOOKS) {
        rows = 0;
        bytes = 0;
        share.grown(writer.bytes());
      }
    }

    @Override
    public void delete(RawRow key) {
      writer.delete(key);
    }

    @Override
    public long bytes() {
      return writer.bytes();
    }

    @Override
    public TaskOutput finish() {
      return finish(bytes -> {});
    }

    @Override
    public TaskOutput finish(LongConsumer reported) {
      share.grown(writer.bytes());
      TaskOutput output =
          writer.finish(
              size -> {
                share.grown(size);
                reported.accept(size);
              });
      share.ended(output.bytes());
      return output;
    }

    @Override
    public void close() {
      try (share) {
        writer.close();
      }
    }
  }

  /**
   * The maximum bytes of the files of an export in all its runs. Tasks report the size of their
   * files; for each open task, the largest growth between two reports is kept in reserve. The files
   * therefore never exceed the limit, and the export may end early by the reserve. Thread-safe.
   */
  static final class DiskBudget {

    /** The minimum reserve: the end of a file adds a footer and the buffer of a compressor. */
    private static final long LEAST_STEP = 64 * 1024;

    private final String location;
    private final long most;
    private final String remedy;
    private long taken;
    private long largestStep = LEAST_STEP;
    private int open;

    /**
     * @param location the location of the files, for messages
     * @param most maximum bytes, 1 or more
     * @param earlier bytes of existing files
     * @param remedy what to do when the limit is reached, as a sentence
     */
    DiskBudget(String location, long most, long earlier, String remedy) {
      this.location = location;
      this.most = most;
      this.taken = earlier;
      this.remedy = remedy;
    }

    /** The files of one task. Used by one thread. */
    final class Share implements AutoCloseable {
      private long bytes;
      private boolean kept;

      /**
       * Reports the current size of open files.
       *
       * @throws DiskLimitException if less than the reserve is left
       */
      void grown(long now) {
        synchronized (DiskBudget.this) {
          set(now);
          require(largestStep * open);
        }
      }

      /**
       * Reports the final size of the files.
       *
       * @throws DiskLimitException if the limit is exceeded; the caller must not keep the files
       */
      void ended(long now) {
        synchronized (DiskBudget.this) {
          set(now);
          require(0);
          kept = true;
        }
      }

      private void set(long now) {
        largestStep = Math.max(largestStep, now - bytes);
        taken += now - bytes;
        bytes = now;
      }

      /** Releases the bytes of files that are not kept. */
      @Override
      public void close() {
        synchronized (DiskBudget.this) {
          open--;
          if (!kept) {
            set(0);
          }
        }
      }
    }

    /** Opens the share of a task. */
    synchronized Share open() {
      open++;
      return new Share();
    }

    private void require(long free) {
      if (taken + free > most) {
        throw new DiskLimitException(
            location,
            most,
            String.format(
                Locale.ROOT,
                "The files of the export in %s have %,d bytes%s, and %s allows %,d. %s",
                location,
                taken,
                free == 0
                    ? ""
                    : String.format(
                        Locale.ROOT, " and may need %,d more before they are closed", free),
                Setting.MAX_DISK_BYTES.mark(),
                most,
                remedy));
      }
    }
  }
}
