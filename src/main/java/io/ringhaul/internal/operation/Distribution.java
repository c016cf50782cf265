package io.ringhaul.internal.operation;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.TooManyRejectsException;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.MergeBase;
import io.ringhaul.format.MergeDescription;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceTask;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.internal.limits.ResourceLimits;
import io.ringhaul.internal.rejects.RejectedRows;
import io.ringhaul.internal.rejects.TaskRejects;
import io.ringhaul.internal.request.RequestLimits;
import io.ringhaul.internal.request.RequestSettings;
import io.ringhaul.internal.scan.ScanTask;
import io.ringhaul.job.JobPartition;
import io.ringhaul.limits.JobPriority;
import io.ringhaul.limits.TuningMode;
import io.ringhaul.monitor.OperationTotals;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Divides a count, an export or an import among processes. The process in which it begins plans the
 * tasks, keeps the job and commits. Other processes run each task as an operation of their own: the
 * same request, restricted to the tokens or the part of the source of the task, whose output is
 * handed back in place of a commit.
 *
 * <p>An operator learns of its part from its executor, which is one of these two.
 */
public abstract class Distribution implements Executor {

  /**
   * What all tasks have in common.
   *
   * @param parallelism requests in flight of all tasks together
   * @param limits of all tasks together
   * @param pageSize rows in a page; 0 to adapt it
   * @param request what each process must read and write, by names for messages
   * @param job the job of rejected rows; null for a count
   * @param plan the plan of an export; null for others
   * @param source the plan of an import; null for others
   */
  public record Terms(
      int parallelism,
      RequestLimits limits,
      int pageSize,
      Map<String, String> request,
      @Nullable UUID job,
      @Nullable TargetPlan plan,
      @Nullable Source source)
      implements Serializable {

    public Terms {
      request = Map.copyOf(request);
    }

    static Terms ofCount(TableScan scan, int pageSize, Map<String, String> request) {
      return new Terms(
          scan.requests().parallelism(),
          scan.requests().limits(),
          pageSize,
          request,
          null,
          null,
          null);
    }

    static Terms ofExport(
        TableScan scan, int pageSize, Map<String, String> request, UUID job, TargetPlan plan) {
      return new Terms(
          scan.requests().parallelism(),
          scan.requests().limits(),
          pageSize,
          request,
          job,
          plan,
          null);
    }

    static Terms ofImport(
        RequestSettings requests, Map<String, String> request, UUID job, Source source) {
      return new Terms(requests.parallelism(), requests.limits(), 0, request, job, null, source);
    }

    /**
     * Returns the page size for all tasks; 0 to adapt it.
     *
     * @param asked what the user set; 0 if nothing
     * @param checked what the preflight found the servers to take
     * @param usual the largest that is tried
     */
    static int pageSize(int asked, int checked, int usual) {
      return asked == 0 && checked == usual ? 0 : checked;
    }

    /** Returns the terms of one task if so many run at the same time. */
    public Terms dividedBy(int tasks) {
      return new Terms(
          Math.max(1, parallelism / tasks),
          limits.dividedBy(tasks),
          pageSize,
          request,
          job,
          plan,
          source);
    }

    /** Whether no task may have a second attempt, because its rows must not be written twice. */
    public boolean once() {
      return source != null && source.once();
    }
  }

  /**
   * What the tasks of an import have in common.
   *
   * @param plan without its tasks
   * @param once whether rows must not be written twice
   */
  public record Source(SourcePlan plan, boolean once) implements Serializable {}

  /**
   * A task.
   *
   * @param number the number of its job partition
   * @param scans what a count or an export reads, numbered from 0; empty for others
   * @param part what an import reads; null for others
   */
  public record Task(int number, List<ScanTask> scans, @Nullable SourceTask part)
      implements Serializable {

    public Task {
      scans = List.copyOf(scans);
    }

    static Task of(int number, List<ScanTask> scans) {
      return new Task(
          number,
          IntStream.range(0, scans.size())
              .mapToObj(i -> new ScanTask(i, scans.get(i).ranges(), scans.get(i).replicas()))
              .toList(),
          null);
    }

    static Task of(SourceTask part) {
      return new Task(part.number(), List.of(), part);
    }

    List<TokenRange> ranges() {
      return scans.stream().flatMap(scan -> scan.ranges().stream()).toList();
    }
  }

