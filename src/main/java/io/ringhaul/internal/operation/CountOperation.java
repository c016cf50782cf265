package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.CountResult;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.internal.metrics.ProgressMeter.Earlier;
import io.ringhaul.internal.metrics.WorkerClock;
import io.ringhaul.internal.request.RequestSender;
import io.ringhaul.internal.scan.RangeCounter;
import io.ringhaul.internal.scan.RangeStatements;
import io.ringhaul.internal.scan.ScanTask;
import io.ringhaul.internal.scan.Selection;
import io.ringhaul.internal.telemetry.OperationKind;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

/** Counts the rows of a table on the server, range by range. */
public record CountOperation(
    OperationSettings settings, RowSelection selection, ScanSizing sizing, int pageSize)
    implements BulkOperation<CountResult> {

  /**
   * Small ranges rarely time out on the server, and additional ranges add little cost to a count.
   */
  public static final ScanSizing SIZING = new ScanSizing(32L << 20, 4);

  /** So that processes end at about the same time, even if some ranges are slow. */
  private static final int PARTS_PER_PROCESS = 2;

  /** About a gibibyte, which is lost if the process ends. */
  private static final int MOST_TASKS_OF_PART = 32;

  @Override
  public CountResult run(CqlSession session, Executor threads) {
    Distribution.sender(threads).ifPresent(elsewhere -> elsewhere.require(settings, Map.of()));
    return Distribution.receiver(threads)
        .map(
            part ->
                new CountOperation(
                    part.of(settings), part.of(selection), part.sizing(), part.pageSize()))
        .orElse(this)
        .runHere(session, threads);
  }

  private CountResult runHere(CqlSession session, Executor threads) {
    TableFingerprint found =
        TableFingerprint.take(session, settings, new TableLookup(session)::readable);
    TableDescription table = found.table();
    Map<String, String> request = settings.requestTexts();
    request.putAll(selection.conditions());
    request.putAll(found.parts(table.partitionKey()));
    Distribution.receiver(threads).ifPresent(part -> part.requireSame(request));
    TableCheck sameTable =
        TableCheck.of(
            found,
            "counted",
            "Rows counted before and after the change do not belong together; count again");
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
    int page =
        ScanPreflight.run(
            session,
            settings,
            scan.requests(),
            new ScanPreflight.Reading(
                subject.title(),
                table,
                "count(*)",
                selection.clauses(),
                pageSize,
                RangeCounter.DEFAULT_PAGE_SIZE),
            List.of());
    try (RunningOperation running =
        new RunningOperation(settings, subject, scan.meter(), scan.metrics())) {
      RequestSender sender = running.sender(scan.requests());
      RangeCounter counter =
          new RangeCounter(
              scan.plan(),
              RangeStatements.counting(
                      session, table, selection.clauses(), settings.requests().timeout())
                  .checked(),
              RangeStatements.selecting(
                  session,
                  table,
                  Selection.of(table.partitionKey()).with(selection.clauses()),
                  settings.requests().timeout()),
              sender,
              scan.meter(),
              page,
              sameTable::atCheckpoint);
      running.start(
          new OperationParameters()
              .requests(sender, scan, settings, requests -> {})
              .pagesOnServer(counter.pageSizer(), RangeCounter.DEFAULT_PAGE_SIZE, pageSize > 0));
      try (WorkerClock clock = scan.metrics().work()) {
        return running.run(
            () -> "the rows counted so far are in the partial result",
            () -> {
              Optional<Distribution.Sender> elsewhere = Distribution.sender(threads);
              if (elsewhere.isPresent()) {
                count(
                    elsewhere.get(),
                    scan,
                    Distribution.Terms.ofCount(
                        scan,
                        Distribution.Terms.pageSize(pageSize, page, RangeCounter.DEFAULT_PAGE_SIZE),
                        request));
              } else {
                running.requireComplete(counter.run(), "run the operation again");
              }
              sameTable.atEnd();
              return new CountResult(running.totals());
            });
      }
    }
  }

  /**
   * Counts in other processes. Each counts the ranges of several tasks, because a process starts
   * slowly and has a share of the requests in flight, which one range would not use.
   */
  private static void count(Distribution.Sender elsewhere, TableScan scan, Distribution.Terms terms)
      throws InterruptedException {
    List<ScanTask> all = scan.plan().tasks();
    int together = elsewhere.together(terms.limits(), all.size());
    int parts =
        Math.min(
            all.size(),
            Math.max(PARTS_PER_PROCESS * together, (all.size() - 1) / MOST_TASKS_OF_PART + 1));
    List<List<ScanTask>> divided = new ArrayList<>();
    for (int part = 0; part < parts; part++) {
      divided.add(
          all.subList(
              (int) ((long) part * all.size() / parts),
              (int) ((part + 1L) * all.size() / parts)));
    }
    List<Distribution.Task> tasks = new ArrayList<>();
    divided.forEach(part -> tasks.add(Distribution.Task.of(tasks.size(), part)));
    elsewhere.run(
        terms,
        tasks,
        ended -> {
          for (Distribution.Outcome counted : ended) {
            scan.meter().handled(counted.totals().rows(), counted.totals().bytes());
            List<TokenRange> ranges = tasks.get(counted.number()).ranges();
            scan.meter().part().done(TokenRange.rowTokens(ranges));
            scan.meter().rangesDone(ranges.size());
            divided.get(counted.number()).forEach(task -> scan.meter().taskDone());
          }
        },
        () -> false);
  }
}
