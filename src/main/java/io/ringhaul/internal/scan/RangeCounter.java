package io.ringhaul.internal.scan;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.exceptions.FailedRange;
import io.ringhaul.internal.metrics.ProgressMeter;
import io.ringhaul.internal.metrics.WorkerClock;
import io.ringhaul.internal.request.Excess;
import io.ringhaul.internal.request.Failures;
import io.ringhaul.internal.request.Request;
import io.ringhaul.internal.request.RequestLimits;
import io.ringhaul.internal.request.RequestSender;
import io.ringhaul.internal.scan.Cursor.Mark;
import io.ringhaul.monitor.Stage;
import io.ringhaul.schema.TokenRange;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Counts the ranges of a plan on the server, one {@code count(*)} a range. A range that is too much
 * for the server, in time or for its tombstones, is divided; a single token, which cannot be
 * divided, is counted by paging its keys.
 *
 * <p>Used by one thread, once.
 */
public final class RangeCounter {

  /** Rows to a page unless another number is set. */
  public static final int DEFAULT_PAGE_SIZE = 5_000;

  /** Parts of a range that may be too much in their smallest form before it is given up. */
  private static final int MOST_FAILURES = 16;

  /** A range of the plan and how many of its parts are still to come. */
  private static final class RangeState {
    private final TokenRange range;
    private final ScanTask task;
    private final ProgressMeter.Part progress;
    private int open;
    private int failures;
    private @Nullable UnreadableRangeException failure;

    private RangeState(ScanTask task, TokenRange range, ProgressMeter.Part progress) {
      this.task = task;
      this.range = range;
      this.progress = progress;
    }

    private void failed(UnreadableRangeException latest) {
      failure = latest;
      failures += latest.excess().isPresent() ? 1 : MOST_FAILURES;
    }

    /**
     * Whether its other parts would be tried in vain: nodes are missing, or all of it takes too
     * long, and to see that of each of its tokens would have no end.
     */
    private boolean isLost() {
      return failures >= MOST_FAILURES;
    }
  }

  /** A part of a range; {@code paging} when its keys are read instead of counted. */
  private record Part(RangeState owner, Cursor cursor, boolean paging) {

    TokenRange piece() {
      return cursor.piece();
    }
  }

  private record Arrival(
      Part part, int rowsToPage, @Nullable AsyncResultSet rows, @Nullable Throwable failure) {}

  private final RangeStatements counting;
  private final RangeStatements keys;
  private final RequestSender sender;
  private final ProgressMeter meter;
  private final PageSizer pageSizer;
  private final Runnable taskDone;
  private final Deque<Part> waiting = new ArrayDeque<>();
  private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
  private final List<FailedRange> failed = new ArrayList<>();
  private final int[] openRanges;
  private int asked;

  /**
   * @param counting statements that count
   * @param keys statements that read the partition key, for what cannot be counted in time
   * @param pageSize rows to a page that the coordinator reads; 0 for 5,000
   * @param taskDone called by the counting thread after each task; what it throws ends the count
   */
  public RangeCounter(
      ScanPlan plan,
      RangeStatements counting,
      RangeStatements keys,
      RequestSender sender,
      ProgressMeter meter,
      int pageSize,
      Runnable taskDone) {
    this.counting = counting;
    this.keys = keys;
    this.sender = sender;
    this.meter = meter;
    this.pageSizer =
        new PageSizer(
            pageSize == 0 ? DEFAULT_PAGE_SIZE : pageSize, DEFAULT_PAGE_SIZE, RequestLimits.NONE);
    this.taskDone = taskDone;
    this.openRanges = new int[plan.tasks().size()];
    enqueue(plan);
  }

  /** Says how large the pages are in which the coordinators read, and may be told. */
  public PageSizer pageSizer() {
    return pageSizer;
  }

  /**
   * Counts; the rows go to the meter.
   *
   * @return the ranges that could not be counted in full
   */
  public List<FailedRange> run() throws InterruptedException {
    while (ask()) {
      Arrival arrival = awaitArrival();
      asked--;
      if (arrival.failure() == null) {
        read(arrival.part(), Objects.requireNonNull(arrival.rows()));
      } else {
        failed(arrival.part(), arrival.rowsToPage(), arrival.failure());
      }
    }
    return failed;
  }

  private Arrival awaitArrival() throws InterruptedException {
    WorkerClock clock = WorkerClock.current();
    clock.begin(Stage.WAIT);
    try {
      return arrivals.take();
    } finally {
      clock.end();
    }
  }

  /** The first range of every task, then the second: neighbours in the queue differ by replica. */
  private void enqueue(ScanPlan plan) {
    int longest = plan.tasks().stream().mapToInt(task -> task.ranges().size()).max().orElse(0);
    for (int i = 0; i < longest; i++) {
      for (ScanTask task : plan.tasks()) {
        if (i < task.ranges().size()) {
          RangeState range = new RangeState(task, task.ranges().get(i), meter.part());
          openRanges[task.number()]++;
          add(range, range.range.unwrap());
        }
      }
    }
  }

