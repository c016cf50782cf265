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
 * Counts the ranges of a plan on the server, with one {@code count(*)} for each range. A range that
 * exceeds the server's limits on time or tombstones is divided. A single token, which cannot be
 * divided, is counted by paging through its keys.
 *
 * <p>Used by one thread, once.
 */
public final class RangeCounter {

  /** Default page size in rows. */
  public static final int DEFAULT_PAGE_SIZE = 5_000;

  /** Number of parts that may fail at their smallest size before the range is given up. */
  private static final int MOST_FAILURES = 16;

  /** A range of the plan and the number of its parts that are not finished. */
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
     * Whether the other parts are not worth trying: nodes are missing, or every part takes too
     * long, and trying each token would never end.
     */
    private boolean isLost() {
      return failures >= MOST_FAILURES;
    }
  }

  /** A part of a range; {@code paging} if its keys are read instead of counted. */
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
  private final Runnable arrived;
  private final Runnable taskDone;
  private final Deque<Part> waiting = new ArrayDeque<>();
  private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
  private final List<FailedRange> failed = new ArrayList<>();
  private final int[] openRanges;
  private int asked;

  /**
   * @param counting statements that count
   * @param keys statements that read the partition key, for ranges that cannot be counted in time
   * @param pageSize page size in rows for reads by the coordinator; 0 for 5,000
   * @param arrived called by the counting thread for each answer but the last, and while it waits
   *     for limits; an exception ends the count
   * @param taskDone called by the counting thread after each task; an exception ends the count
   */
  public RangeCounter(
      ScanPlan plan,
      RangeStatements counting,
      RangeStatements keys,
      RequestSender sender,
      ProgressMeter meter,
      int pageSize,
      Runnable arrived,
      Runnable taskDone) {
    this.counting = counting;
    this.keys = keys;
    this.sender = sender;
    this.meter = meter;
    this.pageSizer =
        new PageSizer(
            pageSize == 0 ? DEFAULT_PAGE_SIZE : pageSize,
            DEFAULT_PAGE_SIZE,
            () -> RequestLimits.NONE);
    this.arrived = arrived;
    this.taskDone = taskDone;
    this.openRanges = new int[plan.tasks().size()];
    enqueue(plan);
  }

  /** Returns the page sizer of the coordinators' reads, which may be adjusted. */
  public PageSizer pageSizer() {
    return pageSizer;
  }

  /**
   * Counts the rows and reports them to the meter.
   *
   * @return the ranges that could not be counted completely
   */
  public List<FailedRange> run() throws InterruptedException {
    while (ask()) {
      Arrival arrival = awaitArrival();
      asked--;
      if (!waiting.isEmpty() || asked > 0) {
        arrived.run();
      }
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
    clock.begin(Stage.WAIT_CLUSTER);
    try {
      return arrivals.take();
    } finally {
      clock.end();
    }
  }

  /**
   * Enqueues the first range of every task, then the second, so that neighbours in the queue have
   * different replicas.
   */
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
      // The range contains only the token that no row has, so no query is needed.
      owner.open++;
      ended(owner);
    }
    owner.open += pieces.size();
    pieces.forEach(piece -> waiting.addLast(new Part(owner, Cursor.at(piece), false)));
  }

  /** Sends as many requests as possible; returns false if none is in flight. */
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
      return PageRetries.request(
          statement, part.piece().endInclusive(), cursor.isDivisible(keys.values()));
    }
    // A count that exceeded a limit would do so again, so its range is divided at once.
    return new Request(
            counting.bind(part.piece()).setPageSize(pageSize),
            (statement, failure) -> statement,
            failure -> Excess.of(failure).isEmpty())
        .at(part.piece().endInclusive())
        .inParts();
  }

  private void read(Part part, AsyncResultSet rows) throws InterruptedException {
    long bytes = Math.max(0, rows.getExecutionInfo().getResponseSizeInBytes());
    if (!part.paging()) {
      Row row = Objects.requireNonNull(rows.one(), "count(*) returned no row");
      meter.handled(row.getLong(0), bytes);
      part.owner().progress.more(TokenRange.rowTokens(List.of(part.piece())));
      // A range may have the rows of minutes.
      sender.awaitLimits(row.getLong(0), bytes, arrived);
      ended(part.owner());
      return;
    }
    meter.handled(rows.remaining(), bytes);
    sender.awaitLimits(rows.remaining(), bytes, arrived);
    ByteBuffer position = rows.getExecutionInfo().getPagingState();
    if (position == null) {
      ended(part.owner());
    } else {
      Mark mark = new Mark(position, null, null);
      waiting.addFirst(new Part(part.owner(), part.cursor().at(mark, larger(part.cursor())), true));
    }
  }

  /** Reduced pages grow again. */
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

  /** Enqueues smaller parts; returns false if the part cannot be divided. */
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
   * Enqueues parts before all others. The smallest parts run first, so that a range that cannot be
   * counted is found after a few failures instead of after all its parts.
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
