package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.ImportResult;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.internal.batch.StreamWriter;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.internal.metrics.OperationMetrics;
import io.ringhaul.internal.metrics.ProgressMeter;
import io.ringhaul.internal.rejects.RejectOwner;
import io.ringhaul.internal.rejects.RejectSettings;
import io.ringhaul.internal.rejects.RejectedRows;
import io.ringhaul.internal.request.RequestSettings;
import io.ringhaul.internal.ring.LocalNodes;
import io.ringhaul.internal.ring.TokenRing;
import io.ringhaul.internal.telemetry.OperationKind;
import io.ringhaul.internal.write.CounterStatements;
import io.ringhaul.internal.write.ImportChoices;
import io.ringhaul.internal.write.ImportWriters;
import io.ringhaul.internal.write.RowBinders;
import io.ringhaul.internal.write.TargetTable;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobOptions;
import io.ringhaul.monitor.Stage;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;

/** Imports into a table: plans the source's tasks, reads them on a few threads, writes batches. */
final class ImportOperation implements BulkOperation<ImportResult> {

  private static final int REQUESTS_PER_NODE = 16;

  /**
   * What is imported, and as which job.
   *
   * @param columns the columns asked for; empty for all
   * @param createsTable whether a missing table is made
   * @param jobId names the job
   * @param replaysInDoubt whether tasks are done again of which an earlier run may have written a
   *     part, although their rows must not be written twice
   * @param batch which of the micro-batches of a following it is, from 1; 0 if of none
   */
  record Task(
      ImportSource source,
      List<CqlIdentifier> columns,
      boolean createsTable,
      JobOptions job,
      UUID jobId,
      boolean replaysInDoubt,
      int batch) {}

  private final OperationSettings settings;
  private final Task task;
  private final ImportWriting.Batches batches;
  private final ImportChoices choices;
  private final RejectSettings rejectSettings;

  ImportOperation(
      OperationSettings settings,
      Task task,
      ImportWriting.Batches batches,
      ImportChoices choices,
      RejectSettings rejectSettings) {
    this.settings = settings;
    this.task = task;
    this.batches = batches;
    this.choices = choices;
    this.rejectSettings = rejectSettings;
  }

  @Override
  public ImportResult run(CqlSession session, ExecutorService threads) {
    if (task.createsTable()) {
      new MissingTable(session, settings).create(task.source());
    }
    TableFingerprint found =
        TableFingerprint.take(session, settings, new TableLookup(session)::writable);
    TableDescription table = found.table();
    requirePrimaryKey(table, asked());
    Map<String, String> fingerprint = fingerprint(found);
    Optional<Job> completed =
        OperationJob.completed(task.job(), task.jobId(), JobKind.IMPORT, fingerprint);
    if (completed.isPresent()) {
      return ImportResults.completed(completed.get(), task.job().store(), rejectSettings.path());
    }
    try (OperationJob job =
        OperationJob.begin(
            task.job(),
            task.jobId(),
            JobKind.IMPORT,
            "import " + table,
            fingerprint,
            settings.texts())) {
      return job.running(() -> run(session, threads, job, found));
    }
  }

  private ImportResult run(
      CqlSession session, ExecutorService threads, OperationJob job, TableFingerprint found) {
    TableDescription table = found.table();
    LocalNodes nodes = LocalNodes.of(session);
    requireLocalReplicas(session, nodes);
    RequestSettings requests = settings.requests(REQUESTS_PER_NODE, nodes);
    OperationMetrics metrics = new OperationMetrics();
    long began = System.nanoTime();
    ImportCheckpoints checkpoints = new ImportCheckpoints(job.run());
    try (SourceSession sourceSession = task.source().open()) {
      TableDescription withTimes =
          choices.times().extend(table, () -> sourceSession.schema(table.keyspace(), table.name()));
      Optional<SourcePlan> stored = checkpoints.plan();
      SourcePlan planned =
          stored.orElseGet(
              () -> new ImportTaskCount(settings, choices).plan(sourceSession, withTimes, asked()));
      requirePrimaryKey(table, planned.columns());
      List<ColumnDescription> columns = withTimes.select(planned.columns());
      new ImportPreflight(session, settings, choices).run(table, columns, requests);
      requireRoom(session, table, columns, requests, checkpoints);
      metrics.spent(Stage.PLAN, System.nanoTime() - began);
      ProgressMeter meter =
          new ProgressMeter(
              planned.tasks().size(), 0, checkpoints.bytesLeft(planned), checkpoints.figures());
      try (RejectedRows rejected = rejects(job, table, columns, checkpoints);
          ImportWriting writing =
              ImportWriting.open(
                  settings,
                  new OperationSubject(
                      session, table, OperationKind.IMPORT, format(), Optional.of(job)),
                  new ImportWriting.Start(
                      requests,
                      OperationSettings.usualParallelism(REQUESTS_PER_NODE, nodes),
                      planned.tasks().size(),
                      batches),
                  meter,
                  metrics,
                  threads)) {
        StreamWriter writer = writing.writer();
        RowBinders binders = binders(session, table, columns, writing.writers());
        if (binders.append() && !task.replaysInDoubt()) {
          checkpoints.requireNoneInDoubt(
              table.isCounterTable() ? "its rows add to counters" : "its rows append to lists",
              task.batch() > 0
                  ? "follow under a new id, which imports all of the source"
                  : "begin a new job");
        }
        // Not before the rejects are open: a job that cannot have its file has done nothing.
        SourcePlan plan = stored.orElseGet(() -> keep(planned, sourceSession, job, checkpoints));
        ImportTasks tasks =
            new ImportTasks(
                new ImportTasks.Source(sourceSession, plan, table, columns),
                binders,
                writer,
                rejected,
                job,
                checkpoints,
                sameTable(found, job, binders.append()),
                meter,
                metrics);
        String stays = FailedImport.whatStays(job, table, binders.append(), choices);
        return Outcome.of(
            meter,
            writing::retries,
            "Importing into " + table,
            stays,
            () -> {
              try {
                tasks.run(writing.readers());
                rejected.requireFew();
                rejected.writeRecords();
              } catch (RuntimeException | InterruptedException e) {
                try {
                  FailedImport.settle(e, writer, binders.append() || job.isDurable(), stays);
                } finally {
                  writer.abandon();
                }
                FailedImport.keep(e, tasks);
                throw e;
              }
              writing.succeeded();
              return ImportResults.of(
                  job,
                  plan.location(),
                  meter.totals(writing.retries()),
                  writer.writtenStatements(),
                  rejected.path());
            });
      }
    }
  }

