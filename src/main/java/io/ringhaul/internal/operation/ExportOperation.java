package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.ExportResult;
import io.ringhaul.OperationPlan;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.exceptions.JobStoppedException;
import io.ringhaul.exceptions.OperationCancelledException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnknownCommitStateException;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.exceptions.UnsupportedClusterException;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.MergeBase;
import io.ringhaul.format.MergeDescription;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.internal.jobstore.JobRun;
import io.ringhaul.internal.jobstore.JobRuns;
import io.ringhaul.internal.limits.DiskBoundTarget;
import io.ringhaul.internal.mapping.MappedColumns;
import io.ringhaul.internal.mapping.Mapping;
import io.ringhaul.internal.metrics.ProgressMeter;
import io.ringhaul.internal.metrics.ProgressMeter.Earlier;
import io.ringhaul.internal.preflight.Check;
import io.ringhaul.internal.preflight.DiskSpace;
import io.ringhaul.internal.preflight.MaskedColumns;
import io.ringhaul.internal.preflight.WritableFolder;
import io.ringhaul.internal.rejects.RejectOwner;
import io.ringhaul.internal.rejects.RejectSettings;
import io.ringhaul.internal.rejects.RejectedRows;
import io.ringhaul.internal.rejects.TaskRejects;
import io.ringhaul.internal.request.RequestSender;
import io.ringhaul.internal.scan.RangeStatements;
import io.ringhaul.internal.scan.ScanSettings;
import io.ringhaul.internal.scan.SelectedColumn;
import io.ringhaul.internal.scan.Selection;
import io.ringhaul.internal.scan.TableScanner;
import io.ringhaul.internal.telemetry.OperationKind;
import io.ringhaul.internal.write.CellTimeSelection;
import io.ringhaul.internal.write.CellTimes;
import io.ringhaul.internal.write.ExportedRows;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStore;
import io.ringhaul.monitor.OperationTotals;
import io.ringhaul.monitor.Stage;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRangeSet;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exports a table: plans, runs the tasks on several threads, commits once.
 *
 * @param columnNames the columns to export; empty for all
 * @param mapping the fields to export in place of columns
 * @param pageSize rows in a page; 0 to adapt it
 * @param incremental how an incremental export finds changes; empty for an export of all rows
 * @param jobOptions empty for an export without a job store
 */
