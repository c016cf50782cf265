package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.ReadResult;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.internal.metrics.ProgressMeter.Earlier;
import io.ringhaul.internal.metrics.WorkerClock;
import io.ringhaul.internal.preflight.MaskedColumns;
import io.ringhaul.internal.request.RequestSender;
import io.ringhaul.internal.scan.RangeStatements;
import io.ringhaul.internal.scan.ScanSettings;
import io.ringhaul.internal.scan.SelectedColumn;
import io.ringhaul.internal.scan.Selection;
import io.ringhaul.internal.scan.TableScanner;
import io.ringhaul.internal.telemetry.OperationKind;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads a table and hands its rows to application code. */
public final class ReadOperation implements BulkOperation<ReadResult> {

  private final OperationSettings settings;
  private final RowSelection selection;
  private final ScanSizing sizing;
  private final List<CqlIdentifier> columnNames;
  private final int pageSize;
  private final PageSink sink;

  /**
   * @param sizing how small the tasks are; they leave no files behind
   * @param columnNames the columns asked for; empty for all
   * @param pageSize rows to a page; 0 to adapt it
   */
  public ReadOperation(
      OperationSettings settings,
      RowSelection selection,
      ScanSizing sizing,
      List<CqlIdentifier> columnNames,
      int pageSize,
      PageSink sink) {
    this.settings = settings;
    this.selection = selection;
    this.sizing = sizing;
    this.columnNames = columnNames;
    this.pageSize = pageSize;
    this.sink = sink;
  }

  @Override
  public ReadResult run(CqlSession session, ExecutorService threads) {
    TableFingerprint found =
        TableFingerprint.take(session, settings, new TableLookup(session)::readable);
    TableDescription table = found.table();
    TableCheck sameTable =
        TableCheck.of(
            found,
            "read",
            "Rows that were handed on before that and after it do not belong together; read the"
                + " table again");
    List<ColumnDescription> columns =
        table.select(columnNames.stream().map(CqlIdentifier::asInternal).toList());
    TableScan scan =
        TableScan.prepare(
            session, settings, table, columns, selection.tokens(), sizing, Earlier.NOTHING);
    String doing = "Reading " + table;
    OperationSubject subject = OperationSubject.of(session, table, OperationKind.READ);
    int mostPageSize = preflight(subject, columns, scan);
    RangeStatements statements =
        RangeStatements.selecting(
                session, table, Selection.of(columns).where(selection.condition()))
            .checked();
    try (RequestSender sender = new RequestSender(session, scan.requests(), scan.metrics())) {
      int workers = Math.min(scan.requests().parallelism(), scan.plan().tasks().size());
      TableScanner scanner =
          new TableScanner(
              statements,
              sender,
              new ScanSettings(
                  pageSize, 1, mostPageSize, MaskedColumns.keysAreTold(session, table)));
      ReadTasks tasks =
          new ReadTasks(scan, scanner, sender::inFlightBound, selection, sink, sameTable);
      OperationParameters parameters =
          new OperationParameters()
              .requests(sender, scan, settings, requests -> {})
              .pages(scanner.pageSizer());
      SteeredScan steered =
          new SteeredScan(scan, sender, parameters, scanner.pageSizer()::ceiling, Optional.empty());
      try (OperationSteering steering = OperationSteering.open(settings, subject, steered)) {
        Outcome.of(
            scan.meter(),
            sender::retries,
            doing,
            "the rows handed on so far stay with whoever took them",
            () -> {
              new Workers(threads, workers)
                  .run(
                      () -> {
                        try (WorkerClock clock = scan.metrics().work()) {
                          tasks.work();
                        }
                      });
              tasks.requireComplete(doing, scan.meter().totals(sender.retries()));
              sameTable.atEnd();
              return true;
            });
      }
      return new ReadResult(scan.meter().totals(sender.retries()));
    }
  }

  private int preflight(OperationSubject subject, List<ColumnDescription> columns, TableScan scan) {
    TableDescription table = subject.table();
    return ScanPreflight.run(
        subject.session(),
        settings,
        scan.requests(),
        new ScanPreflight.Reading(
            subject.title(),
            table,
            columns.stream()
                .map(column -> SelectedColumn.of(column).expression())
                .collect(Collectors.joining(", ")),
            selection.condition(),
            pageSize,
            ScanSettings.MOST_PAGE_SIZE),
        List.of(
            new MaskedColumns(
                subject.session(),
                table,
                // Where a page ends is found again by the token of the key.
                Stream.concat(table.partitionKey().stream(), columns.stream())
                    .distinct()
                    .toList())));
  }
}