  /**
   * What a task has done.
   *
   * @param number of the task
   * @param output the files of an export; null for others
   * @param imported what an import has read and written; null for others
   */
  public record Outcome(
      int number,
      OperationTotals totals,
      @Nullable TaskOutput output,
      @Nullable ImportedPart imported,
      Rejects rejected)
      implements Serializable {}

  /**
   * What a task of an import has read and written.
   *
   * @param bytes the bytes of the source that it has read
   */
  record ImportedPart(long bytes, TaskFigures figures) implements Serializable {}

  /**
   * The rejected rows of a task.
   *
   * @param lines for the rejects file
   */
  record Rejects(long rows, String lines) implements Serializable {

    static final Rejects NONE = new Rejects(0, "");

    /**
     * Adds the rows to those of all tasks.
     *
     * @param into the rejected rows of the task in this process
     * @throws TooManyRejectsException if the limit is exceeded; the rows are in the rejects file
     */
    void addTo(TaskRejects into) {
      try {
        into.addLines(lines, rows);
      } catch (TooManyRejectsException e) {
        into.keep();
        throw e;
      }
    }
  }

  private final Executor threads;

  private Distribution(Executor threads) {
    this.threads = threads;
  }

  @Override
  public void execute(Runnable work) {
    threads.execute(work);
  }

  static Optional<Sender> sender(Executor threads) {
    return of(threads) instanceof Sender sender ? Optional.of(sender) : Optional.empty();
  }

  static Optional<Receiver> receiver(Executor threads) {
    return of(threads) instanceof Receiver receiver ? Optional.of(receiver) : Optional.empty();
  }

  private static @Nullable Executor of(Executor threads) {
    return threads instanceof OperatorThreads operator ? operator.executor() : null;
  }

  /** The process in which the operation begins. */
  public abstract static class Sender extends Distribution {

    protected Sender(Executor threads) {
      super(threads);
    }

    /**
     * Checks that the tasks can follow the settings of an operation.
     *
     * @param more settings of the operation that are set and cannot be followed
     * @throws InvalidSettingException if they cannot
     */
    void require(OperationSettings settings, Map<Setting, Boolean> more) {
      ResourceLimits limits = settings.limits().limits();
      Map<Setting, Boolean> refused = new LinkedHashMap<>(more);
      refused.put(Setting.RUN_WINDOW, limits.runWindow().isPresent());
      refused.put(Setting.PRIORITY, limits.priority() != JobPriority.NORMAL);
      refused.put(Setting.MAX_CPU_SHARE, limits.maxCpuShare() < 1);
      refused.put(Setting.MAX_DISK_BYTES, limits.maxDiskBytes() > 0);
      refused.put(Setting.TUNING, settings.tuning().mode() == TuningMode.ADAPT);
      refused.put(Setting.PROTECT_LATENCY, settings.tuning().bound().isPresent());
      refused.forEach(
          (setting, isSet) -> {
            if (isSet) {
              throw new InvalidSettingException(
                  setting.method(),
                  setting.mark() + " is not for an operation whose tasks run in other processes");
            }
          });
    }

    /**
     * Returns how many of the tasks may run at the same time.
     *
     * @throws InvalidSettingException if the limits cannot be divided among them
     */
    protected abstract int together(RequestLimits limits, int tasks);

    /**
     * Checks, before tasks are begun whose rows must not be written twice, that they can be sent
     * and that none is run twice on purpose.
     *
     * @throws InvalidSettingException if not
     */
    protected abstract void requireOnce();

    /**
     * Runs the tasks. Attempts that lost to others may still run on return.
     *
     * @param ended takes the outcome of each task once, those that have arrived together, on the
     *     calling thread
     * @param stops whether to stop before all tasks have ended
     * @throws io.ringhaul.exceptions.BulkOperationException if a task failed finally
     */
    protected abstract void run(
        Terms terms, List<Task> tasks, Consumer<List<Outcome>> ended, BooleanSupplier stops)
        throws InterruptedException;
  }

  /** A process that runs one task. */
  public static final class Receiver extends Distribution {

    /** The beginning process keeps the rejected rows of a few tasks in memory. */
    private static final long MOST_REJECTED_BYTES = 16 << 20;

    private final Terms terms;
    private final Task task;
    private @Nullable TaskOutput output;
    private @Nullable ImportedPart imported;
    private Rejects rejected = Rejects.NONE;

    /**
     * @param terms the share of this task
     */
    public Receiver(Executor threads, Terms terms, Task task) {
      super(threads);
      this.terms = terms;
      this.task = task;
    }

