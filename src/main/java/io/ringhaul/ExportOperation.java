package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.celltimes.CellTimeSelection;
import io.ringhaul.celltimes.CellTimes;
import io.ringhaul.celltimes.ExportedRows;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.UnknownCommitStateException;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobOptions;
import io.ringhaul.rejects.RejectOwner;
import io.ringhaul.rejects.RejectSettings;
import io.ringhaul.rejects.RejectedRows;
import io.ringhaul.request.RequestSender;
import io.ringhaul.scan.RangeStatements;
import io.ringhaul.scan.ScanSettings;
import io.ringhaul.scan.Selection;
import io.ringhaul.scan.TableScanner;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableLookup;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;

/** Exports a table: plans, runs the tasks on several threads, commits once. */
final class ExportOperation implements Operation<ExportResult> {

  private static final ScanSizing SIZING = new ScanSizing(128L << 20, 1);

  /** What one task that writes needs of the heap: its pages, and its writer's buffers. */
  private static final long HEAP_PER_WRITER = 32L << 20;

  /** A sample that is no larger comes in few files. */
  private static final long ROWS_OF_ONE_WRITER = 100_000;

  private final OperationSettings settings;
  private final RowSelection selection;
  private final ExportTarget target;
  private final List<CqlIdentifier> columnNames;
  private final CellTimes cellTimes;
  private final int pageSize;
  private final JobOptions jobOptions;
  private final UUID jobId;
  private final RejectSettings rejectSettings;

  ExportOperation(
      OperationSettings settings,
      RowSelection selection,
      ExportTarget target,
      List<CqlIdentifier> columnNames,
      CellTimes cellTimes,
      int pageSize,
      JobOptions jobOptions,
      UUID jobId,
      RejectSettings rejectSettings) {
    this.settings = settings;
    this.selection = selection;
    this.target = target;
    this.columnNames = columnNames;
    this.cellTimes = cellTimes;
    this.pageSize = pageSize;
    this.jobOptions = jobOptions;
    this.jobId = jobId;
    this.rejectSettings = rejectSettings;
  }

  @Override
  public ExportResult run(CqlSession session, ExecutorService threads) {
    TableDescription table =
        new TableLookup(session).readable(settings.keyspace(), settings.table());
    List<ColumnDescription> ofTable =
        table.select(columnNames.stream().map(CqlIdentifier::asInternal).toList());
    ExportedRows rows = CellTimeSelection.of(session, cellTimes, table, ofTable);
    Map<String, String> fingerprint = fingerprint(session, table, rows);
    Optional<Job> completed =
        OperationJob.completed(jobOptions, jobId, JobKind.EXPORT, fingerprint);
    if (completed.isPresent()) {
      return CompletedExport.result(completed.get());
    }
    if (selection.maxRows() > 0) {
      // Which rows a sample has is left to chance, and so is what its rest would be.
      OperationJob.forget(jobOptions, jobId);
    }
    try (OperationJob job =
        OperationJob.begin(
            jobOptions, jobId, JobKind.EXPORT, "export " + table, fingerprint, settings.texts())) {
      return job.running(() -> run(session, threads, job, table, ofTable, rows));
    }
  }

  private ExportResult run(
      CqlSession session,
      ExecutorService threads,
      OperationJob job,
      TableDescription table,
      List<ColumnDescription> ofTable,
      ExportedRows rows) {
    ExportCheckpoints checkpoints = new ExportCheckpoints(job.run());
    TableScan scan =
        TableScan.prepare(
            session,
            settings,
            table,
            ofTable,
            selection.tokens().subtract(checkpoints.tokens()),
            SIZING,
            checkpoints.figures());
    int writers = writers(scan);
    int mostPageSize =
        new ExportPreflight(session, settings, selection, cellTimes.window(), target)
            .run(table, rows.selected(), scan, pageSize);
    // Prepared before the target is opened: what the cluster refuses must leave nothing behind.
    RangeStatements statements =
        RangeStatements.selecting(
                session, table, new Selection(rows.selected(), selection.condition()))
            .checked();
    try (RejectedRows rejected = rejects(job, table, rows.columns(), checkpoints);
        TargetSession targetSession = target.open();
        RequestSender sender = new RequestSender(session, scan.requests());
        ProgressReporter reporter =
            new ProgressReporter(scan.meter(), settings.progressListener())) {
      TargetPlan targetPlan = targetPlan(targetSession, job, table, rows, checkpoints, writers);
      checkpoints.plan(StoredExport.planned(targetPlan), scan.plan());
      TableScanner scanner =
          new TableScanner(
              statements,
              sender,
              new ScanSettings(
                  pageSize,
                  Math.max(1, scan.requests().parallelism() / Math.max(1, writers)),
                  mostPageSize));
      ExportTasks tasks =
          new ExportTasks(
              scan,
              scanner,
              targetSession,
              targetPlan,
              rows,
              rejected,
              new RowBudget(selection.maxRows()),
              job,
              checkpoints);
      CommitResult committed =
          Outcome.of(
              scan.meter(),
              sender::retries,
              "Exporting " + table,
              job.isDurable()
                  ? "nothing was committed; what is done is kept for resuming job " + jobId
                  : "nothing was committed",
              () -> {
                List<TaskOutput> outputs;
                try {
                  outputs = tasks.run(threads, writers, selection.tokens(), sender::retries);
                } catch (Throwable e) {
                  giveUp(e, job, targetSession, targetPlan, rejected);
                  throw e;
                }
                return Uninterrupted.call(
                    "ringhaul-commit",
                    () -> commit(job, targetSession, targetPlan, outputs, rejected));
              });
      return new ExportResult(
          scan.meter().totals(sender.retries()),
          jobId,
          committed.location(),
          committed.files(),
          committed.fileBytes(),
          committed.snapshotId(),
          rejected.count());
    }
  }

