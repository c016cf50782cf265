package io.ringhaul;

import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.celltimes.ExportedRows;
import io.ringhaul.exceptions.FailedRange;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.rejects.RejectedRows;
import io.ringhaul.rejects.TaskRejects;
import io.ringhaul.ring.Tiling;
import io.ringhaul.ring.TokenRange;
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
  private final Queue<ScanTask> waiting = new ConcurrentLinkedQueue<>();
  private final List<TaskOutput> outputs = new ArrayList<>();
  private final List<TokenRange> done = new ArrayList<>();
  private final List<FailedRange> failed = new ArrayList<>();

  ExportTasks(
      TableScan scan,
      TableScanner scanner,
      TargetSession target,
      TargetPlan targetPlan,
      ExportedRows rows,
      RejectedRows rejected,
      RowBudget budget) {
    this.scan = scan;
    this.scanner = scanner;
    this.target = target;
    this.targetPlan = targetPlan;
    this.rows = rows;
    this.rejected = rejected;
    this.budget = budget;
    waiting.addAll(scan.plan().tasks());
  }

  /** Runs all tasks on so many threads and gives what they wrote. */
  List<TaskOutput> run(ExecutorService threads, int writers) throws InterruptedException {
    Workers.run(
        threads,
        writers,
        () -> {
          for (ScanTask task = next(); task != null; task = next()) {
            run(task);
          }
        });
    return outputs();
  }

  /** What the tasks that ended well wrote. */
  synchronized List<TaskOutput> outputs() {
    return List.copyOf(outputs);
  }

  /**
   * Checks that what ran is what was asked for, each token exactly once: it was planned so, but
   * what counts is what ran. An export that has the most rows it may have need not be complete.
   *
   * @throws io.ringhaul.exceptions.IncompleteOperationException if ranges could not be read
   */
  synchronized void requireComplete(long retries) {
    if (!failed.isEmpty()) {
      throw Outcome.incomplete(
          "Exporting " + scan.plan().keyspace() + "." + scan.plan().table(),
          scan.meter().totals(retries),
          failed);
    }
    if (!budget.isSpent()) {
      Tiling.requireExactly(scan.plan().tokens(), done);
    }
  }

  private @Nullable ScanTask next() {
    return budget.isSpent() ? null : waiting.poll();
  }

  private void run(ScanTask task) throws InterruptedException {
    try (TaskRejects rejects = rejected.openTask();
        TaskWriter writer = target.openTask(targetPlan, rows.columns(), task.number())) {
      TaskScan pages = scanner.scan(task);
      for (Page page = pages.next(); page != null; page = budget.isSpent() ? null : pages.next()) {
        scan.meter().handled(write(page, writer, rejects), page.bytes());
      }
      TaskOutput output = writer.finish();
      rejects.commit(rejectBytes -> ended(task, output));
    } catch (UnreadableRangeException e) {
      failed(task, e);
    }
  }

  /** Writes what the target is to have of a page; how many rows that were. */
  private int write(Page page, TaskWriter writer, TaskRejects rejects)
      throws InterruptedException {
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

  private synchronized void ended(ScanTask task, TaskOutput output) {
    outputs.add(output);
    if (budget.isSpent()) {
      // The last one may have been cut short.
      return;
    }
    done.addAll(task.ranges());
    scan.meter().rangesDone(task.ranges().size());
    scan.meter().taskDone();
  }

  private synchronized void failed(ScanTask task, UnreadableRangeException e) {
    // The task's output is gone, so none of its ranges counts as read.
    for (TokenRange range : task.ranges()) {
      failed.add(
          new FailedRange(
              range.startExclusive(), range.endInclusive(), String.valueOf(e.getMessage())));
    }
  }
}
