package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.servererrors.AlreadyExistsException;
import io.ringhaul.ImportResult;
import io.ringhaul.batch.BatchLimits;
import io.ringhaul.batch.Grouping;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.UnknownWriteOutcomeException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.internal.batch.StreamWriter;
import io.ringhaul.internal.cql.PrimaryKey;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.internal.mapping.MappedSource;
import io.ringhaul.internal.metrics.OperationMetrics;
import io.ringhaul.internal.metrics.ProgressMeter;
import io.ringhaul.internal.metrics.ProgressMeter.Earlier;
import io.ringhaul.internal.rejects.RejectOwner;
import io.ringhaul.internal.rejects.RejectSettings;
import io.ringhaul.internal.rejects.RejectedRows;
import io.ringhaul.internal.request.RequestSender;
import io.ringhaul.internal.request.RequestSettings;
import io.ringhaul.internal.ring.LocalNodes;
import io.ringhaul.internal.ring.RingSource;
import io.ringhaul.internal.telemetry.OperationKind;
import io.ringhaul.internal.write.CounterStatements;
import io.ringhaul.internal.write.DeleteStatements;
import io.ringhaul.internal.write.Deletion;
import io.ringhaul.internal.write.ImportChoices;
import io.ringhaul.internal.write.RowBinders;
import io.ringhaul.internal.write.RowTimes;
import io.ringhaul.internal.write.WriteStatement;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStore;
import io.ringhaul.job.PartitionStatus;
import io.ringhaul.monitor.OperationTotals;
import io.ringhaul.monitor.Stage;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;

/**
 * Imports into a table, or deletes from it: plans the source's tasks, reads them on a few threads,
 * writes batches.
 *
 * @param rejectSettings where rejected rows are kept
 */
