package io.ringhaul;

import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.celltimes.ExportedRows;
import io.ringhaul.exceptions.FailedRange;
import io.ringhaul.exceptions.JobStoppedException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.rejects.RejectedRows;
import io.ringhaul.rejects.TaskRejects;
import io.ringhaul.ring.Tiling;
import io.ringhaul.ring.TokenRange;
import io.ringhaul.ring.TokenRangeSet;
import io.ringhaul.scan.Page;
import io.ringhaul.scan.ScanTask;
import io.ringhaul.scan.TableScanner;
import io.ringhaul.scan.TaskScan;
import io.ringhaul.scan.UnreadableRangeException;
import io.ringhaul.schema.RawRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of an export. A task whose range cannot be read leaves no output and does not stop the
 * others; any other failure does.
 */
final class ExportTasks {

  private final TableScan scan;
  private final TableScanner scanner;
  private final TargetSession target;
  private final TargetPlan targetPlan;
  private final ExportedRows rows;
  private final RejectedRows rejected;
  private final RowBudget budget;
  private final OperationJob job;
  private final ExportCheckpoints checkpoints;
  private final Queue<ScanTask> waiting = new ConcurrentLinkedQueue<>();
  private final List<TaskOutput> outputs = new ArrayList<>();
  private final List<TokenRange> done = new ArrayList<>();
  private final List<FailedRange> failed = new ArrayList<>();
  private boolean stopped;

  ExportTasks(
      TableScan scan,
      TableScanner scanner,
      TargetSession target,
      TargetPlan targetPlan,
      ExportedRows rows,
      RejectedRows rejected,
      RowBudget budget,
      OperationJob job,
      ExportCheckpoints checkpoints) {
    this.scan = scan;
    this.scanner = scanner;
    this.target = target;
    this.targetPlan = targetPlan;
    this.rows = rows;
    this.rejected = rejected;
    this.budget = budget;
    this.job = job;
    this.checkpoints = checkpoints;
    waiting.addAll(scan.plan().tasks());
    outputs.addAll(checkpoints.outputs());
    done.addAll(checkpoints.ranges());
  }

  /**
   * Runs all tasks on so many threads and gives what they and those of earlier runs wrote.
   *
   * @param tokens what the whole export is to read
   * @throws JobStoppedException if the job was asked to stop before all was done
   * @throws io.ringhaul.exceptions.IncompleteOperationException if ranges could not be read
   */
  List<TaskOutput> run(
      ExecutorService threads, int writers, TokenRangeSet tokens, LongSupplier retries)
      throws InterruptedException {
    Workers.run(
        threads,
        writers,
        () -> {
          for (ScanTask task = next(); task != null; task = next()) {
            run(task);
          }
        });
    requireComplete(tokens, retries.getAsLong());
    return outputs();
  }

  private synchronized List<TaskOutput> outputs() {
    return List.copyOf(outputs);
  }

  /**
   * Checks that what ran is what was asked for, each token exactly once: it was planned so, but
   * what counts is what ran. An export that has the most rows it may have need not be complete.
   */
  private synchronized void requireComplete(TokenRangeSet tokens, long retries) {
    String doing = "Exporting " + scan.plan().keyspace() + "." + scan.plan().table();
    if (!failed.isEmpty()) {
      throw Outcome.incomplete(
          doing,
          scan.meter().totals(retries),
          failed,
          job.isDurable() ? "resume job " + job.id() : "run the operation again");
    }
    if (stopped) {
      // First: rows that the budget has counted may be those of a task that was given up.
      throw new JobStoppedException(job.id(), doing + " was stopped. " + job.remedy());
    }
    if (budget.isSpent()) {
      return;
    }
    Tiling.requireExactly(tokens, done);
  }

  private @Nullable ScanTask next() {
    if (budget.isSpent()) {
      return null;
    }
    ScanTask task = waiting.poll();
    if (task != null && job.isStopping()) {
      stop();
      return null;
    }
    return task;
  }

  private void run(ScanTask task) throws InterruptedException {
    checkpoints.begun(task);
    try (TaskRejects rejects = rejected.openTask(checkpoints.number(task));
        TaskWriter writer = target.openTask(targetPlan, rows.columns(), checkpoints.number(task))) {
      TaskScan pages = scanner.scan(task);
      for (Page page = pages.next(); page != null; page = budget.isSpent() ? null : pages.next()) {
        if (job.isOverdue()) {
          stop();
          return;
        }
        scan.meter().handled(write(page, writer, rejects), page.bytes());
      }
      TaskOutput output = writer.finish();
      rejects.commit(rejectBytes -> ended(task, output, rejects.count(), rejectBytes));
    } catch (UnreadableRangeException e) {
      failed(task, e);
    }
  }

  /** Writes what the target is to have of a page; how many rows that were. */
  private int write(Page page, TaskWriter writer, TaskRejects rejects) throws InterruptedException {
    int written = 0;
    for (Row row : page.rows()) {
      RawRow exported = rows.of(row);
      if (exported == null) {
        continue;
      }
      if (!budget.take()) {
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

  private void ended(ScanTask task, TaskOutput output, long rejectedRows, long rejectBytes) {
    checkpoints.done(output, rejectedRows, rejectBytes);
    synchronized (this) {
      outputs.add(output);
      done.addAll(task.ranges());
    }
    scan.meter().rangesDone(task.ranges().size());
    scan.meter().taskDone();
  }

  private void failed(ScanTask task, UnreadableRangeException e) {
    checkpoints.failed(task, String.valueOf(e.getMessage()));
    synchronized (this) {
      // The task's output is gone, so none of its ranges counts as read.
      for (TokenRange range : task.ranges()) {
        failed.add(
            new FailedRange(
                range.startExclusive(), range.endInclusive(), String.valueOf(e.getMessage())));
      }
    }
  }

  private synchronized void stop() {
    stopped = true;
  }
}
