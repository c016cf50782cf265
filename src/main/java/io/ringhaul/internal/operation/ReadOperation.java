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
import java.util.concurrent.ExecutorService;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads a table and delivers its rows to application code.
 *
 * @param sizing how small the tasks are; they leave no files behind
 * @param columnNames the columns to read; empty for all
 * @param pageSize rows in a page; 0 to adapt it
 */
public record ReadOperation(
    OperationSettings settings,
    RowSelection selection,
    ScanSizing sizing,
    List<CqlIdentifier> columnNames,
    int pageSize,
    PageSink sink)
    implements BulkOperation<ReadResult> {

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
    OperationSubject subject = OperationSubject.of(session, table, OperationKind.READ);
    int mostPageSize = preflight(subject, columns, scan);
    RangeStatements statements =
        RangeStatements.selecting(
                session, table, Selection.of(columns).where(selection.condition()))
            .checked();
    try (RunningOperation running =
        new RunningOperation(settings, subject, scan.meter(), scan.metrics())) {
      RequestSender sender = running.sender(scan.requests());
      TableScanner scanner =
          new TableScanner(
              statements,
              sender,
              new ScanSettings(
                  pageSize, 1, mostPageSize, MaskedColumns.keysAreTold(session, table)));
      ReadTasks tasks =
          new ReadTasks(scan, scanner, sender::inFlightBound, selection, sink, sameTable);
      running
          .pages(scanner.pageSizer()::ceiling)
          .start(
              new OperationParameters()
                  .requests(sender, scan, settings, requests -> {})
                  .pages(scanner.pageSizer()));
      return running.run(
          "the rows handed on so far stay with their consumer",
          () -> {
            new Workers(
                    threads, Math.min(scan.requests().parallelism(), scan.plan().tasks().size()))
                .run(
                    () -> {
                      try (WorkerClock clock = scan.metrics().work()) {
                        tasks.work();
                      }
                    });
            tasks.requireComplete(running);
            sameTable.atEnd();
            return new ReadResult(running.totals());
          });
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
                // The end of a page is found again by the token of the key.
                Stream.concat(table.partitionKey().stream(), columns.stream())
                    .distinct()
                    .toList())));
  }
}
