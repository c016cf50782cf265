package io.ringhaul.internal.operation;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.JobStoppedException;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.internal.batch.StreamWriter;
import io.ringhaul.internal.metrics.OperationMetrics;
import io.ringhaul.internal.metrics.ProgressMeter;
import io.ringhaul.internal.metrics.WorkerClock;
import io.ringhaul.internal.rejects.RejectedRows;
import io.ringhaul.internal.rejects.TaskRejects;
import io.ringhaul.internal.request.Failures;
import io.ringhaul.internal.request.RequestSender;
import io.ringhaul.internal.request.RequestSettings;
import io.ringhaul.internal.write.PartitionWriter;
import io.ringhaul.internal.write.RowBinders;
import io.ringhaul.monitor.Stage;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The tasks of an import. A reader continues with the next task without waiting for the cluster. A
 * task is finished, and its checkpoint is stored, when each of its rows is acknowledged or durably
 * rejected.
 */
final class ImportTasks {

  /** The number of rows after which a reader finishes the tasks that have ended meanwhile. */
  private static final int ROWS_BETWEEN_LOOKS = 1 << 10;

  /**
   * The source of an import and the table that takes its rows.
   *
   * @param doing the operation at the start of a message, such as {@code Importing into t}
   */
  record Source(
      String doing,
      SourceSession session,
      SourcePlan plan,
      TableDescription table,
      List<ColumnDescription> columns) {

    RowReader open(SourceTask sourceTask) {
      return session.open(plan, columns, sourceTask);
    }
  }

  private final Source source;
  private final RowBinders binders;
  private final StreamWriter writer;
  private final RequestSender reads;
  private final RejectedRows rejected;
  private final OperationJob job;
  private final ImportCheckpoints checkpoints;
  private final TableCheck sameTable;
  private final RowBudget records;
  private final ProgressMeter meter;
  private final OperationMetrics metrics;
  private final Queue<SourceTask> waiting;
  private final Queue<ImportTask> ended = new ConcurrentLinkedQueue<>();
  private final Set<ImportTask> open = ConcurrentHashMap.newKeySet();
  private long bytesDone;
  private long writtenElsewhere;
  private volatile boolean stopped;

  ImportTasks(
      Source source,
      RowBinders binders,
      StreamWriter writer,
      RequestSender reads,
      RejectedRows rejected,
      OperationJob job,
      ImportCheckpoints checkpoints,
      TableCheck sameTable,
      RowBudget records,
      ProgressMeter meter,
      OperationMetrics metrics) {
    this.source = source;
    this.binders = binders;
    this.writer = writer;
    this.reads = reads;
    this.rejected = rejected;
    this.job = job;
    this.checkpoints = checkpoints;
    this.sameTable = sameTable;
    this.records = records;
    this.meter = meter;
    this.metrics = metrics;
    this.waiting = new ConcurrentLinkedQueue<>(source.plan().tasks());
    meter.tells(this::bytesDone);
  }

  /**
   * Imports all tasks.
   *
   * @throws JobStoppedException if the job was asked to stop before all tasks finished
   * @throws io.ringhaul.exceptions.JobException if the table was dropped, recreated or truncated
   */
  void run(Workers readers) throws InterruptedException {
    readers.run(
        () -> {
          try (WorkerClock clock = metrics.work()) {
            work(readers);
          }
        });
    try (WorkerClock clock = metrics.work()) {
      // Queued rows are not sent if the job was asked to stop while it was paused.
      WorkerClock.during(Stage.WAIT_LIMIT, () -> writer.requests().awaitLimits(0, 0));
      stopped |= writer.queued() > 0 && job.isStopping() && !binders.writesOnce();
      if (!stopped) {
        WorkerClock.during(Stage.WAIT_CLUSTER, writer::flush);
      }
      finishEnded();
    }
    if (stopped) {
      throw new JobStoppedException(job.id(), source.doing() + " was stopped");
    }
    if (!open.isEmpty()) {
      throw new BulkOperationException(
          open.size()
              + " tasks of "
              + source.plan().location()
              + " have rows that were neither acknowledged nor rejected. Please report this");
    }
    source.session().requireUnchanged();
    sameTable.atEnd();
  }

  /**
   * Same as {@link #run(Workers)}, in other processes. Tasks whose rows must not be written twice
   * are stored as begun before they are sent, so only as many are sent as can run at once.
   *
   * @param request what each process must read and write
   */
  void run(Distribution.Sender elsewhere, RequestSettings requests, Map<String, String> request)
      throws InterruptedException {
    boolean once = binders.writesOnce();
    if (once) {
      elsewhere.requireOnce();
    }
    SourcePlan all = source.plan();
    Distribution.Terms terms =
        Distribution.Terms.ofImport(
            requests, request, job.id(), new Distribution.Source(all.withTasks(List.of()), once));
    int atOnce =
        once ? elsewhere.together(requests.limits(), all.tasks().size()) : all.tasks().size();
    while (!waiting.isEmpty() && !stopped) {
      Map<Integer, SourceTask> sent = new LinkedHashMap<>();
      while (sent.size() < atOnce && !waiting.isEmpty()) {
        SourceTask next = waiting.remove();
        sent.put(next.number(), next);
      }
      if (once) {
        sent.values().forEach(task -> checkpoints.begun(task.number()));
      }
      elsewhere.run(
          terms,
          sent.values().stream().map(Distribution.Task::of).toList(),
          ended -> {
            for (Distribution.Outcome outcome : ended) {
              if (!once) {
                checkpoints.begun(outcome.number());
              }
              finish(Objects.requireNonNull(sent.remove(outcome.number())), outcome);
            }
          },
          // Called in any case: it fails if another process owns the job now.
          () -> job.isStopping() && !once);
      stopped = !sent.isEmpty() || (!waiting.isEmpty() && job.isStopping());
    }
    if (stopped) {
      throw new JobStoppedException(job.id(), source.doing() + " was stopped");
    }
    source.session().requireUnchanged();
    sameTable.atEnd();
  }

