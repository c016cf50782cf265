package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.internal.metrics.ProgressMeter;
import io.ringhaul.internal.metrics.WorkerClock;
import io.ringhaul.internal.rejects.TaskRejects;
import io.ringhaul.internal.request.Failures;
import io.ringhaul.internal.scan.Page;
import io.ringhaul.internal.scan.ScanRest;
import io.ringhaul.internal.scan.ScanTask;
import io.ringhaul.internal.scan.TaskScan;
import io.ringhaul.internal.scan.WorkSharing;
import io.ringhaul.monitor.Stage;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import java.util.List;
import java.util.Optional;

/** A task of an export that runs: what it writes, and what it gives to others. One thread's. */
final class ExportTask implements WorkSharing {

  private final ExportWork work;
  private final ScanTask task;
  private final TaskQueue queue;
  private List<TokenRange> ranges;

  ExportTask(ExportWork work, ScanTask task, TaskQueue queue) {
    this.work = work;
    this.task = task;
    this.queue = queue;
    this.ranges = task.ranges();
  }

  /** What it reads: fewer tokens than planned if it has given some away. */
  List<TokenRange> ranges() {
    return ranges;
  }

  /**
   * Reads and writes the task; what it has written is durable when this returns.
   *
   * @param clock of the worker
   * @return what it wrote; empty if it was given up since the job is to stop
   * @throws io.ringhaul.internal.scan.UnreadableRangeException if a range could not be read;
   *     nothing is written then
   */
  Optional<TaskOutput> run(WorkerClock clock) throws InterruptedException {
    work.checkpoints().begun(task, clock.worker(), work.scan().replica(task));
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
      clock.task(number, work.scan().replica(task), pages::unread);
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

  /** Writes what the target is to have of a page; how many rows that were. */
  private int write(Page page, TaskWriter writer, TaskRejects rejects, WorkerClock clock)
      throws InterruptedException {
    clock.begin(Stage.ENCODE);
    try {
      return write(page, writer, rejects);
    } finally {
      clock.end();
    }
  }

  private int write(Page page, TaskWriter writer, TaskRejects rejects) throws InterruptedException {
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

  /** Ends the files: what is held back is encoded, and all is forced to disk. */
  private static TaskOutput finish(TaskWriter writer, WorkerClock clock) {
    clock.begin(Stage.ENCODE);
    try {
      return writer.finish();
    } finally {
      clock.end();
    }
  }

  /** The requests of workers that have nothing to do are there for those that have. */
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

  /** Others find the tokens only after the job's store has them as partitions of their own. */
  @Override
  public void handOver(List<List<TokenRange>> given) {
    TokenRangeSet away = TokenRangeSet.of(given.stream().flatMap(List::stream).toList());
    List<TokenRange> kept = TokenRangeSet.of(ranges).subtract(away).ranges();
    List<ScanTask> tasks = work.checkpoints().split(task, kept, given);
    work.scan()
        .meter()
        .divided(
            tasks.size(), kept.size() + given.stream().mapToInt(List::size).sum() - ranges.size());
    ranges = kept;
    queue.add(tasks);
  }
}