    /** The outcome of the operation, which has succeeded. */
    public Outcome outcome(OperationTotals totals) {
      return new Outcome(task.number(), totals, output, imported, rejected);
    }

    /**
     * Checks that this process makes the request that the other one has planned.
     *
     * @throws InvalidSettingException if it does not
     */
    void requireSame(Map<String, String> request) {
      Set<String> different = new TreeSet<>(terms.request().keySet());
      different.addAll(request.keySet());
      // A node that is down does not tell its time; the beginning process looks at truncations.
      different.removeIf(part -> part.endsWith(TableFingerprint.LAST_TRUNCATION));
      different.removeIf(part -> Objects.equals(terms.request().get(part), request.get(part)));
      if (!different.isEmpty()) {
        String part = different.iterator().next();
        throw new InvalidSettingException(
            "request",
            String.format(
                "The process that began the operation and this one do not make the same request:"
                    + " %s is %s there and %s here. Make all settings that tasks need inside the"
                    + " function",
                part,
                terms.request().getOrDefault(part, "not set"),
                request.getOrDefault(part, "not set")));
      }
    }

    int pageSize() {
      return terms.pageSize();
    }

    OperationSettings of(OperationSettings settings) {
      return settings.ofPart(terms.parallelism(), terms.limits());
    }

    RowSelection of(RowSelection selection) {
      return selection.only(TokenRangeSet.of(task.ranges()));
    }

    /** How the beginning process has divided the part. */
    ScanSizing sizing() {
      return ScanSizing.of(task.scans());
    }

    int number() {
      return task.number();
    }

    /** The job of rejected rows. */
    UUID job() {
      return Objects.requireNonNull(terms.job());
    }

    /** The plan of an import, with the task as its only one. */
    SourcePlan plan() {
      return Objects.requireNonNull(terms.source())
          .plan()
          .withTasks(List.of(Objects.requireNonNull(task.part())));
    }

    /** Hands back what the task of an import has done. */
    void imported(JobPartition done) {
      imported = new ImportedPart(done.bytes(), TaskFigures.of(List.of(done)));
    }

    /** Hands back the rejected rows of the task. */
    void rejected(RejectedRows rows) {
      if (rows.count() > 0) {
        rejected = new Rejects(rows.count(), lines(rows.path().orElseThrow()));
      }
    }

    private String lines(Path rejects) {
      try {
        if (Files.size(rejects) > MOST_REJECTED_BYTES) {
          throw new BulkOperationException(
              String.format(
                  "The rejected rows of task %d have %d bytes, and one task may send %d: fix the"
                      + " cause, or divide the operation into more tasks with %s",
                  task.number(),
                  Files.size(rejects),
                  MOST_REJECTED_BYTES,
                  Setting.TASK_COUNT.callWithValue()));
        }
        return Files.readString(rejects);
      } catch (IOException e) {
        throw new StorageException(
            rejects.toString(), "The rejected rows cannot be read from " + rejects, e);
      }
    }

    /** The target of the task's rows, which commits nothing. */
    ExportTarget of(ExportTarget target) {
      return new ExportTarget() {
        @Override
        public TargetSession open() {
          return new Part(target.open());
        }

        @Override
        public Map<String, String> identity() {
          return target.identity();
        }
      };
    }

    /** A target whose plan exists, and whose output belongs to one task of another process. */
    private final class Part implements TargetSession {

      private final TargetSession target;

      Part(TargetSession target) {
        this.target = target;
      }

      @Override
      public TargetPlan plan(ExportDescription export) {
        return Objects.requireNonNull(terms.plan());
      }

      @Override
      public TargetPlan planMerge(ExportDescription export, MergeDescription merge) {
        return plan(export);
      }

      @Override
      public Optional<MergeBase> mergeBase(TargetPlan plan) {
        return target.mergeBase(plan);
      }

      @Override
      public TaskWriter openTask(TargetPlan plan, List<ColumnDescription> columns, int any) {
        return target.openTask(plan, columns, task.number());
      }

      @Override
      public CommitResult commit(TargetPlan plan, List<TaskOutput> outputs) {
        TaskOutput all = ExportCheckpoints.sum(task.number(), outputs);
        output = all;
        return new CommitResult(
            plan.location(), all.files().size(), all.bytes(), OptionalLong.empty());
      }

      @Override
      public void close() {
        target.close();
      }
    }
  }
}
