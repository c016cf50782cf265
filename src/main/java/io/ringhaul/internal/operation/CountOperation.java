package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.CountResult;
import io.ringhaul.exceptions.FailedRange;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.internal.metrics.ProgressMeter;
import io.ringhaul.internal.metrics.ProgressMeter.Earlier;
import io.ringhaul.internal.metrics.WorkerClock;
import io.ringhaul.internal.request.RequestSender;
import io.ringhaul.internal.request.RequestSettings;
import io.ringhaul.internal.scan.RangeCounter;
import io.ringhaul.internal.scan.RangeStatements;
import io.ringhaul.internal.scan.ScanPlan;
import io.ringhaul.internal.scan.Selection;
import io.ringhaul.internal.telemetry.OperationKind;
import io.ringhaul.monitor.OperationTotals;
import io.ringhaul.schema.TableDescription;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/** Counts a table. */
public final class CountOperation implements BulkOperation<CountResult> {

  /** Small ranges seldom time out on the server, and a count pays next to nothing for more. */
  public static final ScanSizing SIZING = new ScanSizing(32L << 20, 4);

  private final OperationSettings settings;
  private final RowSelection selection;
  private final ScanSizing sizing;
  private final int pageSize;

  public CountOperation(
      OperationSettings settings, RowSelection selection, ScanSizing sizing, int pageSize) {
    this.settings = settings;
    this.selection = selection;
    this.sizing = sizing;
    this.pageSize = pageSize;
  }

  @Override
  public CountResult run(CqlSession session, ExecutorService threads) {
    TableFingerprint found =
        TableFingerprint.take(session, settings, new TableLookup(session)::readable);
    TableDescription table = found.table();
    TableCheck sameTable =
        TableCheck.of(
            found,
            "counted",
            "Rows that were counted before that and after it do not belong together; count again");
    OperationSubject subject = OperationSubject.of(session, table, OperationKind.COUNT);
    TableScan scan =
        TableScan.prepare(
            session,
            settings,
            table,
            table.partitionKey(),
            selection.tokens(),
            sizing,
            Earlier.NOTHING);
    ProgressMeter meter = scan.meter();
    ScanPlan plan = scan.plan();
    RequestSettings requests = scan.requests();
    int page =
        ScanPreflight.run(
            session,
            settings,
            requests,
            new ScanPreflight.Reading(
                subject.title(),
                table,
                "count(*)",
                selection.condition(),
                pageSize,
                RangeCounter.DEFAULT_PAGE_SIZE),
            List.of());
    try (RequestSender sender = new RequestSender(session, requests, scan.metrics())) {
      RangeCounter counter =
          new RangeCounter(
              plan,
              RangeStatements.counting(session, table, selection.condition()).checked(),
              RangeStatements.selecting(
                  session, table, Selection.of(table.partitionKey()).where(selection.condition())),
              sender,
              meter,
              page,
              sameTable::atCheckpoint);
      List<FailedRange> failed = count(subject, scan, sender, counter, sameTable);
      OperationTotals totals = meter.totals(sender.retries());
      if (!failed.isEmpty()) {
        throw Outcome.incomplete("Counting " + table, totals, failed, "run the operation again");
      }
      return new CountResult(totals);
    }
  }

  private List<FailedRange> count(
      OperationSubject subject,
      TableScan scan,
      RequestSender sender,
      RangeCounter counter,
      TableCheck sameTable) {
    OperationParameters parameters =
        new OperationParameters()
            .requests(sender, scan, settings, requests -> {})
            .pagesOnServer(counter.pageSizer(), RangeCounter.DEFAULT_PAGE_SIZE, pageSize > 0);
    // Its pages stay on the server.
    SteeredScan steered = new SteeredScan(scan, sender, parameters, bytes -> {}, Optional.empty());
    try (OperationSteering steering = OperationSteering.open(settings, subject, steered);
        WorkerClock clock = scan.metrics().work()) {
      return Outcome.of(
          scan.meter(),
          sender::retries,
          "Counting " + subject.table(),
          "the rows counted so far are in the partial result",
          () -> {
            List<FailedRange> failed = counter.run();
            if (failed.isEmpty()) {
              sameTable.atEnd();
            }
            return failed;
          });
    }
  }
}
