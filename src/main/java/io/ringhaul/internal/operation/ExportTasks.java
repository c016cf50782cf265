package io.ringhaul.internal.operation;

import io.ringhaul.exceptions.FailedRange;
import io.ringhaul.exceptions.JobStoppedException;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.internal.metrics.WorkerClock;
import io.ringhaul.internal.ring.Tiling;
import io.ringhaul.internal.scan.ScanTask;
import io.ringhaul.internal.scan.UnreadableRangeException;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of an export. A task whose range cannot be read leaves no output and does not stop the
 * others; any other failure does.
 */
final class ExportTasks {

  private final ExportWork work;
  private final TaskQueue queue;
  private final List<TaskOutput> outputs = new ArrayList<>();
  private final List<TokenRange> done = new ArrayList<>();
  private final List<FailedRange> failed = new ArrayList<>();
  private boolean stopped;

  ExportTasks(ExportWork work) {
    this.work = work;
    this.queue = new TaskQueue(work.scan().plan().tasks());
    outputs.addAll(work.checkpoints().outputs());
    done.addAll(work.checkpoints().ranges());
  }

  /**
   * Runs all tasks and gives what they and those of earlier runs wrote.
   *
   * @param tokens what the whole export is to read
   * @throws JobStoppedException if the job was asked to stop before all was done
   * @throws io.ringhaul.exceptions.IncompleteOperationException if ranges could not be read
   * @throws io.ringhaul.exceptions.JobException if the table is not the one that it was
   */
  List<TaskOutput> run(Workers writers, TokenRangeSet tokens, LongSupplier retries)
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
    requireComplete(tokens, retries.getAsLong());
    work.sameTable().atEnd();
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
    String doing = "Exporting " + work.scan().plan().keyspace() + "." + work.scan().plan().table();
    OperationJob job = work.job();
    if (!failed.isEmpty()) {
      throw Outcome.incomplete(
          doing,
          work.scan().meter().totals(retries),
          failed,
          job.isDurable() ? "resume job " + job.id() : "run the operation again");
    }
    if (stopped) {
      // First: rows that the budget has counted may be those of a task that was given up.
      throw new JobStoppedException(job.id(), doing + " was stopped. " + job.remedy());
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
    ExportTask running = new ExportTask(work, task, queue);
    try {
      Optional<TaskOutput> output = running.run(clock);
      output.ifPresentOrElse(written -> ended(running, written), this::stop);
    } catch (UnreadableRangeException e) {
      failed(task, running, e);
    }
  }

  private void ended(ExportTask task, TaskOutput output) {
    synchronized (this) {
      outputs.add(output);
      done.addAll(task.ranges());
    }
    work.scan().meter().rangesDone(task.ranges().size());
    work.scan().meter().taskDone();
    work.sameTable().atCheckpoint();
  }

  private void failed(ScanTask task, ExportTask running, UnreadableRangeException e) {
    work.checkpoints().failed(task, String.valueOf(e.getMessage()));
    synchronized (this) {
      // The task's output is gone, so none of its ranges counts as read.
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
}