  private void add(RangeState owner, List<TokenRange> pieces) {
    if (pieces.isEmpty()) {
      // The range's only token is the one that no row has: it is read without a query.
      owner.open++;
      ended(owner);
    }
    owner.open += pieces.size();
    pieces.forEach(piece -> waiting.addLast(new Part(owner, Cursor.at(piece), false)));
  }

  /** Sends what it can; false when nothing is left to wait for. */
  private boolean ask() throws InterruptedException {
    while (!waiting.isEmpty()) {
      Part part = waiting.removeFirst();
      if (part.owner().isLost()) {
        ended(part.owner());
        continue;
      }
      int pageSize = Math.min(pageSizer.rows(), part.cursor().mostRows());
      Request request = request(part, pageSize);
      CompletionStage<AsyncResultSet> response =
          asked == 0 ? sender.send(request) : sender.trySend(request);
      if (response == null) {
        waiting.addFirst(part);
        break;
      }
      asked++;
      response.whenComplete(
          (rows, failure) -> arrivals.add(new Arrival(part, pageSize, rows, failure)));
    }
    return asked > 0;
  }

  private Request request(Part part, int pageSize) {
    if (part.paging()) {
      Cursor cursor = part.cursor();
      BoundStatement statement =
          keys.bind(cursor.piece(), cursor.slice())
              .setPagingState(cursor.mark() == null ? null : cursor.mark().position())
              .setPageSize(pageSize);
      return PageRetries.request(statement, cursor.isDivisible(keys.values()));
    }
    // A count that was too much once will be so again: it is divided at once instead.
    return new Request(
            counting.bind(part.piece()).setPageSize(pageSize),
            (statement, failure) -> statement,
            failure -> Excess.of(failure).isEmpty())
        .inParts();
  }

  private void read(Part part, AsyncResultSet rows) throws InterruptedException {
    long bytes = Math.max(0, rows.getExecutionInfo().getResponseSizeInBytes());
    if (!part.paging()) {
      Row row = Objects.requireNonNull(rows.one(), "count(*) gave no row");
      meter.handled(row.getLong(0), bytes);
      part.owner().progress.more(TokenRange.rowTokens(List.of(part.piece())));
      ended(part.owner());
      sender.throttle(row.getLong(0), bytes);
      return;
    }
    meter.handled(rows.remaining(), bytes);
    sender.throttle(rows.remaining(), bytes);
    ByteBuffer position = rows.getExecutionInfo().getPagingState();
    if (position == null) {
      ended(part.owner());
    } else {
      Mark mark = new Mark(position, null, null);
      waiting.addFirst(new Part(part.owner(), part.cursor().at(mark, larger(part.cursor())), true));
    }
  }

  /** Pages that were made smaller grow back. */
  private static int larger(Cursor cursor) {
    return (int) Math.min(Integer.MAX_VALUE, 2L * cursor.mostRows());
  }

  private void failed(Part part, int rowsToPage, Throwable failure) {
    if (pageSizer.isRefused(rowsToPage, failure)) {
      waiting.addFirst(part);
      return;
    }
    if (!Failures.isPassing(failure)) {
      throw Failures.notPassing(failure, "Counting token range " + part.piece());
    }
    if (Excess.of(failure).isPresent() && divided(part, rowsToPage)) {
      part.owner().open--;
      return;
    }
    part.owner().failed(UnreadableRangeException.of(part.piece(), keys.table(), failure));
    ended(part.owner());
  }

  /** Puts smaller parts into the queue; false if there are none. */
  private boolean divided(Part part, int rowsToPage) {
    RangeState owner = part.owner();
    if (part.paging()) {
      if (!part.cursor().isDivisible(keys.values())) {
        return false;
      }
      addFirst(owner, part.cursor().parts(keys.values(), PageRetries.smallest(rowsToPage)), true);
    } else if (part.cursor().isToken()) {
      addFirst(owner, List.of(part.cursor()), true);
    } else {
      addFirst(owner, part.cursor().parts(null, part.cursor().mostRows()), false);
    }
    return true;
  }

  /**
   * Puts parts before all others: the smallest are tried first, so that a range that cannot be
   * counted shows after a few failures, and not after those of all its parts.
   */
  private void addFirst(RangeState owner, List<Cursor> parts, boolean paging) {
    owner.open += parts.size();
    for (int i = parts.size() - 1; i >= 0; i--) {
      waiting.addFirst(new Part(owner, parts.get(i), paging));
    }
  }

  private void ended(RangeState range) {
    if (--range.open > 0) {
      return;
    }
    if (range.failure != null) {
      range.progress.lost();
      failed.add(
          new FailedRange(
              range.range.startExclusive(),
              range.range.endInclusive(),
              String.valueOf(range.failure.getMessage())));
      return;
    }
    range.progress.done(TokenRange.rowTokens(List.of(range.range)));
    meter.rangesDone(1);
    if (--openRanges[range.task.number()] == 0) {
      meter.taskDone();
      taskDone.run();
    }
  }
}
