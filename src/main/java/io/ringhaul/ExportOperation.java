package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.celltimes.CellTimeSelection;
import io.ringhaul.celltimes.CellTimes;
import io.ringhaul.celltimes.ExportedRows;
import io.ringhaul.exceptions.UnknownCommitStateException;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
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
  private final UUID jobId;
  private final RejectSettings rejectSettings;

  ExportOperation(
      OperationSettings settings,
      RowSelection selection,
      ExportTarget target,
      List<CqlIdentifier> columnNames,
      CellTimes cellTimes,
      int pageSize,
      UUID jobId,
      RejectSettings rejectSettings) {
    this.settings = settings;
    this.selection = selection;
    this.target = target;
    this.columnNames = columnNames;
    this.cellTimes = cellTimes;
    this.pageSize = pageSize;
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
    List<ColumnDescription> columns = rows.columns();
    TableScan scan =
        TableScan.prepare(session, settings, table, ofTable, selection.tokens(), SIZING);
    int writers = writers(scan);
    // Prepared before the target is opened: what the cluster refuses must leave nothing behind.
    RangeStatements statements =
        RangeStatements.selecting(
                session, table, new Selection(rows.selected(), selection.condition()))
            .checked();
    try (RejectedRows rejected = RejectedRows.begin(rejectSettings, table, columns);
        TargetSession targetSession = target.open();
        RequestSender sender = new RequestSender(session, scan.requests());
        ProgressReporter reporter =
            new ProgressReporter(scan.meter(), settings.progressListener())) {
      TargetPlan targetPlan =
          targetSession.plan(
              new ExportDescription(
                  jobId, table, columns, writers, selection.tokens(), restrictions()));
      TableScanner scanner =
          new TableScanner(
              statements,
              sender,
              new ScanSettings(pageSize, Math.max(1, scan.requests().parallelism() / writers)));
      ExportTasks tasks =
          new ExportTasks(
              scan,
              scanner,
              targetSession,
              targetPlan,
              rows,
              rejected,
              new RowBudget(selection.maxRows()));
      CommitResult committed =
          Outcome.of(
              scan.meter(),
              sender::retries,
              "Exporting " + table,
              "nothing was committed",
              () -> {
                List<TaskOutput> outputs =
                    outputs(tasks, threads, writers, targetSession, targetPlan, rejected, sender);
                return Uninterrupted.call(
                    "ringhaul-commit", () -> commit(targetSession, targetPlan, outputs, rejected));
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

  private Map<String, String> restrictions() {
    Map<String, String> all = new LinkedHashMap<>(selection.restrictions());
    all.putAll(cellTimes.window().restrictions());
    return all;
  }

  /** Runs the tasks; unless all of them end well, what they wrote is discarded. */
  private static List<TaskOutput> outputs(
      ExportTasks tasks,
      ExecutorService threads,
      int writers,
      TargetSession target,
      TargetPlan plan,
      RejectedRows rejected,
      RequestSender sender)
      throws InterruptedException {
    try {
      List<TaskOutput> outputs = tasks.run(threads, writers);
      tasks.requireComplete(sender.retries());
      return outputs;
    } catch (Throwable e) {
      // Not interrupted: the caller may have cancelled, and the files must go all the same.
      Uninterrupted.call(
          "ringhaul-discard",
          () -> {
            discard(e, () -> target.discard(plan, tasks.outputs()));
            discard(e, rejected::discard);
            return plan;
          });
      throw e;
    }
  }

  /** Publishes what was written. Rejects belong to rows that are, or may have been, published. */
  private static CommitResult commit(
      TargetSession target, TargetPlan plan, List<TaskOutput> outputs, RejectedRows rejected) {
    try {
      return target.commit(plan, outputs);
    } catch (UnknownCommitStateException e) {
      throw e;
    } catch (Throwable e) {
      discard(e, rejected::discard);
      throw e;
    }
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