public record ImportOperation(
    OperationSettings settings,
    Assignment assignment,
    Batches batches,
    ImportChoices choices,
    RejectSettings rejectSettings)
    implements BulkOperation<ImportResult> {

  private static final int REQUESTS_PER_NODE = 16;

  /**
   * A task whose rows must not be written twice runs to its end before the job stops. If the
   * process is killed, all rows of the task are in doubt. This size takes about a second.
   */
  private static final long BYTES_WRITTEN_ONCE = 1L << 20;

  /** The job store holds this many tasks at low cost; a source may plan more. */
  private static final long MOST_TASKS_WRITTEN_ONCE = 10_000;

  /** A stream may have no more rows for a long time; the rows that it had are written meanwhile. */
  private static final Duration MAX_AGE_OF_STREAMED_ROWS = Duration.ofSeconds(1);

  /** One worker that reads and binds rows supplies this many requests in flight. */
  private static final int REQUESTS_PER_READER = 8;

  /**
   * What is imported, and as which job.
   *
   * @param columns the columns to import; empty for all
   * @param creates what is created
   * @param replaysInDoubt whether tasks run again that an earlier run may have written in part,
   *     although their rows must not be written twice
   * @param job empty for an import without a job store
   * @param batch the number of the micro-batch of a follow, from 1; 0 for an ordinary import
   */
  record Assignment(
      ImportSource source,
      List<CqlIdentifier> columns,
      Creation creates,
      Optional<JobOptions> job,
      UUID jobId,
      boolean replaysInDoubt,
      int batch) {}

  /**
   * What an import creates.
   *
   * @param table whether a missing table is created
   * @param key the primary key of that table; empty for the source's
   * @param indexesAndViews whether those of the source table are created after the rows are written
   */
  public record Creation(boolean table, Optional<PrimaryKey> key, boolean indexesAndViews) {

    public static final Creation NOTHING = new Creation(false, Optional.empty(), false);
  }

  /**
   * The batches in which rows are sent.
   *
   * @param limits when a batch is full
   * @param setLimits the names of the limits that the user set
   * @param grouping which rows share a request
   */
  public record Batches(BatchLimits limits, Set<String> setLimits, Grouping grouping) {}

  @Override
  public ImportResult run(CqlSession session, Executor threads) {
    Optional<Distribution.Receiver> part = Distribution.receiver(threads);
    if (part.isPresent()) {
      return runPart(part.get(), session, threads);
    }
    rejectSettings.checked();
    Distribution.sender(threads).ifPresent(this::requireDistributable);
    return runHere(session, threads);
  }

  /**
   * Imports one task of another process, to which its figures and rejected rows are handed back.
   */
  private ImportResult runPart(Distribution.Receiver part, CqlSession session, Executor threads) {
    try (RejectSettings.Temporary rejects = rejectSettings.temporary()) {
      return new ImportOperation(
              part.of(settings),
              new Assignment(
                  assignment.source(),
                  assignment.columns(),
                  Creation.NOTHING,
                  Optional.empty(),
                  part.job(),
                  false,
                  0),
              batches,
              choices,
              rejects.settings())
          .runHere(session, threads);
    }
  }

  private void requireDistributable(Distribution.Sender elsewhere) {
    Map<Setting, Boolean> refused = new LinkedHashMap<>();
    refused.put(Setting.MAX_RECORDS, choices.maxRecords() > 0);
    elsewhere.require(settings, refused);
    if (assignment.batch() > 0) {
      throw new InvalidSettingException(
          "follow", "follow is not for an import whose tasks run in other processes");
    }
    if (assignment.source().isStream()) {
      throw new InvalidSettingException(
          "from", "An import whose tasks run in other processes needs files, and not a stream");
    }
  }

  private ImportResult runHere(CqlSession session, Executor threads) {
    requireCreatable();
    if (assignment.creates().table()) {
      new MissingTable(session, settings)
          .create(assignment.source(), assignment.creates().key(), assignment.columns());
    }
    TableFingerprint found =
        TableFingerprint.take(session, settings, new TableLookup(session)::writable);
    TableDescription table = found.table();
    Optional<WriteStatement> own =
        choices.query().map(cql -> WriteStatement.of(session, table, cql));
    requireKey(table, asked(table));
    Map<String, String> source = assignment.source().identity();
    Map<String, String> fingerprint = fingerprint(source, found);
    Map<String, String> request = settings.requestTexts();
    request.putAll(fingerprint);
    request.put("dryRun", Boolean.toString(choices.isDryRun()));
    Distribution.receiver(threads).ifPresent(part -> part.requireSame(request));
    Optional<Job> completed =
        OperationJob.completed(assignment.job(), assignment.jobId(), kind(), fingerprint);
    if (completed.isPresent()) {
      ImportResult result = completed(completed.get(), assignment.job().orElseThrow().store());
      if (assignment.creates().equals(Creation.NOTHING) || !isTable(source)) {
        return result;
      }
      try (SourceSession opened = assignment.source().open()) {
        return withIndexesAndViews(result, session, opened);
      }
    }
    try (OperationJob job =
        OperationJob.begin(
            assignment.job(),
            assignment.jobId(),
            kind(),
            (deletes() ? "delete from " : "import ") + table,
            fingerprint,
            settings.texts())) {
      return job.running(
          () ->
              run(
                  session,
                  threads,
                  job,
                  found,
                  own,
                  source.getOrDefault("source format", ""),
                  request));
    }
  }

  private ImportResult run(
      CqlSession session,
      Executor threads,
      OperationJob job,
      TableFingerprint found,
      Optional<WriteStatement> own,
      String format,
      Map<String, String> request) {
    TableDescription table = found.table();
    LocalNodes nodes = LocalNodes.of(session);
    requireLocalReplicas(session, nodes);
    int usual = OperationSettings.usualParallelism(session, REQUESTS_PER_NODE, nodes);
    RequestSettings requests = settings.requests(usual);
    OperationMetrics metrics = new OperationMetrics();
    long began = System.nanoTime();
    ImportCheckpoints checkpoints = new ImportCheckpoints(job.run());
    Optional<Distribution.Receiver> part = Distribution.receiver(threads);
    try (SourceSession sourceSession = assignment.source().open()) {
      TableDescription withTimes =
          own.map(WriteStatement::fields)
              .orElseGet(
                  () ->
                      withRowTimes(
                          choices
                              .times()
                              .extend(
                                  table,
                                  () -> sourceSession.schema(table.keyspace(), table.name()))));
      Optional<SourcePlan> stored = checkpoints.plan();
      SourcePlan planned =
          stored
              .or(() -> part.map(Distribution.Receiver::plan))
              .orElseGet(() -> plan(sourceSession, withTimes));
      ImportPreflight preflight = new ImportPreflight(session, settings, choices, requests);
      requireKey(table, planned.columns());
      own.ifPresent(statement -> statement.requireFields(planned.columns()));
      List<ColumnDescription> columns = withTimes.select(planned.columns());
      RowTimes.check(table, columns, choices);
      preflight.run(table, columns);
      boolean haveBegun = checkpoints.haveBegun() || part.isPresent();
      preflight.requireRoom(table, columns, haveBegun, assignment.batch());
      metrics.spent(Stage.PLAN, System.nanoTime() - began);
      ProgressMeter meter =
          new ProgressMeter(
              planned.tasks().size(), 0, checkpoints.bytesLeft(planned), checkpoints.figures());
      OperationSubject subject =
          new OperationSubject(
              session,
              table,
              deletes() ? OperationKind.DELETE : OperationKind.IMPORT,
              format,
              job.stored());
      TableDescription ofRows = own.map(WriteStatement::fields).orElse(table);
      try (RejectedRows rejected = rejects(job, ofRows, columns, checkpoints);
          RunningOperation running = new RunningOperation(settings, subject, meter, metrics)) {
        StreamWriter writer = writer(session, requests, meter, metrics);
        running.owns(writer.requests(), writer::close);
        RequestSender reads = running.sender(requests.seeingEveryWrite());
        int tasksPlanned = planned.tasks().size();
        Workers readers = new Workers(threads, readers(tasksPlanned, requests.parallelism()));
        WorkerCount count =
            new WorkerCount(readers, tasksPlanned, inFlight -> readers(tasksPlanned, inFlight));
        running
            .queue(writer::queued)
            .start(
                new OperationParameters()
                    .requests(
                        writer.requests(),
                        requests.parallelism(),
                        usual,
                        settings.parallelism().isPresent(),
                        count::follow)
                    .batches(writer, batches.setLimits())
                    .workers(count)
                    .ofTasks(threads));
        RowBinders bound =
            own.map(cql -> RowBinders.of(cql, columns, choices.nullHandling()))
                .orElseGet(() -> binders(session, table, columns, job));
        RowBinders binders = choices.isDryRun() ? bound.dry() : bound;
        boolean once = binders.writesOnce();
        if (once && !assignment.replaysInDoubt()) {
          checkpoints.requireNoneInDoubt(
              table.isCounterTable()
                  ? "its rows add to counters"
                  : choices.query().isPresent()
                      ? "its statement has another effect the second time"
                      : "its rows append to lists",
              assignment.batch() > 0
                  ? "follow under a new id, which imports all of the source"
                  : "begin a new job");
        }
        // After the rejects are open: a job that cannot create its file must not have a plan.
        SourcePlan plan = stored.orElseGet(() -> keep(planned, sourceSession, job, checkpoints));
        ImportTasks tasks =
            new ImportTasks(
                new ImportTasks.Source(subject.doing(), sourceSession, plan, table, columns),
                binders,
                writer,
                reads,
                rejected,
                job,
                checkpoints,
                sameTable(found, job, once),
                new RowBudget(choices.maxRecords()),
                meter,
                metrics);
        return running.run(
            new ImportEnding(
                writer,
                tasks,
                // Another process has the job, and tells what stays.
                once && part.isEmpty(),
                whatStays(job, table, once),
                job.isDurable()),
            () -> {
              Optional<Distribution.Sender> elsewhere = Distribution.sender(threads);
              if (elsewhere.isPresent()) {
                tasks.run(elsewhere.get(), requests, request);
              } else {
                tasks.run(readers);
              }
              rejected.requireFew();
              rejected.writeRecords();
              part.ifPresent(its -> its.imported(job.run().partitions().get(0)));
              part.ifPresent(its -> its.rejected(rejected));
              long acknowledged =
                  elsewhere.isPresent() ? tasks.writtenElsewhere() : writer.writtenStatements();
              ImportResult result =
                  result(job, plan.location(), running.totals(), acknowledged, rejected.path());
              return withIndexesAndViews(result, session, sourceSession);
            });
      }
    }
  }

  private void requireCreatable() {
    Creation creates = assignment.creates();
    if (choices.isDryRun() && !creates.equals(Creation.NOTHING)) {
      Setting setting = creates.table() ? Setting.CREATE_TABLE : Setting.CREATE_INDEXES_AND_VIEWS;
      throw new InvalidSettingException(
          setting.method(),
          setting.mark()
              + " and "
              + Setting.DRY_RUN.mark()
              + " exclude each other: a dry run creates nothing");
    }
    if (creates.indexesAndViews() && !isTable(assignment.source().identity())) {
      throw new InvalidSettingException(
          Setting.CREATE_INDEXES_AND_VIEWS.method(),
          Setting.CREATE_INDEXES_AND_VIEWS.mark()
              + " needs a table as its source; files and Iceberg tables keep no indexes and views");
    }
  }

  private static boolean isTable(Map<String, String> source) {
    return TableSourceSession.FORMAT.equals(source.get("source format"));
  }

  /**
   * Creates the indexes and views that the source table has and the table lacks, or else names them
   * in the result.
   */
  private ImportResult withIndexesAndViews(
      ImportResult result, CqlSession session, SourceSession source) {
    if (!(source instanceof TableSourceSession copied)
        || assignment.creates().equals(Creation.NOTHING)) {
      return result;
    }
    List<String> missing =
        copied.definition().missing(session, settings.keyspace(), settings.table());
    if (!assignment.creates().indexesAndViews()) {
      return new ImportResult(
          result.totals(),
          result.jobId(),
          result.location(),
          result.rowsRead(),
          result.rejectedRows(),
          result.rejects(),
          result.expiredRows(),
          result.expiredCells(),
          missing);
    }
    MissingTable.SchemaChange change = new MissingTable.SchemaChange(session, settings.requests());
    for (String statement : missing) {
      try {
        change.run(statement);
      } catch (AlreadyExistsException e) {
        throw new BulkOperationException(
            "Another client created the same name meanwhile: " + statement, e);
      }
    }
    return result;
  }

  /** A source that cannot be divided so finely has fewer tasks than were asked for. */
  private SourcePlan plan(SourceSession source, TableDescription table) {
    // A record may have other fields than those of a statement.
    List<String> columns =
        choices.query().isPresent()
            ? table.columns().stream().map(ColumnDescription::name).toList()
            : asked(table);
    SourcePlan plan = source.plan(table, columns, settings.taskCount());
    if (settings.taskCount().isPresent()
        || deletes()
        || choices.query().isPresent()
        || !RowBinders.willWriteOnce(table, table.select(plan.columns()), choices)) {
      return plan;
    }
    long bytes = plan.tasks().stream().mapToLong(SourceTask::bytes).sum();
    long wanted = Math.min(MOST_TASKS_WRITTEN_ONCE, bytes / BYTES_WRITTEN_ONCE);
    return wanted > plan.tasks().size()
        ? source.plan(table, columns, OptionalInt.of((int) wanted))
        : plan;
  }

  private static int readers(int tasks, long requestsInFlight) {
    return (int) Math.min(tasks, Math.max(1, requestsInFlight / REQUESTS_PER_READER));
  }

  private StreamWriter writer(
      CqlSession session, RequestSettings requests, ProgressMeter meter, OperationMetrics metrics) {
    return new StreamWriter(
        session,
        new StreamWriter.Settings(
            requests,
            batches.limits(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            batches.grouping(),
            assignment.source().isStream() ? MAX_AGE_OF_STREAMED_ROWS : Duration.ZERO,
            meter::handled,
            Optional.empty(),
            metrics));
  }

  private TableCheck sameTable(TableFingerprint found, OperationJob job, boolean once) {
    if (deletes()) {
      return TableCheck.of(
          found, job, "deleted from", "Begin a new deletion if the current table has such rows");
    }
    return TableCheck.of(
        found,
        job,
        "imported into",
        "Rows written before the change are lost, rows written after it are in the current"
            + " table. "
            + (job.isDurable() ? String.format("Job %s cannot be resumed: ", job.id()) : "")
            + (once ? "empty the table and begin" : "begin")
            + " a new import, which writes all rows");
  }

  /** Stores the plan; a durable job also stores checksums that show whether the source changes. */
  private static SourcePlan keep(
      SourcePlan plan, SourceSession source, OperationJob job, ImportCheckpoints checkpoints) {
    SourcePlan kept = job.isDurable() ? source.pinned(plan) : plan;
    checkpoints.plan(kept);
    return kept;
  }

  private RejectedRows rejects(
      OperationJob job,
      TableDescription table,
      List<ColumnDescription> columns,
      ImportCheckpoints checkpoints) {
    RejectOwner owner = new RejectOwner(job.id(), () -> job.run().beat());
    if (job.run().job().run() == 1) {
      return RejectedRows.begin(rejectSettings, owner, table, columns);
    }
    RejectedRows rejected =
        RejectedRows.resume(rejectSettings, owner, table, columns, checkpoints.rejectedRows());
    rejected.read(checkpoints.before().read());
    return rejected;
  }

  /** What must not change between runs: source, table, columns and how values are written. */
  private Map<String, String> fingerprint(Map<String, String> source, TableFingerprint found) {
    Map<String, String> parts = new LinkedHashMap<>(source);
    parts.putAll(found.parts(found.table().columns()));
    List<String> asked = asked(found.table());
    parts.put("imported columns", asked.isEmpty() ? "all" : String.join(", ", asked));
    choices
        .deletion()
        .flatMap(Deletion::before)
        .ifPresent(moment -> parts.put("deleted if written before", moment.toString()));
    choices.query().ifPresent(cql -> parts.put("query", cql));
    parts.put("nulls", choices.nullHandling().name());
    parts.put("counters", choices.addToCounters() ? "added to" : "new");
    parts.put("cell times", choices.times().toString());
    parts.put("unrepresentable rows", rejectSettings.choice().name());
    return parts;
  }

  /** The columns to take from the source; empty for all. */
  private List<String> asked(TableDescription table) {
    // A key without its clustering columns deletes many rows, so that this has to be asked for.
    return deletes() && assignment.columns().isEmpty()
        ? table.primaryKey().stream().map(ColumnDescription::name).toList()
        : assignment.columns().stream().map(CqlIdentifier::asInternal).toList();
  }

  private TableDescription withRowTimes(TableDescription table) {
    return assignment.source() instanceof MappedSource mapped && mapped.mapping().hasRowTimes()
        ? RowTimes.in(table)
        : table;
  }

  private boolean deletes() {
    return choices.deletion().isPresent();
  }

  private JobKind kind() {
    return deletes() ? JobKind.DELETE : JobKind.IMPORT;
  }

  /**
   * Checks that rows have the key that they need.
   *
   * @param columns of the rows; empty for all those of an import
   */
  private void requireKey(TableDescription table, List<String> columns) {
    if (choices.query().isPresent()) {
      return;
    }
    if (!deletes()) {
      ImportPreflight.requirePrimaryKey("import into", table, columns);
    } else {
      if (assignment.columns().isEmpty()) {
        ImportPreflight.requirePrimaryKey("deletion from", table, columns);
      }
      DeleteStatements.requireKey(table, columns);
    }
  }

  private RowBinders binders(
      CqlSession session,
      TableDescription table,
      List<ColumnDescription> columns,
      OperationJob job) {
    if (choices.deletion().isPresent()) {
      Job begun = job.run().job();
      return RowBinders.of(
          new DeleteStatements(
              session,
              table,
              columns,
              choices.deletion().get(),
              begun.started().orElseGet(begun::created)));
    }
    if (table.isCounterTable()) {
      return RowBinders.of(new CounterStatements(session, table, columns));
    }
    return RowBinders.of(session, table, columns, choices);
  }

  /** Without local replicas, every write would fail after all its attempts. */
  private void requireLocalReplicas(CqlSession session, LocalNodes nodes) {
    RingSource.of(session, settings.keyspace(), settings.table()).read(nodes.datacenter());
  }

  /**
   * The result of a job whose tasks are all done, unless the number of records is limited.
   *
   * @param totals the figures of the operation, including those of earlier runs
   * @param acknowledged rows that the cluster has acknowledged in this run
   * @param rejects the file for rejected rows, if rows are rejected
   * @throws BulkOperationException if the figures, the checkpoints and the acknowledged rows
   *     disagree
   */
  private ImportResult result(
      OperationJob job,
      String location,
      OperationTotals totals,
      long acknowledged,
      Optional<Path> rejects) {
    List<JobPartition> partitions = job.run().partitions();
    TaskFigures figures = TaskFigures.of(partitions);
    if (!figures.areWhole()
        || (choices.maxRecords() == 0
            && partitions.stream().anyMatch(each -> each.status() != PartitionStatus.DONE))
        || figures.written() != totals.rows()
        || acknowledged != totals.rows() - totals.earlierRows()) {
      throw new BulkOperationException(
          String.format(
              "The rows from %s do not add up (%s, %d acknowledged, %s). Please" + " report this",
              location, figures, acknowledged, totals));
    }
    return result(job.id(), location, totals, figures, rejects);
  }

  /** The result of a job that an earlier run completed. */
  private ImportResult completed(Job job, JobStore store) {
    String location =
        job.plan()
            .map(plan -> StoredImport.plan(plan, List.of()).location())
            .orElseThrow(
                () ->
                    new JobException(
                        job.id(),
                        "Job " + job.id() + " is completed, but its store has no plan for it",
                        null));
    TaskFigures figures = TaskFigures.of(store.partitions(job.id()));
    OperationTotals totals =
        new ProgressMeter(0, 0, 0, new Earlier(job.figures().done(), 0, 0, figures.written()))
            .totals(0);
    return result(job.id(), location, totals, figures, rejectSettings.path());
  }

  private static ImportResult result(
      UUID jobId,
      String location,
      OperationTotals totals,
      TaskFigures figures,
      Optional<Path> rejects) {
    return new ImportResult(
        totals,
        jobId,
        location,
        figures.read(),
        figures.rejected(),
        rejects.filter(file -> figures.rejected() > 0),
        figures.expiredRows(),
        figures.expiredCells(),
        List.of());
  }

  /**
   * What a failed import leaves in the table, and how to continue.
   *
   * @param once whether rows must not be written twice
   */
  private String whatStays(OperationJob job, TableDescription table, boolean once) {
    if (deletes()) {
      return job.isDurable()
          ? "the rows deleted so far stay deleted; resume job " + job.id()
          : "the rows deleted so far stay deleted, and it is safe to run the deletion again";
    }
    if (job.isDurable()) {
      return once
          ? String.format(
              "the rows written so far stay; resuming job %s does not write them again and"
                  + " names the parts of the source whose rows are in doubt",
              job.id())
          : "the rows written so far stay; resume job " + job.id();
    }
    if (table.isCounterTable() && choices.addToCounters()) {
      return "the amounts added so far stay, and running the import again would add them"
          + " again; compare the counters with their expected values first";
    }
    if (table.isCounterTable()) {
      return "the amounts added so far stay; empty the table with TRUNCATE before you run"
          + " the import again";
    }
    return once
        ? "the rows written so far stay; empty the table before you run the import again, or"
            + " lists will contain their elements twice"
        : "the rows written so far stay, and it is safe to run the import again";
  }

  /**
   * Ends a failed or cancelled import: settles the writes, stops the writer, and keeps finished
   * tasks and rejected rows.
   *
   * @param once whether rows must not be written twice
   */
  private record ImportEnding(
      StreamWriter writer, ImportTasks tasks, boolean once, String whatStays, boolean isDurable)
      implements RunningOperation.Ending {

    @Override
    public boolean giveUp(Throwable failure) {
      boolean needsMore;
      try {
        needsMore = settle(failure);
      } finally {
        writer.abandon();
      }
      try {
        tasks.keep();
      } catch (RuntimeException e) {
        failure.addSuppressed(e);
      }
      return needsMore;
    }

    /**
     * Waits for writes in flight that must not be sent twice, and adds the rows in doubt to the
     * failure as a suppressed exception.
     */
    private boolean settle(Throwable failure) {
      Optional<UnknownWriteOutcomeException> inDoubt;
      try {
        inDoubt = writer.settle();
      } catch (InterruptedException e) {
        // No other thread has a reference to this thread, so it cannot be interrupted.
        throw new IllegalStateException(e);
      }
      if (failure instanceof UnknownWriteOutcomeException known
          && known.rows().size() == inDoubt.map(more -> more.rows().size()).orElse(0)) {
        return false;
      }
      inDoubt.ifPresent(failure::addSuppressed);
      // A JobException already says what to do.
      return (once || isDurable) && !(failure instanceof JobException);
    }
  }
}
