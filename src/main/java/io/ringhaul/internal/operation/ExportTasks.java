package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.exceptions.FailedRange;
import io.ringhaul.exceptions.JobStoppedException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.internal.metrics.ProgressMeter;
import io.ringhaul.internal.metrics.WorkerClock;
import io.ringhaul.internal.rejects.RejectedRows;
import io.ringhaul.internal.rejects.TaskRejects;
import io.ringhaul.internal.request.Failures;
import io.ringhaul.internal.ring.Tiling;
import io.ringhaul.internal.scan.Page;
import io.ringhaul.internal.scan.ScanRest;
import io.ringhaul.internal.scan.ScanTask;
import io.ringhaul.internal.scan.TableScanner;
import io.ringhaul.internal.scan.TaskScan;
import io.ringhaul.internal.scan.UnreadableRangeException;
import io.ringhaul.internal.scan.WorkSharing;
import io.ringhaul.internal.write.ExportedRows;
import io.ringhaul.monitor.Stage;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of an export. A task with an unreadable range leaves no output, and the other tasks
 * continue; any other failure stops all tasks.
 */
final class ExportTasks {

  private final Work work;
  private final TaskQueue queue;
  private final List<TaskOutput> outputs = new ArrayList<>();
  private final List<TokenRange> done = new ArrayList<>();
  private final List<FailedRange> failed = new ArrayList<>();
  private boolean stopped;

  ExportTasks(Work work) {
    this.work = work;
    this.queue = new TaskQueue(work.scan().plan().tasks());
    outputs.addAll(work.checkpoints().outputs());
    done.addAll(work.checkpoints().ranges());
  }

  /**
   * Runs all tasks and returns their outputs together with those of earlier runs.
   *
   * @param tokens all tokens of the export
   * @throws JobStoppedException if the job was asked to stop before all tasks finished
   * @throws io.ringhaul.exceptions.IncompleteOperationException if ranges could not be read
   * @throws io.ringhaul.exceptions.JobException if the table was dropped, recreated or truncated
   */
  List<TaskOutput> run(Workers writers, TokenRangeSet tokens, RunningOperation operation)
      throws InterruptedException {
    writers.run(
        () -> {
          try (WorkerClock clock = work.scan().metrics().work()) {
            for (ScanTask task = next(writers); task != null; task = next(writers)) {
              try {
                run(task, clock);
              } finally {
                queue.ended();
              }
            }
          }
        });
    return complete(tokens, operation);
  }

  /** Same as {@link #run(Workers, TokenRangeSet, RunningOperation)}, in other processes. */
  List<TaskOutput> run(
      Distribution.Sender elsewhere,
      Distribution.Terms terms,
      TokenRangeSet tokens,
      RunningOperation operation)
      throws InterruptedException {
    TableScan scan = work.scan();
    Map<Integer, Distribution.Task> left = new LinkedHashMap<>();
    for (ScanTask task : scan.plan().tasks()) {
      int number = work.checkpoints().number(task);
      left.put(number, Distribution.Task.of(number, List.of(task)));
    }
    elsewhere.run(
        terms,
        List.copyOf(left.values()),
        outcomes -> {
          work.checkpoints()
              .ran(
                  outcomes.stream()
                      .filter(outcome -> outcome.rejected().rows() == 0)
                      .map(outcome -> Objects.requireNonNull(outcome.output()))
                      .toList());
          for (Distribution.Outcome outcome : outcomes) {
            TaskOutput output = Objects.requireNonNull(outcome.output());
            if (outcome.rejected().rows() > 0) {
              keepRejects(outcome, output);
            }
            scan.meter().handled(output.rows(), outcome.totals().bytes());
            List<TokenRange> ranges =
                Objects.requireNonNull(left.remove(outcome.number())).ranges();
            scan.meter().part().done(TokenRange.rowTokens(ranges));
            ended(ranges, output);
          }
        },
        work.job()::isStopping);
    if (!left.isEmpty()) {
      stop();
    }
    return complete(tokens, operation);
  }