  private RejectedRows rejects(
      OperationJob job,
      TableDescription table,
      List<ColumnDescription> columns,
      ExportCheckpoints checkpoints) {
    RejectOwner owner = new RejectOwner(job.id(), () -> job.run().beat());
    return job.run().job().run() == 1
        ? RejectedRows.begin(rejectSettings, owner, table, columns)
        : RejectedRows.resume(rejectSettings, owner, table, columns, checkpoints.rejectedRows());
  }

  private TargetPlan targetPlan(
      TargetSession targetSession,
      OperationJob job,
      TableDescription table,
      ExportedRows rows,
      ExportCheckpoints checkpoints,
      int writers) {
    ExportDescription export =
        new ExportDescription(
            jobId, table, rows.columns(), writers, selection.tokens(), restrictions());
    Optional<String> stored = job.run().job().plan();
    if (stored.isEmpty()) {
      TargetPlan planned = targetSession.plan(export);
      if (job.run().job().run() > 1) {
        // What it had done was forgotten, and its files are of no use.
        targetSession.clean(planned, List.of());
      }
      return planned;
    }
    TargetPlan resumed = targetSession.resume(StoredExport.parse(stored.get()).target(), export);
    targetSession.clean(resumed, checkpoints.outputs());
    return resumed;
  }

  private Map<String, String> restrictions() {
    Map<String, String> all = new LinkedHashMap<>(selection.restrictions());
    all.putAll(cellTimes.window().restrictions());
    return all;
  }

  /** What must not change between runs: the rows and columns, and where they go. */
  private Map<String, String> fingerprint(
      CqlSession session, TableDescription table, ExportedRows rows) {
    Map<String, String> parts = new LinkedHashMap<>(target.identity());
    parts.putAll(restrictions());
    parts.putAll(TableFingerprint.of(session, table, rows.columns()));
    parts.put("unrepresentable rows", rejectSettings.choice().name());
    return parts;
  }

  /** Nobody will ask again for the files of a job that this process alone knows. */
  private static void giveUp(
      Throwable failure,
      OperationJob job,
      TargetSession target,
      TargetPlan plan,
      RejectedRows rejected) {
    if (job.isDurable()) {
      return;
    }
    // Not interrupted: the caller may have cancelled, and the files must go all the same.
    Uninterrupted.call(
        "ringhaul-discard",
        () -> {
          discard(failure, () -> target.clean(plan, List.of()));
          discard(failure, rejected::discard);
          return plan;
        });
  }

  /** Publishes what was written. Rejects belong to rows that are, or may have been, published. */
  private static CommitResult commit(
      OperationJob job,
      TargetSession target,
      TargetPlan plan,
      List<TaskOutput> outputs,
      RejectedRows rejected) {
    // Who has lost the job to another process must not publish.
    job.run().beat();
    CommitResult committed;
    try {
      committed = target.commit(plan, outputs);
    } catch (UnknownCommitStateException e) {
      throw e;
    } catch (Throwable e) {
      giveUp(e, job, target, plan, rejected);
      throw e;
    }
    try {
      job.run().plan(new StoredExport(plan, Optional.of(committed)).text(), List.of());
    } catch (BulkOperationException e) {
      throw e.leaving("the export is committed, and resuming job " + job.id() + " finds it so");
    }
    return committed;
  }

  /** Takes something back after a failure, which stays the one that is reported. */
  private static void discard(Throwable failure, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /** Parallel requests need a writer each, as far as the heap of this process reaches. */
  private int writers(TableScan scan) {
    if (selection.maxRows() > 0 && selection.maxRows() <= ROWS_OF_ONE_WRITER) {
      return 1;
    }
    long affordable = Math.max(1, Runtime.getRuntime().maxMemory() / 2 / HEAP_PER_WRITER);
    long wanted = Math.min(scan.requests().parallelism(), scan.plan().tasks().size());
    return (int) Math.min(affordable, wanted);
  }
}
