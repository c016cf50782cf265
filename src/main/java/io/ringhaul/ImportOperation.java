package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.batch.BatchLimits;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceSplit;
import io.ringhaul.progress.ProgressMeter;
import io.ringhaul.rejects.RejectSettings;
import io.ringhaul.rejects.RejectedRows;
import io.ringhaul.rejects.TaskRejects;
import io.ringhaul.request.RequestSender;
import io.ringhaul.request.RequestSettings;
import io.ringhaul.ring.LocalNodes;
import io.ringhaul.ring.TokenRing;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableLookup;
import io.ringhaul.write.CounterStatements;
import io.ringhaul.write.ImportChoices;
import io.ringhaul.write.ImportWriters;
import io.ringhaul.write.RowBinders;
import io.ringhaul.write.TargetTable;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;

/** Imports into a table: plans the source's splits, reads them on a few threads, writes batches. */
final class ImportOperation implements Operation<ImportResult> {

  private static final int REQUESTS_PER_NODE = 16;

  /** One thread that reads and binds keeps so many requests busy. */
  private static final int REQUESTS_PER_READER = 8;

  private final OperationSettings settings;
  private final ImportSource source;
  private final List<CqlIdentifier> columnNames;
  private final boolean createsTable;
  private final BatchLimits limits;
  private final ImportChoices choices;
  private final RejectSettings rejectSettings;

  ImportOperation(
      OperationSettings settings,
      ImportSource source,
      List<CqlIdentifier> columnNames,
      boolean createsTable,
      BatchLimits limits,
      ImportChoices choices,
      RejectSettings rejectSettings) {
    this.settings = settings;
    this.source = source;
    this.columnNames = columnNames;
    this.createsTable = createsTable;
    this.limits = limits;
    this.choices = choices;
    this.rejectSettings = rejectSettings;
  }

  @Override
  public ImportResult run(CqlSession session, ExecutorService threads) {
    if (createsTable) {
      new MissingTable(session, settings).create(source);
    }
    TableDescription table =
        new TableLookup(session).writable(settings.keyspace(), settings.table());
    List<String> asked = columnNames.stream().map(CqlIdentifier::asInternal).toList();
    requirePrimaryKey(table, asked);
    LocalNodes nodes = LocalNodes.of(session);
    requireLocalReplicas(session, nodes);
    RequestSettings requests = settings.requests(REQUESTS_PER_NODE, nodes);
    try (SourceSession sourceSession = source.open()) {
      TableDescription withTimes =
          choices.times().extend(table, () -> sourceSession.schema(table.keyspace(), table.name()));
      SourcePlan plan = sourceSession.plan(withTimes, asked, settings.splitCount());
      requirePrimaryKey(table, plan.columns());
      List<ColumnDescription> columns = withTimes.select(plan.columns());
      requireRoom(session, table, columns, requests);
      ProgressMeter meter = new ProgressMeter(plan.splits().size(), 0);
      try (RejectedRows rejected = RejectedRows.begin(rejectSettings, table, columns);
          BatchWriter writer = new BatchWriter(session, requests, limits, meter::handled);
          RequestSender looks = new RequestSender(session, requests.seeingEveryWrite());
          ProgressReporter reporter = new ProgressReporter(meter, settings.progressListener())) {
        RowBinders binders = binders(session, table, columns, new ImportWriters(writer, looks));
        Queue<SourceSplit> waiting = new ConcurrentLinkedQueue<>(plan.splits());
        String stays = whatStays(table, binders);
        Outcome.of(
            meter,
            () -> writer.retries() + looks.retries(),
            "Importing into " + table,
            stays,
            () -> {
              try {
                Workers.run(
                    threads,
                    readers(requests, plan),
                    () -> {
                      for (SourceSplit split = waiting.poll();
                          split != null;
                          split = waiting.poll()) {
                        try (TaskRejects rejects = rejected.openTask()) {
                          new SplitImport(rejects, plan.location(), writer)
                              .run(sourceSession.open(plan, columns, split), binders.open());
                          rejects.commit(rejectBytes -> {});
                        }
                        meter.taskDone();
                      }
                    });
                writer.flush();
                return writer.writtenStatements();
              } catch (RuntimeException | InterruptedException e) {
                FailedImport.settle(e, writer, table.isCounterTable() || binders.append(), stays);
                throw e;
              }
            });
        return new ImportResult(
            meter.totals(writer.retries() + looks.retries()),
            plan.location(),
            binders.expiredRows(),
            binders.expiredCells(),
            rejected.count());
      }
    }
  }

  private static int readers(RequestSettings requests, SourcePlan plan) {
    int wanted = Math.max(1, requests.parallelism() / REQUESTS_PER_READER);
    return Math.min(wanted, plan.splits().size());
  }

  private String whatStays(TableDescription table, RowBinders binders) {
    if (table.isCounterTable() && choices.addToCounters()) {
      return "what was added so far stays, and running the import again would add it again; compare"
          + " the counters with what they should hold before you do";
    }
    if (table.isCounterTable()) {
      return "what was added so far stays; empty the table with TRUNCATE before you run the import"
          + " again";
    }
    return binders.append()
        ? "the rows written so far stay; empty the table before you run the import again, or lists"
            + " would hold their elements twice"
        : "the rows written so far stay, and it is safe to run the import again";
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
      RequestSettings requests) {
    if (!table.isCounterTable()) {
      TargetTable.warnUnlessEmpty(session, table, requests);
      return;
    }
    CounterStatements.requireCounters(table, columns);
    TargetTable.requireCountersToAddTo(session, table, requests, choices);
    if (choices.addToCounters()) {
      CounterStatements.requireNoStatics(table, columns);
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