  private void keepRejects(Distribution.Outcome outcome, TaskOutput output) {
    try (TaskRejects rejects = work.rejected().openTask(outcome.number())) {
      outcome.rejected().addTo(rejects);
      work.checkpoints().begun(outcome.number());
      rejects.commit(bytes -> work.checkpoints().done(output, rejects.count(), bytes));
    }
  }

  private List<TaskOutput> complete(TokenRangeSet tokens, RunningOperation operation)
      throws InterruptedException {
    requireComplete(tokens, operation);
    work.sameTable().atEnd();
    return outputs();
  }

  private synchronized List<TaskOutput> outputs() {
    return List.copyOf(outputs);
  }

  /**
   * Checks that the finished tasks cover each requested token exactly once. An export that has
   * reached its row limit need not be complete.
   */
  private synchronized void requireComplete(TokenRangeSet tokens, RunningOperation operation) {
    OperationJob job = work.job();
    operation.requireComplete(
        failed, job.isDurable() ? "resume job " + job.id() : "run the operation again");
    if (stopped) {
      // Checked before the budget, which may include rows of an abandoned task.
      throw new JobStoppedException(job.id(), operation.doing() + " was stopped. " + job.remedy());
    }
    if (work.budget().isSpent()) {
      return;
    }
    Tiling.requireExactly(tokens, done);
  }

  private @Nullable ScanTask next(Workers writers) throws InterruptedException {
    if (work.budget().isSpent()) {
      return null;
    }
    ScanTask task = queue.take(writers::isSurplus);
    if (task != null && work.job().isStopping()) {
      queue.ended();
      stop();
      return null;
    }
    return task;
  }

  private void run(ScanTask task, WorkerClock clock) throws InterruptedException {
    RunningTask running = new RunningTask(work, task, queue);
    try {
      Optional<TaskOutput> output = running.run(clock);
      output.ifPresentOrElse(written -> ended(running.ranges(), written), this::stop);
    } catch (UnreadableRangeException e) {
      failed(task, running, e);
    }
  }

  private void ended(List<TokenRange> ranges, TaskOutput output) {
    synchronized (this) {
      outputs.add(output);
      done.addAll(ranges);
    }
    work.scan().meter().rangesDone(ranges.size());
    work.scan().meter().taskDone();
    work.sameTable().atCheckpoint();
  }

  private void failed(ScanTask task, RunningTask running, UnreadableRangeException e) {
    work.checkpoints().failed(task, String.valueOf(e.getMessage()));
    synchronized (this) {
      // The task's output is discarded, so none of its ranges counts as read.
      for (TokenRange range : running.ranges()) {
        failed.add(
            new FailedRange(
                range.startExclusive(), range.endInclusive(), String.valueOf(e.getMessage())));
      }
    }
  }

  private void stop() {
    queue.close();
    synchronized (this) {
      stopped = true;
    }
  }

  /**
   * The objects that all tasks of an export share.
   *
   * @param inFlight the current bound of requests in flight
   * @param rejected keeps the rows that the target cannot hold
   * @param budget the rows that may still be written
   */
  record Work(
      TableScan scan,
      TableScanner scanner,
      IntSupplier inFlight,
      TargetSession target,
      TargetPlan targetPlan,
      ExportedRows rows,
      RejectedRows rejected,
      RowBudget budget,
      OperationJob job,
      ExportCheckpoints checkpoints,
      TableCheck sameTable,
      SplitRule splitRule) {}

  /**
   * A running task of an export, which can hand part of its tokens to new tasks. Used by one
   * thread.
   */
  private static final class RunningTask implements WorkSharing {

    private final Work work;
    private final ScanTask task;
    private final TaskQueue queue;
    private List<TokenRange> ranges;
    private volatile OptionalDouble completed = OptionalDouble.empty();

    RunningTask(Work work, ScanTask task, TaskQueue queue) {
      this.work = work;
      this.task = task;
      this.queue = queue;
      this.ranges = task.ranges();
    }

    /** The ranges that the task reads: its planned ranges less those handed to new tasks. */
    List<TokenRange> ranges() {
      return ranges;
    }

