package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.ReadResult;
import io.ringhaul.exceptions.FailedRange;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.internal.metrics.ProgressMeter;
import io.ringhaul.internal.metrics.ProgressMeter.Earlier;
import io.ringhaul.internal.metrics.WorkerClock;
import io.ringhaul.internal.preflight.MaskedColumns;
import io.ringhaul.internal.request.RequestSender;
import io.ringhaul.internal.ring.Tiling;
import io.ringhaul.internal.scan.Page;
import io.ringhaul.internal.scan.RangeStatements;
import io.ringhaul.internal.scan.ScanSettings;
import io.ringhaul.internal.scan.ScanTask;
import io.ringhaul.internal.scan.SelectedColumn;
import io.ringhaul.internal.scan.Selection;
import io.ringhaul.internal.scan.TableScanner;
import io.ringhaul.internal.scan.TaskScan;
import io.ringhaul.internal.scan.UnreadableRangeException;
import io.ringhaul.internal.telemetry.OperationKind;
import io.ringhaul.internal.write.CellTimeSelection;
import io.ringhaul.internal.write.CellTimes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRange;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads a table and delivers its rows to application code.
 *
 * @param sizing the default number of tasks
 * @param columnNames the columns to read; empty for all
 * @param pageSize rows in a page; 0 to adapt it
 * @param times the times of cells to read, after the columns
 */