  private static TableCheck sameTable(TableFingerprint found, OperationJob job, boolean append) {
    return TableCheck.of(
        found,
        job,
        "imported into",
        "Rows that were written before that are gone, rows that were written after it are in the"
            + " table as it is now. "
            + (job.isDurable() ? String.format("Job %s cannot be resumed: ", job.id()) : "")
            + (append ? "empty the table and begin" : "begin")
            + " a new import, which writes all of them");
  }

  /** Stores the plan, if need be with what it takes to notice that the source has changed. */
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

  /** What must not change between runs: the rows, where they go, and what is made of them. */
  private Map<String, String> fingerprint(TableFingerprint found) {
    Map<String, String> parts = new LinkedHashMap<>(task.source().identity());
    parts.putAll(found.parts(found.table().columns()));
    parts.put("imported columns", asked().isEmpty() ? "all" : String.join(", ", asked()));
    parts.put("nulls", choices.nullHandling().name());
    parts.put("counters", choices.addToCounters() ? "added to" : "new");
    parts.put("cell times", choices.times().toString());
    parts.put("unrepresentable rows", rejectSettings.choice().name());
    return parts;
  }

  private List<String> asked() {
    return task.columns().stream().map(CqlIdentifier::asInternal).toList();
  }

  private String format() {
    return task.source().identity().getOrDefault("source format", "");
  }

  private RowBinders binders(
      CqlSession session,
      TableDescription table,
      List<ColumnDescription> columns,
      ImportWriters writers) {
    if (table.isCounterTable()) {
      return RowBinders.of(new CounterStatements(session, table, columns, writers));
    }
    return RowBinders.of(session, table, columns, choices, writers);
  }

  private void requireRoom(
      CqlSession session,
      TableDescription table,
      List<ColumnDescription> columns,
      RequestSettings requests,
      ImportCheckpoints checkpoints) {
    // What the table holds is the job's own then, or that of the batches before.
    boolean isBegun = checkpoints.haveBegun() || task.batch() > 1;
    if (!table.isCounterTable()) {
      if (!isBegun) {
        TargetTable.warnUnlessEmpty(session, table, requests);
      }
      return;
    }
    CounterStatements.requireCounters(table, columns);
    if (task.batch() > 0) {
      CounterStatements.requireNoStatics("follow", table, columns);
    }
    if (isBegun) {
      return;
    }
    TargetTable.requireCountersToAddTo(session, table, requests, choices);
    if (choices.addToCounters()) {
      CounterStatements.requireNoStatics("addToCounters", table, columns);
    }
  }

  /** Without them every write would be tried in vain as often as it may be. */
  private void requireLocalReplicas(CqlSession session, LocalNodes nodes) {
    if (session.getMetadata().getTokenMap().isPresent()) {
      TokenRing.discover(session.getMetadata(), settings.keyspace(), nodes.datacenter());
    }
  }

  private static void requirePrimaryKey(TableDescription table, List<String> columns) {
    if (columns.isEmpty()) {
      return;
    }
    List<String> missing =
        table.primaryKey().stream()
            .map(ColumnDescription::name)
            .filter(name -> !columns.contains(name))
            .map(TableDescription::quote)
            .toList();
    if (!missing.isEmpty()) {
      throw new InvalidSettingException(
          "columns",
          String.format(
              "The import into %s lacks %s of its primary key; every row needs the whole key",
              table, String.join(", ", missing)));
    }
  }
}