    /**
     * Reads and writes the task. Its output is durable on return.
     *
     * @param clock the worker's clock
     * @return the task's output; empty if the task was abandoned because the job is stopping
     * @throws io.ringhaul.internal.scan.UnreadableRangeException if a range could not be read; the
     *     task then leaves no output
     */
    Optional<TaskOutput> run(WorkerClock clock) throws InterruptedException {
      WorkerClock.during(
          Stage.COMMIT,
          () -> work.checkpoints().begun(task, clock.worker(), work.scan().replica(task)));
      int number = work.checkpoints().number(task);
      ProgressMeter.Part progress = work.scan().meter().part();
      boolean isDone = false;
      try (TaskRejects rejects = work.rejected().openTask(number);
          TaskWriter writer =
              work.target().openTask(work.targetPlan(), work.rows().columns(), number)) {
        TaskScan pages =
            work.splitRule() == SplitRule.NEVER
                ? work.scanner().scan(task)
                : work.scanner().scan(task, this);
        clock.task(number, work.scan().replica(task), pages::unread, () -> completed);
        for (Page page = pages.next();
            page != null;
            page = work.budget().isSpent() ? null : pages.next()) {
          if (work.job().isOverdue()) {
            return Optional.empty();
          }
          work.scan().metrics().page(page.rowCount(), page.bytes());
          int written = write(page, writer, rejects, clock);
          clock.handled(written);
          work.scan().meter().handled(written, page.bytes());
          progress.done(pages.tokensRead());
          completed = OptionalDouble.of(progress.share(TokenRange.rowTokens(ranges)));
        }
        TaskOutput output = finish(writer, clock);
        WorkerClock.during(
            Stage.COMMIT,
            () ->
                rejects.commit(
                    rejectBytes -> work.checkpoints().done(output, rejects.count(), rejectBytes)));
        progress.done(TokenRange.rowTokens(ranges));
        isDone = true;
        return Optional.of(output);
      } catch (OutOfMemoryError e) {
        throw Failures.outOfMemory(
            e,
            String.format(
                "Task %d, with its pages and its open files in %s,",
                number, work.targetPlan().location()));
      } finally {
        if (!isDone) {
          progress.lost();
        }
        clock.taskEnded();
      }
    }

    /** Writes the rows of a page and returns the number of written rows. */
    private int write(Page page, TaskWriter writer, TaskRejects rejects, WorkerClock clock)
        throws InterruptedException {
      clock.begin(Stage.ENCODE);
      try {
        return write(page, writer, rejects);
      } finally {
        clock.end();
      }
    }

    private int write(Page page, TaskWriter writer, TaskRejects rejects)
        throws InterruptedException {
      int written = 0;
      for (Row row : page.rows()) {
        RawRow exported = work.rows().of(row);
        if (exported == null) {
          continue;
        }
        if (!work.budget().take()) {
          break;
        }
        try {
          writer.write(exported);
          written++;
        } catch (UnrepresentableValueException e) {
          rejects.add(e, exported);
        }
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      return written;
    }

    /** Encodes the buffered rows, forces the files to disk and closes them. */
    private static TaskOutput finish(TaskWriter writer, WorkerClock clock) {
      clock.begin(Stage.ENCODE);
      try {
        return writer.finish();
      } finally {
        clock.end();
      }
    }

    /** The bound of requests in flight divided evenly among the running tasks, at least 1. */
    @Override
    public int pagesAhead() {
      return Math.max(1, work.inFlight().getAsInt() / Math.max(1, queue.running()));
    }

    @Override
    public boolean isWanted() {
      return (queue.takers() > 0 || work.splitRule().isEager()) && !work.job().isStopping();
    }

    @Override
    public int parts(ScanRest rest) {
      return work.splitRule().parts(rest, queue.takers());
    }

    /** Queues the new tasks only after the job's store has them as job partitions. */
    @Override
    public void handOver(List<List<TokenRange>> given) {
      TokenRangeSet away = TokenRangeSet.of(given.stream().flatMap(List::stream).toList());
      List<TokenRange> kept = TokenRangeSet.of(ranges).subtract(away).ranges();
      List<ScanTask> tasks = work.checkpoints().split(task, kept, given);
      work.scan()
          .meter()
          .divided(
              tasks.size(),
              kept.size() + given.stream().mapToInt(List::size).sum() - ranges.size());
      ranges = kept;
      queue.add(tasks);
    }
  }
}