public record ReadOperation(
    OperationSettings settings,
    RowSelection selection,
    ScanSizing sizing,
    List<CqlIdentifier> columnNames,
    int pageSize,
    CellTimes times,
    PageSink sink)
    implements BulkOperation<ReadResult> {

  @Override
  public ReadResult run(CqlSession session, Executor threads) {
    TableFingerprint found =
        TableFingerprint.take(session, settings, new TableLookup(session)::readable);
    TableDescription table = found.table();
    TableCheck sameTable =
        TableCheck.of(
            found,
            "read",
            "Rows delivered before and after the change do not belong together; read the"
                + " table again");
    List<ColumnDescription> columns =
        table.select(columnNames.stream().map(CqlIdentifier::asInternal).toList());
    List<SelectedColumn> selected = CellTimeSelection.of(session, times, table, columns).selected();
    TableScan scan =
        TableScan.prepare(
            session, settings, table, columns, selection.tokens(), sizing, Earlier.NOTHING);
    OperationSubject subject = OperationSubject.of(session, table, OperationKind.READ);
    int mostPageSize = preflight(subject, columns, selected, scan);
    RangeStatements statements =
        RangeStatements.selecting(
                session,
                table,
                new Selection(selected, selection.clauses()),
                settings.requests().timeout())
            .checked();
    try (RunningOperation running =
        new RunningOperation(settings, subject, scan.meter(), scan.metrics())) {
      RequestSender sender = running.sender(scan.requests());
      TableScanner scanner =
          new TableScanner(
              statements,
              sender,
              new ScanSettings(
                  pageSize, 1, mostPageSize, MaskedColumns.keysAreUnmasked(session, table)));
      ReadTasks tasks =
          new ReadTasks(scan, scanner, sender::inFlightBound, selection, sink, sameTable);
      running
          .pages(scanner.pageSizer()::ceiling)
          .start(
              new OperationParameters()
                  .requests(sender, scan, settings, requests -> {})
                  .pages(scanner.pageSizer()));
      return running.run(
          () -> "the rows delivered so far stay with their consumer",
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

  private int preflight(
      OperationSubject subject,
      List<ColumnDescription> columns,
      List<SelectedColumn> selected,
      TableScan scan) {
    TableDescription table = subject.table();
    return ScanPreflight.run(
        subject.session(),
        settings,
        scan.requests(),
        new ScanPreflight.Reading(
            subject.title(),
            table,
            selected.stream().map(SelectedColumn::expression).collect(Collectors.joining(", ")),
            selection.clauses(),
            pageSize,
            ScanSettings.MOST_PAGE_SIZE),
        List.of(
            new MaskedColumns(
                subject.session(),
                table,
                // The scan locates the end of a page by the token of the key.
                Stream.concat(table.partitionKey().stream(), columns.stream())
                    .distinct()
                    .toList())));
  }

  /** The tasks of a read. Several threads run them. */
  private static final class ReadTasks {

    private final TableScan scan;
    private final TableScanner scanner;
    private final IntSupplier inFlight;
    private final RowSelection selection;
    private final PageSink sink;
    private final TableCheck sameTable;
    private final RowBudget budget;
    private final Queue<ScanTask> waiting;
    private final AtomicInteger running = new AtomicInteger();
    private final List<TokenRange> done = new ArrayList<>();
    private final List<FailedRange> failed = new ArrayList<>();

    /**
     * @param inFlight the current bound of requests in flight
     */
    ReadTasks(
        TableScan scan,
        TableScanner scanner,
        IntSupplier inFlight,
        RowSelection selection,
        PageSink sink,
        TableCheck sameTable) {
      this.scan = scan;
      this.scanner = scanner;
      this.inFlight = inFlight;
      this.selection = selection;
      this.sink = sink;
      this.sameTable = sameTable;
      this.budget = new RowBudget(selection.maxRows());
      this.waiting = new ConcurrentLinkedQueue<>(scan.plan().tasks());
    }

    /** Runs tasks until none is waiting or the row budget is spent. Several threads call it. */
    void work() throws InterruptedException {
      while (!budget.isSpent()) {
        ScanTask task = waiting.poll();
        if (task == null) {
          return;
        }
        running.incrementAndGet();
        try {
          read(task);
        } finally {
          running.decrementAndGet();
        }
      }
    }

    private void read(ScanTask task) throws InterruptedException {
      ProgressMeter.Part progress = scan.meter().part();
      try {
        TaskScan pages = scanner.scan(task, this::pagesAhead);
        PageSink own = sink.ofTask();
        for (Page page = pages.next();
            page != null;
            page = budget.isSpent() ? null : pages.next()) {
          hand(page, own);
          progress.done(pages.tokensRead());
        }
        own.taskEnded();
        progress.done(TokenRange.rowTokens(task.ranges()));
        ended(task);
      } catch (UnreadableRangeException e) {
        progress.lost();
        failed(task, e);
      }
    }

    /** Running tasks share the request slots of idle workers. */
    private int pagesAhead() {
      return Math.max(1, inFlight.getAsInt() / Math.max(1, running.get()));
    }

    private void hand(Page page, PageSink own) throws InterruptedException {
      Budgeted rows = new Budgeted(page.rows().iterator(), budget);
      own.accept(new Page(() -> rows, page.rowCount(), page.bytes()));
      scan.meter().handled(rows.taken, page.bytes());
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }

    private void ended(ScanTask task) {
      synchronized (this) {
        done.addAll(task.ranges());
      }
      scan.meter().rangesDone(task.ranges().size());
      scan.meter().taskDone();
      sameTable.atCheckpoint();
    }

    private synchronized void failed(ScanTask task, UnreadableRangeException e) {
      String reason = String.valueOf(e.getMessage());
      task.ranges()
          .forEach(
              range ->
                  failed.add(
                      new FailedRange(range.startExclusive(), range.endInclusive(), reason)));
    }

    /**
     * Checks that each requested token was read exactly once.
     *
     * @throws io.ringhaul.exceptions.IncompleteOperationException if ranges could not be read
     */
    synchronized void requireComplete(RunningOperation operation) {
      operation.requireComplete(failed, "read the table again");
      if (!budget.isSpent()) {
        Tiling.requireExactly(selection.tokens(), done);
      }
    }

    /** Rows up to the end of the budget. */
    private static final class Budgeted implements Iterator<Row> {

      private final Iterator<Row> rows;
      private final RowBudget budget;
      private boolean holds;
      private long taken;

      private Budgeted(Iterator<Row> rows, RowBudget budget) {
        this.rows = rows;
        this.budget = budget;
      }

      @Override
      public boolean hasNext() {
        holds = holds || (rows.hasNext() && budget.take());
        return holds;
      }

      @Override
      public Row next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        holds = false;
        taken++;
        return rows.next();
      }
    }
  }
}
