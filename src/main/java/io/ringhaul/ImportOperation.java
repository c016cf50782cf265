package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.ringhaul.batch.BatchLimits;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceSplit;
import io.ringhaul.progress.ProgressMeter;
import io.ringhaul.request.RequestSettings;
import io.ringhaul.ring.TokenRing;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableLookup;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Imports into a table: plans the source's splits, reads them on a few threads, writes batches. */
final class ImportOperation implements Operation<ImportResult> {

  private static final Logger LOG = LoggerFactory.getLogger(ImportOperation.class);
  private static final int REQUESTS_PER_NODE = 16;

  /** One thread that reads and binds keeps so many requests busy. */
  private static final int REQUESTS_PER_READER = 8;

  private final OperationSettings settings;
  private final ImportSource source;
  private final List<CqlIdentifier> columnNames;
  private final RestoredTimes times;
  private final boolean createsTable;
  private final BatchLimits limits;

  ImportOperation(
      OperationSettings settings,
      ImportSource source,
      List<CqlIdentifier> columnNames,
      RestoredTimes times,
      boolean createsTable,
      BatchLimits limits) {
    this.settings = settings;
    this.source = source;
    this.columnNames = columnNames;
    this.times = times;
    this.createsTable = createsTable;
    this.limits = limits;
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
      TableDescription withTimes = times.extend(table);
      SourcePlan plan = sourceSession.plan(withTimes, asked, settings.splitCount());
      requirePrimaryKey(table, plan.columns());
      warnUnlessEmpty(session, table);
      List<ColumnDescription> columns = withTimes.select(plan.columns());
      RowBinders binders = RowBinders.of(session, table, columns, times);
      ProgressMeter meter = new ProgressMeter(plan.splits().size(), 0);
      try (BatchWriter writer = new BatchWriter(session, requests, limits, meter::handled);
          ProgressReporter reporter = new ProgressReporter(meter, settings.progressListener())) {
        Queue<SourceSplit> waiting = new ConcurrentLinkedQueue<>(plan.splits());
        Outcome.of(
            meter,
            writer::retries,
            "Importing into " + table,
            "the rows written so far stay, and it is safe to run the import again",
            () -> {
              Workers.run(
                  threads,
                  readers(requests, plan),
                  () -> {
                    for (SourceSplit split = waiting.poll();
                        split != null;
                        split = waiting.poll()) {
                      read(sourceSession.open(plan, columns, split), binders.open(), writer);
                      meter.taskDone();
                    }
                  });
              writer.flush();
              return writer.writtenStatements();
            });
        return new ImportResult(
            meter.totals(writer.retries()),
            plan.location(),
            binders.expiredRows(),
            binders.expiredCells());
      }
    }
  }

  private static int readers(RequestSettings requests, SourcePlan plan) {
    int wanted = Math.max(1, requests.parallelism() / REQUESTS_PER_READER);
    return Math.min(wanted, plan.splits().size());
  }

  private static void read(RowReader opened, RowBinder rows, BatchWriter writer)
      throws InterruptedException {
    try (RowReader reader = opened;
        rows) {
      for (RawRow row = reader.next(); row != null; row = reader.next()) {
        List<BoundStatement> statements = rows.bind(row);
        if (!statements.isEmpty()) {
          writer.add(statements);
        }
      }
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

  private static void warnUnlessEmpty(CqlSession session, TableDescription table) {
    String key = TableDescription.quote(table.partitionKey().get(0).name());
    try {
      if (session
              .execute(
                  SimpleStatement.newInstance(
                      "SELECT " + key + " FROM " + table.cql() + " LIMIT 1"))
              .one()
          != null) {
        LOG.warn(
            "Table {} is not empty: cells that the source does not have stay, and cells or"
                + " tombstones newer than this import win over it",
            table);
      }
    } catch (RuntimeException e) {
      LOG.debug("Could not look whether {} is empty", table, e);
    }
  }
}