public record ExportOperation(
    OperationSettings settings,
    RowSelection selection,
    ScanSizing sizing,
    ExportTarget target,
    List<CqlIdentifier> columnNames,
    Optional<Mapping> mapping,
    CellTimes cellTimes,
    int pageSize,
    Optional<Incremental> incremental,
    Optional<JobOptions> jobOptions,
    UUID jobId,
    RejectSettings rejectSettings,
    SplitRule splitRule)
    implements BulkOperation<ExportResult> {

  public static final ScanSizing SIZING = new ScanSizing(128L << 20, 1);

  private static final Logger LOG = LoggerFactory.getLogger(ExportOperation.class);

  private static final OperationTotals NOTHING = OperationTotals.sum(List.of());

  @Override
  public ExportResult run(CqlSession session, Executor threads) {
    Optional<Distribution.Receiver> part = Distribution.receiver(threads);
    if (part.isPresent()) {
      return runPart(part.get(), session, threads);
    }
    Distribution.sender(threads).ifPresent(this::requireDistributable);
    return runHere(session, threads);
  }

  /** Exports one task of another process, to which its output is handed back. */
  private ExportResult runPart(Distribution.Receiver part, CqlSession session, Executor threads) {
    try (RejectSettings.Temporary rejects = rejectSettings.temporary()) {
      return new ExportOperation(
              part.of(settings),
              part.of(selection),
              part.sizing(),
              part.of(target),
              columnNames,
              mapping,
              cellTimes,
              part.pageSize(),
              incremental,
              Optional.empty(),
              part.job(),
              rejects.settings(),
              SplitRule.NEVER)
          .runHere(session, threads);
    }
  }

  private void requireDistributable(Distribution.Sender elsewhere) {
    Map<Setting, Boolean> refused = new LinkedHashMap<>();
    refused.put(Setting.MAX_ROWS, selection.maxRows() > 0);
    refused.put(Setting.DETECT_DELETES, detectsDeletes());
    elsewhere.require(settings, refused);
    if (target.isStream()) {
      throw new InvalidSettingException(
          "to", "An export whose tasks run in other processes needs files, and not a stream");
    }
  }

  private ExportResult runHere(CqlSession session, Executor threads) {
    TableFingerprint found =
        TableFingerprint.take(session, settings, new TableLookup(session)::readable);
    TableDescription table = found.table();
    Exported exported = exported(session, table);
    ExportedRows rows = exported.rows();
    Map<String, String> fingerprint = fingerprint(found, rows);
    Distribution.receiver(threads).ifPresent(part -> part.requireSame(request(found, rows)));
    Optional<Job> completed =
        OperationJob.completed(jobOptions, jobId, JobKind.EXPORT, fingerprint);
    if (completed.isPresent()) {
      return result(completed.get());
    }
    if (selection.maxRows() > 0) {
      // Which rows are in a sample is undefined, so a sample cannot be resumed.
      jobOptions.ifPresent(options -> OperationJob.forget(options, jobId));
    } else {
      jobOptions
          .map(JobOptions::store)
          .filter(JobStore::isDurable)
          .ifPresent(store -> resetDamaged(store, exported));
    }
    try (OperationJob job =
        OperationJob.begin(
            jobOptions, jobId, JobKind.EXPORT, "export " + table, fingerprint, settings.texts())) {
      return job.running(
          () -> {
            Checked checked = check(session, job, found, exported);
            return compared(session, threads, job, found, exported)
                .orElseGet(() -> run(session, threads, job, found, exported, checked));
          });
    }
  }

  /**
   * The export of one micro-batch of a follow, as a job.
   *
   * @param number from 1
   * @param compares whether the micro-batch compares all rows
   */
  ExportOperation batch(int number, boolean compares, UUID id, Optional<JobOptions> options) {
    Optional<Incremental> how =
        incremental.map(changes -> new Incremental(changes.overlap(), compares));
    how.ifPresent(changes -> changes.require(selection, cellTimes, mapping));
    return new ExportOperation(
        settings,
        selection,
        sizing,
        target,
        columnNames,
        mapping,
        cellTimes,
        pageSize,
        how,
        options,
        id,
        rejectSettings.ofBatch(number),
        splitRule);
  }

  /** Describes the table and the target, which must not change during a follow. */
  public String subject() {
    return new TreeMap<>(target.identity())
            .entrySet().stream()
                .map(part -> part.getKey() + " " + part.getValue())
                .collect(Collectors.joining(", "))
        + " of "
        + settings.keyspace().asCql(true)
        + "."
        + settings.table().asCql(true);
  }

  boolean detectsDeletes() {
    return incremental.map(Incremental::detectsDeletes).orElse(false);
  }

  /** The times of cells that the scan reads. */
  private CellTimes times() {
    return incremental.map(how -> how.times(cellTimes)).orElse(cellTimes);
  }

  /**
   * Runs an incremental export that compares all rows.
   *
   * @return empty for another export, and for one to a target that has no rows yet
   */
  private Optional<ExportResult> compared(
      CqlSession session,
      Executor threads,
      OperationJob job,
      TableFingerprint found,
      Exported exported) {
    if (!detectsDeletes()) {
      return Optional.empty();
    }
    ExportCheckpoints checkpoints = new ExportCheckpoints(job.run());
    List<ColumnDescription> columns = exported.rows().columns();
    try (TargetSession targetSession = target(job, checkpoints)) {
      TargetPlan targetPlan =
          targetPlan(session, targetSession, job, found, exported, checkpoints, 1);
      Optional<MergeBase> base = targetSession.mergeBase(targetPlan);
      if (base.isEmpty()) {
        return Optional.empty();
      }
      ExportComparison comparison = new ExportComparison(this, columns, base.get().rows());
      try (RejectedRows rejected =
          rejects(job, exported.written(), columns, checkpoints, OptionalInt.empty())) {
        ExportEnding ending =
            new ExportEnding(job, checkpoints, targetSession, targetPlan, rejected);
        try {
          long start = System.nanoTime();
          List<TaskOutput> outputs = checkpoints.outputs();
          OperationTotals read = NOTHING;
          checkpoints.planWhole(targetPlan);
          if (outputs.isEmpty()) {
            job.run().begun(0);
            try (TaskRejects rejects = rejected.openTask(0)) {
              ExportComparison.Outcome outcome =
                  comparison.run(
                      session,
                      threads,
                      () -> targetSession.openTask(targetPlan, columns, 0),
                      rejects,
                      () -> requireWanted(job, found));
              read = outcome.compared().totals();
              rejects.commit(bytes -> checkpoints.done(outcome.output(), rejects.count(), bytes));
              outputs = List.of(outcome.output());
            }
          }
          sameTable(found, job).atEnd();
          List<TaskOutput> all = new ArrayList<>(outputs);
          // Not stored: a resumed export runs the few final steps of one task again.
          targetSession
              .finalSteps(targetPlan, columns, outputs)
              .forEach(step -> all.add(step.run(bytes -> {})));
          CommitResult committed = Uninterrupted.call("The commit", () -> ending.commit(all));
          return Optional.of(
              new ExportResult(
                  new OperationTotals(
                      outputs.stream().mapToLong(TaskOutput::rows).sum(),
                      0,
                      read.bytes(),
                      read.rangesPlanned(),
                      read.rangesDone(),
                      1,
                      read.retries(),
                      Duration.ofNanos(System.nanoTime() - start)),
                  jobId,
                  committed.location(),
                  committed.files(),
                  committed.fileBytes(),
                  committed.snapshotId(),
                  rejected.count()));
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          OperationCancelledException cancelled =
              new OperationCancelledException(
                  "The export of " + found.table() + " was cancelled; " + ending.whatStays(), e);
          RunningOperation.giveUp("the export of " + found.table(), ending, cancelled);
          throw cancelled;
        } catch (RuntimeException | Error e) {
          RunningOperation.giveUp("the export of " + found.table(), ending, e);
          throw e;
        }
      }
    }
  }

  private static void requireWanted(OperationJob job, TableFingerprint found) {
    if (job.isStopping()) {
      throw new JobStoppedException(
          job.id(), "The export of " + found.table() + " was stopped. " + job.remedy());
    }
  }

  /**
   * What an export reads and writes.
   *
   * @param read the columns of the table that it reads
   * @param written the table as its target sees it
   */
  private record Exported(
      List<ColumnDescription> read, TableDescription written, ExportedRows rows) {}

  private Exported exported(CqlSession session, TableDescription table) {
    try {
      return exported(session, table, columnNames, mapping, times());
    } catch (UnsuitableTableException | UnsupportedClusterException e) {
      throw times().window().areChanges()
          ? e.withNote(
              "find the changes with "
                  + Setting.DETECT_DELETES.call()
                  + ", which compares rows and reads no write times")
          : e;
    }
  }

  private static Exported exported(
      CqlSession session,
      TableDescription table,
      List<CqlIdentifier> names,
      Optional<Mapping> mapping,
      CellTimes times) {
    if (mapping.isPresent()) {
      MappedColumns mapped = MappedColumns.of(session, mapping.get(), table);
      return new Exported(
          mapped.read(),
          mapped.asFields(),
          CellTimeSelection.ofSelected(session, times, table, mapped.selected()));
    }
    List<ColumnDescription> columns =
        table.select(names.stream().map(CqlIdentifier::asInternal).toList());
    return new Exported(columns, table, CellTimeSelection.of(session, times, table, columns));
  }

  /**
   * Returns the columns that an export writes, with the types of its target.
   *
   * @param target empty for columns without these types
   */
  public static List<OperationPlan.Column> plannedColumns(
      CqlSession session,
      TableDescription table,
      List<CqlIdentifier> columnNames,
      Optional<Mapping> mapping,
      CellTimes cellTimes,
      Optional<ExportTarget> target) {
    Exported exported = exported(session, table, columnNames, mapping, cellTimes);
    List<ColumnDescription> columns = exported.rows().columns();
    Map<String, String> types =
        target.map(to -> types(to, exported.written(), columns)).orElse(Map.of());
    return columns.stream()
        .map(column -> new OperationPlan.Column(column, types.getOrDefault(column.name(), "")))
        .toList();
  }

  private static Map<String, String> types(
      ExportTarget target, TableDescription table, List<ColumnDescription> columns) {
    try (TargetSession session = target.open()) {
      return session.types(
          new ExportDescription(
              new UUID(0, 0), table, columns, 1, TokenRangeSet.wholeRing(), Map.of()));
    }
  }

  /**
   * Resets the tasks whose files are missing or changed; the other tasks keep their output. Resets
   * the job if its plan is outdated.
   */
  private void resetDamaged(JobStore store, Exported exported) {
    Optional<String> plan = store.find(jobId).flatMap(Job::plan);
    Optional<StoredExport> stored = plan.map(StoredExport::parse);
    if (stored.isEmpty() || stored.get().result().isPresent()) {
      return;
    }
    // Damaged final steps are forgotten when the job runs.
    List<TaskOutput> outputs = ExportCheckpoints.outputs(store.partitions(jobId));
    try (TargetSession targetSession = target.open()) {
      if (targetSession.isOutdated(stored.get().target())) {
        resetOutdated(store, plan, targetSession, exported);
        return;
      }
      List<TaskOutput> damaged = targetSession.damaged(stored.get().target(), outputs);
      damaged.forEach(output -> store.reset(jobId, output.task()));
      if (!damaged.isEmpty()) {
        LOG.warn(
            "Job {}: files of {} of {} finished tasks are missing or changed; these tasks"
                + " run again",
            jobId,
            damaged.size(),
            outputs.size());
      }
    }
  }

  /**
   * Removes the files and the rejected rows of an outdated plan, then the plan. The store keeps the
   * plan until then, so that the next run repeats these steps after a failure.
   */
  private void resetOutdated(
      JobStore store, Optional<String> plan, TargetSession targetSession, Exported exported) {
    try (JobRun run = JobRuns.of(store).begin(jobId)) {
      if (!run.job().plan().equals(plan)) {
        // Another process has planned the export again since, and its files have the same job id.
        run.stopped();
        return;
      }
      LOG.warn(
          "Job {}: the rows that the export merges into have changed since it was planned; its"
              + " files are removed and it is planned again",
          jobId);
      targetSession.abandon(StoredExport.parse(plan.orElseThrow()).target());
      // Without finished tasks, this keeps none of the rejected rows and deletes their file.
      RejectedRows.resume(
              rejectSettings,
              new RejectOwner(jobId, run::beat),
              exported.written(),
              exported.rows().columns(),
              Map.of())
          .close();
      run.stopped();
    }
    store.reset(jobId);
  }

  /**
   * A scan that the preflight checks allow.
   *
   * @param mostPageSize the largest page that it may request, in rows
   */
  private record Checked(TableScan scan, int mostPageSize, RangeStatements statements) {}

  /**
   * Prepares the scan and its statements and runs the preflight checks, before the target plans
   * anything: a failure must not leave files behind.
   */
  private Checked check(
      CqlSession session, OperationJob job, TableFingerprint found, Exported exported) {
    ExportCheckpoints checkpoints = new ExportCheckpoints(job.run());
    TableScan scan =
        TableScan.prepare(
            session,
            settings,
            found.table(),
            exported.read(),
            selection.tokens().subtract(checkpoints.tokens()),
            sizing,
            checkpoints.figures());
    int mostPageSize =
        new ExportPreflight(
                session,
                settings,
                selection,
                times().window().isFiltered() || detectsDeletes(),
                target)
            .run(found.table(), exported.read(), exported.rows().selected(), scan, pageSize);
    RangeStatements statements =
        RangeStatements.selecting(
                session,
                found.table(),
                new Selection(exported.rows().selected(), selection.clauses()),
                settings.requests().timeout())
            .checked();
    return new Checked(scan, mostPageSize, statements);
  }

  private ExportResult run(
      CqlSession session,
      Executor threads,
      OperationJob job,
      TableFingerprint found,
      Exported exported,
      Checked checked) {
    TableDescription table = found.table();
    ExportedRows rows = exported.rows();
    ExportCheckpoints checkpoints = new ExportCheckpoints(job.run());
    TableScan scan = checked.scan();
    WriterCount writers = WriterCount.of(settings, selection, scan, checkpoints.figures().tasks());
    OptionalInt partition =
        Distribution.receiver(threads)
            .map(part -> OptionalInt.of(part.number()))
            .orElse(OptionalInt.empty());
    try (RejectedRows rejected =
            rejects(job, exported.written(), rows.columns(), checkpoints, partition);
        TargetSession targetSession = target(job, checkpoints);
        RunningOperation running =
            new RunningOperation(
                settings,
                new OperationSubject(session, table, OperationKind.EXPORT, format(), job.stored()),
                scan.meter(),
                scan.metrics())) {
      RequestSender sender = running.sender(scan.requests());
      TableScanner scanner =
          new TableScanner(
              checked.statements(),
              sender,
              new ScanSettings(
                  // One page ahead where tasks are not divided; else the tasks decide.
                  pageSize,
                  1,
                  checked.mostPageSize(),
                  MaskedColumns.keysAreUnmasked(session, table)));
      Workers workers = new Workers(threads, writers.first());
      // One writer for each request in flight.
      WorkerCount count = new WorkerCount(workers, writers.most(), Math::toIntExact);
      running
          .pages(scanner.pageSizer()::ceiling)
          .writesTo(target.localFolder())
          .start(
              new OperationParameters()
                  .requests(sender, scan, settings, count::follow)
                  .pages(scanner.pageSizer())
                  .workers(count)
                  .ofTasks(threads));
      TargetPlan targetPlan =
          targetPlan(
              session, targetSession, job, found, exported, checkpoints, writers.concurrent());
      ExportedRows wanted =
          incremental
              .flatMap(
                  how -> targetSession.mergeBase(targetPlan).map(base -> how.changed(rows, base)))
              .orElse(rows);
      checkpoints.plan(targetPlan, scan.plan());
      ExportTasks tasks =
          new ExportTasks(
              new ExportTasks.Work(
                  scan,
                  scanner,
                  sender::inFlightBound,
                  targetSession,
                  targetPlan,
                  wanted,
                  rejected,
                  new RowBudget(selection.maxRows()),
                  job,
                  checkpoints,
                  sameTable(found, job),
                  splitRule));
      ExportFinalSteps steps =
          new ExportFinalSteps(targetSession, targetPlan, rows.columns(), job, checkpoints, scan);
      ExportEnding ending = new ExportEnding(job, checkpoints, targetSession, targetPlan, rejected);
      return running.run(
          ending,
          () -> {
            Optional<Distribution.Sender> elsewhere = Distribution.sender(threads);
            List<TaskOutput> outputs =
                steps.run(
                    new Workers(threads, writers.finalSteps()),
                    elsewhere.isPresent()
                        ? tasks.run(
                            elsewhere.get(),
                            Distribution.Terms.ofExport(
                                scan,
                                Distribution.Terms.pageSize(
                                    pageSize, checked.mostPageSize(), ScanSettings.MOST_PAGE_SIZE),
                                request(found, rows),
                                jobId,
                                targetPlan),
                            selection.tokens(),
                            running)
                        : tasks.run(workers, selection.tokens(), running),
                    running);
            CommitResult committed =
                Uninterrupted.call(
                    "The commit",
                    () -> scan.metrics().working(Stage.COMMIT, () -> ending.commit(outputs)));
            Distribution.receiver(threads).ifPresent(part -> part.rejected(rejected));
            if (elsewhere.isPresent()) {
              removeLostAttempts(targetSession, targetPlan, outputs);
            }
            return new ExportResult(
                running.totals(),
                jobId,
                committed.location(),
                committed.files(),
                committed.fileBytes(),
                committed.snapshotId(),
                rejected.count());
          });
    }
  }

  /** Removes files of attempts that lost to others; the export is committed. */
  private void removeLostAttempts(
      TargetSession targetSession, TargetPlan targetPlan, List<TaskOutput> outputs) {
    try {
      targetSession.cleanCommitted(targetPlan, outputs);
    } catch (RuntimeException e) {
      LOG.warn(
          "Job {}: files of attempts that lost to others stay in {}: {}",
          jobId,
          targetPlan.location(),
          e.getMessage());
    }
  }

  private static TableCheck sameTable(TableFingerprint found, OperationJob job) {
    return TableCheck.of(
        found,
        job,
        "exported",
        "Rows read before and after the change do not belong together, so nothing was"
            + " committed. "
            + (job.isDurable()
                ? String.format("Job %s cannot be resumed: begin a new job", job.id())
                : "Run the export again"));
  }

  private TargetSession target(OperationJob job, ExportCheckpoints checkpoints) {
    long most = settings.limits().limits().maxDiskBytes();
    return most == 0
        ? target.open()
        : new DiskBoundTarget(
            target.open(),
            most,
            checkpoints.outputs().stream().mapToLong(TaskOutput::bytes).sum(),
            job.remedy() + " with a larger " + Setting.MAX_DISK_BYTES.mark());
  }

  private String format() {
    return target.identity().getOrDefault("target format", "");
  }

  private RejectedRows rejects(
      OperationJob job,
      TableDescription table,
      List<ColumnDescription> columns,
      ExportCheckpoints checkpoints,
      OptionalInt partition) {
    RejectOwner owner = new RejectOwner(job.id(), () -> job.run().beat(), partition);
    return job.run().job().run() == 1
        ? RejectedRows.begin(rejectSettings, owner, table, columns)
        : RejectedRows.resume(rejectSettings, owner, table, columns, checkpoints.rejectedRows());
  }

  private TargetPlan targetPlan(
      CqlSession session,
      TargetSession targetSession,
      OperationJob job,
      TableFingerprint found,
      Exported exported,
      ExportCheckpoints checkpoints,
      int writers) {
    ExportDescription export =
        new ExportDescription(
            jobId,
            exported.written(),
            exported.rows().columns(),
            writers,
            selection.tokens(),
            restrictions(),
            new TableLookup(session).comment(settings.keyspace(), settings.table()));
    Optional<String> stored = job.run().job().plan();
    if (stored.isEmpty()) {
      TargetPlan planned =
          incremental
              .map(
                  how ->
                      targetSession.planMerge(
                          export,
                          new MergeDescription(
                              found.identity(session), Instant.now(), how.detectsDeletes())))
              .orElseGet(() -> targetSession.plan(export));
      if (job.run().job().run() > 1) {
        // The store has no checkpoints of the earlier runs, so their files are useless.
        targetSession.clean(planned, List.of());
      }
      return planned;
    }
    TargetPlan resumed = targetSession.resume(StoredExport.parse(stored.get()).target(), export);
    if (checkpoints.hasSteps()) {
      checkpoints.forget(targetSession.damaged(resumed, checkpoints.outputs()));
    }
    targetSession.clean(resumed, checkpoints.outputs());
    return resumed;
  }

  private Map<String, String> restrictions() {
    Map<String, String> all = new LinkedHashMap<>(selection.restrictions());
    all.putAll(cellTimes.window().restrictions());
    return all;
  }

  /** What must not change between runs: rows, columns and target. */
  private Map<String, String> fingerprint(TableFingerprint found, ExportedRows rows) {
    Map<String, String> parts = new LinkedHashMap<>(target.identity());
    parts.putAll(restrictions());
    parts.putAll(found.parts(rows.columns()));
    mapping.ifPresent(its -> parts.put("mapping", its.text()));
    incremental.ifPresent(
        how -> parts.put("incremental", how.detectsDeletes() ? "by comparison" : "by write time"));
    parts.put("unrepresentable rows", rejectSettings.choice().name());
    return parts;
  }

  /** What each process of a {@link Distribution} must read and write. */
  private Map<String, String> request(TableFingerprint found, ExportedRows rows) {
    Map<String, String> parts = fingerprint(found, rows);
    selection.restrictions().keySet().forEach(parts::remove);
    parts.putAll(selection.conditions());
    parts.putAll(settings.requestTexts());
    incremental.ifPresent(how -> parts.put("overlap", how.overlap().toString()));
    return parts;
  }

  /** The result of a job that an earlier run completed. */
  private static ExportResult result(Job job) {
    CommitResult committed =
        job.plan()
            .flatMap(plan -> StoredExport.parse(plan).result())
            .orElseThrow(
                () ->
                    new JobException(
                        job.id(),
                        "Job " + job.id() + " is completed, but its store has no result for it",
                        null));
    ProgressMeter meter =
        new ProgressMeter(0, 0, 0, new Earlier(job.figures().done(), 0, 0, job.figures().rows()));
    return new ExportResult(
        meter.totals(0),
        job.id(),
        committed.location(),
        committed.files(),
        committed.fileBytes(),
        committed.snapshotId(),
        job.figures().rejectedRows());
  }

  /** Ends an export: one commit publishes all files, or no file is published. */
  private static final class ExportEnding implements RunningOperation.Ending {

    private final OperationJob job;
    private final ExportCheckpoints checkpoints;
    private final TargetSession target;
    private final TargetPlan plan;
    private final RejectedRows rejected;
    private volatile boolean isMaybePublished;

    ExportEnding(
        OperationJob job,
        ExportCheckpoints checkpoints,
        TargetSession target,
        TargetPlan plan,
        RejectedRows rejected) {
      this.job = job;
      this.checkpoints = checkpoints;
      this.target = target;
      this.plan = plan;
      this.rejected = rejected;
    }

    /** Publishes the written files. */
    CommitResult commit(List<TaskOutput> outputs) {
      // Fails if another process owns the job now; only the owner may publish.
      job.run().beat();
      CommitResult committed;
      try {
        committed = target.commit(plan, outputs);
      } catch (UnknownCommitStateException e) {
        isMaybePublished = true;
        throw e;
      } catch (StorageException e) {
        throw isOutdated(e) ? new OutdatedPlanException(e, remedy()) : e;
      }
      isMaybePublished = true;
      try {
        checkpoints.committed(committed);
      } catch (BulkOperationException e) {
        throw e.withNote(
            "the export is committed, and resuming job " + job.id() + " returns its result");
      }
      return committed;
    }

    private boolean isOutdated(StorageException refusal) {
      try {
        return target.isOutdated(plan);
      } catch (RuntimeException e) {
        refusal.addSuppressed(e);
        return false;
      }
    }

    private String remedy() {
      return job.isDurable()
          ? "resume job " + job.id() + ", which reads the changes again"
          : "run the export again";
    }

    /** Removes the files of a job without a durable store, because no later run can use them. */
    @Override
    public boolean giveUp(Throwable failure) {
      if (!job.isDurable() && !isMaybePublished) {
        attempt(failure, () -> target.abandon(plan));
        attempt(failure, rejected::discard);
      }
      return false;
    }

    private static void attempt(Throwable failure, Runnable step) {
      try {
        step.run();
      } catch (RuntimeException e) {
        failure.addSuppressed(e);
      }
    }

    @Override
    public String whatStays() {
      return "nothing was committed"
          + (job.isDurable() ? "; finished tasks are kept for resuming job " + job.id() : "");
    }
  }

  /** The checks before an export begins. */
  private static final class ExportPreflight {

    private final CqlSession session;
    private final OperationSettings settings;
    private final RowSelection selection;
    private final boolean isOfChanges;
    private final ExportTarget target;

    /**
     * @param isOfChanges whether the export may write only a part of the selected rows
     */
    ExportPreflight(
        CqlSession session,
        OperationSettings settings,
        RowSelection selection,
        boolean isOfChanges,
        ExportTarget target) {
      this.session = session;
      this.settings = settings;
      this.selection = selection;
      this.isOfChanges = isOfChanges;
      this.target = target;
    }

    /**
     * Runs the preflight checks unless the request skips them.
     *
     * @param read the columns of the table that the scan reads
     * @param selected the expressions that the scan selects
     * @param pageSize rows in a page as the user set it; 0 for the default
     * @return the largest page that the scan may request, in rows
     * @throws io.ringhaul.exceptions.PreflightException if a check found a problem
     */
    int run(
        TableDescription table,
        List<ColumnDescription> read,
        List<SelectedColumn> selected,
        TableScan scan,
        int pageSize) {
      List<Check> checks = new ArrayList<>();
      checks.add(
          new MaskedColumns(
              session,
              table,
              // The scan locates rows by the token of their key, even if the export omits the
              // key.
              Stream.concat(table.partitionKey().stream(), read.stream()).distinct().toList()));
      target.localFolder().ifPresent(folder -> addFolder(checks, folder, table, read, scan));
      target
          .spillFolder()
          .ifPresent(
              folder ->
                  checks.add(
                      new WritableFolder(
                          folder,
                          "make it writable, or choose another folder with -Djava.io.tmpdir")));
      return ScanPreflight.run(
          session,
          settings,
          scan.requests(),
          new ScanPreflight.Reading(
              "The export of " + table,
              table,
              selected.stream().map(SelectedColumn::expression).collect(Collectors.joining(", ")),
              selection.clauses(),
              pageSize,
              ScanSettings.MOST_PAGE_SIZE),
          checks);
    }

    private void addFolder(
        List<Check> checks,
        Path folder,
        TableDescription table,
        List<ColumnDescription> read,
        TableScan scan) {
      checks.add(new WritableFolder(folder, "make it writable, or choose another target"));
      if (selection.maxRows() == 0 && selection.clauses().where().isEmpty()) {
        long bytes = (long) (scan.size().bytes() * TableScan.share(scan.plan().tokens()));
        String what = "the export of " + table;
        checks.add(
            isPart(table, read)
                ? DiskSpace.atMost(folder, bytes, what)
                : new DiskSpace(folder, bytes, what));
      }
    }

    /** Whether the export is smaller than the estimated table size by an unknown amount. */
    private boolean isPart(TableDescription table, List<ColumnDescription> read) {
      return isOfChanges || !read.containsAll(table.columns());
    }
  }
}