  private void finish(SourceTask task, Distribution.Outcome outcome) {
    Distribution.ImportedPart done = Objects.requireNonNull(outcome.imported());
    TaskFigures figures = done.figures();
    rejected.read(figures.read());
    try (TaskRejects rejects = rejected.openTask(task.number())) {
      outcome.rejected().addTo(rejects);
      meter.handled(figures.written(), outcome.totals().bytes());
      rejects.commit(bytes -> checkpoints.done(task, done.bytes(), figures, bytes));
    }
    writtenElsewhere += figures.written();
    synchronized (this) {
      bytesDone += done.bytes();
    }
    meter.taskDone();
    sameTable.atCheckpoint();
  }

  /** The rows that other processes have written in this run. */
  long writtenElsewhere() {
    return writtenElsewhere;
  }

  /**
   * Keeps the progress of a failed import: the checkpoints of ended tasks, and the rejected rows of
   * the other tasks for inspection.
   */
  void keep() {
    // Fails if another process owns the job now: the rejects file then belongs to that process.
    job.run().beat();
    List<RuntimeException> failures = new ArrayList<>();
    for (ImportTask task = ended.poll(); task != null; task = ended.poll()) {
      ImportTask done = task;
      attempt(failures, () -> finish(done));
    }
    if (rejected.keeps()) {
      for (ImportTask task : open) {
        attempt(failures, () -> rejectRefusedRows(task));
        attempt(failures, () -> task.rejects().keep());
      }
      attempt(failures, rejected::writeRecords);
    }
    if (!failures.isEmpty()) {
      RuntimeException first = failures.remove(0);
      failures.forEach(first::addSuppressed);
      throw first;
    }
  }

  /** Collects a failure, so that the following steps run too. */
  private static void attempt(List<RuntimeException> failures, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      failures.add(e);
    }
  }

  private void work(Workers readers) throws InterruptedException {
    while (!readers.isSurplus() && !records.isSpent()) {
      finishEnded();
      SourceTask sourceTask = waiting.poll();
      if (sourceTask == null) {
        return;
      }
      if (job.isStopping()) {
        stopped = true;
        return;
      }
      read(sourceTask);
    }
  }

  private void read(SourceTask sourceTask) throws InterruptedException {
    WorkerClock clock = WorkerClock.current();
    checkpoints.begun(sourceTask, clock.worker());
    TaskRejects rejects = rejected.openTask(sourceTask.number());
    ImportTask task =
        new ImportTask(
            sourceTask,
            source.plan().location(),
            source.session().isRepeatable(),
            rejects,
            binders.open(),
            new PartitionWriter(source.table(), writer, reads),
            ended::add);
    open.add(task);
    clock.task(sourceTask.number(), "", () -> 0, () -> completed(task));
    try (RowReader reader = source.open(sourceTask)) {
      if (!task.read(reader, writer, new Reading(), records, refusals())) {
        stopped = true;
        rejects.close();
        open.remove(task);
      }
    } catch (OutOfMemoryError e) {
      throw Failures.outOfMemory(
          e,
          String.format(
              "Task %d, with its records of %s and their statements,",
              sourceTask.number(), source.plan().location()));
    } finally {
      clock.taskEnded();
    }
  }

  private ImportTask.RefusalMode refusals() {
    return rejected.keeps() ? ImportTask.RefusalMode.REJECT : ImportTask.RefusalMode.FAIL;
  }

  /** Finishes ended tasks and checks between rows whether the job is stopping. */
  private final class Reading implements ImportTask.Reading {
    private int rows;

    @Override
    public boolean goesOn() {
      if (++rows % ROWS_BETWEEN_LOOKS == 0) {
        finishEnded();
      }
      // Called unconditionally: it fails if another process owns the job now.
      boolean stopping = job.isStopping();
      // A task whose rows must not be written twice can be resumed only at its end.
      return binders.writesOnce() || !stopping;
    }
  }

  private void finishEnded() {
    for (ImportTask task = ended.poll(); task != null; task = ended.poll()) {
      ImportTask done = task;
      WorkerClock.during(Stage.COMMIT, () -> finish(done));
      sameTable.atCheckpoint();
    }
  }

  private void finish(ImportTask done) {
    rejectRefusedRows(done);
    TaskFigures figures = done.figures();
    done.rejects()
        .commit(
            rejectBytes ->
                checkpoints.done(done.sourceTask(), done.bytesRead(), figures, rejectBytes));
    synchronized (this) {
      open.remove(done);
      bytesDone += done.bytesRead();
    }
    meter.taskDone();
  }

  /** The source bytes of finished tasks and of running tasks. */
  private synchronized long bytesDone() {
    return bytesDone + open.stream().mapToLong(ImportTask::bytesDone).sum();
  }

  private synchronized OptionalDouble completed(ImportTask task) {
    long bytes = task.sourceTask().bytes();
    return bytes > 0
        ? OptionalDouble.of(Math.min(1, (double) task.bytesDone() / bytes))
        : OptionalDouble.empty();
  }

  private void rejectRefusedRows(ImportTask task) {
    task.rejectRefusedRows(() -> source.open(task.sourceTask()));
  }
}
