package io.ringhaul.internal.scan;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.Statement;
import io.ringhaul.internal.metrics.WorkerClock;
import io.ringhaul.internal.request.Excess;
import io.ringhaul.internal.request.Failures;
import io.ringhaul.internal.request.Request;
import io.ringhaul.internal.request.RequestSender;
import io.ringhaul.internal.scan.Cursor.Mark;
import io.ringhaul.monitor.Stage;
import io.ringhaul.schema.TokenRange;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The pages of one task, pulled by one thread. A page is asked for only while fewer are asked for
 * or unread than {@link WorkSharing#pagesAhead()} allows, so memory does not grow with the table.
 *
 * <p>A page that fails is asked for again with the same paging state, so a row is handed on once
 * and once only. One that is too much for the server is asked for in smaller pages; after that the
 * range is divided behind the last row that was handed on. Pages of different ranges may come in
 * any order; those of one range come in theirs if only one is allowed at a time.
 */
public final class TaskScan {

  /** The answer to a request for so many rows, which may have been asked for again in fewer. */
  private record Arrival(
      Cursor cursor, int pageSize, @Nullable AsyncResultSet rows, @Nullable Throwable failure) {}

  private final RangeStatements statements;
  private final RequestSender sender;
  private final PageSizer pageSizer;
  private final WorkSharing sharing;
  private final boolean keysAreTold;
  private final Deque<Cursor> waiting = new ArrayDeque<>();
  private final List<Cursor> asked = new ArrayList<>();
  private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
  private final RingSpeed speed;
  private long pages;
  private long tokensRead;

  /** Tells how many tokens the page at hand is further than the one before it in its piece. */
  private LongSupplier tokensOfPage = () -> 0;

  TaskScan(
      ScanTask task,
      RangeStatements statements,
      RequestSender sender,
      PageSizer pageSizer,
      WorkSharing sharing,
      boolean keysAreTold) {
    this.statements = statements;
    this.sender = sender;
    this.pageSizer = pageSizer;
    this.sharing = sharing;
    this.keysAreTold = keysAreTold;
    task.ranges()
        .forEach(range -> range.unwrap().forEach(piece -> waiting.addLast(Cursor.at(piece))));
    this.speed = new RingSpeed(System.nanoTime(), tokensLeft());
  }

  /**
   * The next page; null when every range has been read to its end. The rows of the page before are
   * gone then.
   *
   * @throws UnreadableRangeException if the cluster could not give a page in all the attempts
   *     allowed; the scan must not be used any more
   * @throws io.ringhaul.exceptions.BulkOperationException if the cluster refused the query
   */
  public @Nullable Page next() throws InterruptedException {
    WorkerClock clock = WorkerClock.current();
    clock.begin(Stage.WAIT);
    try {
      return arrived();
    } finally {
      clock.end();
    }
  }

  /** Pages that have arrived and were not taken yet; may be asked by any thread. */
  public int unread() {
    return arrivals.size();
  }

  /**
   * How many tokens of the task are read with the pages taken so far, as an unsigned number. To be
   * asked when the rows of the last page have been read: the token of the last one is told at no
   * cost then. It lags behind where that token is not known, as of empty pages.
   */
  public long tokensRead() {
    tokensRead += tokensOfPage.getAsLong();
    tokensOfPage = () -> 0;
    return tokensRead;
  }

  private @Nullable Page arrived() throws InterruptedException {
    while (true) {
      ask();
      if (asked.isEmpty()) {
        return null;
      }
      Arrival arrival = arrivals.take();
      asked.remove(arrival.cursor());
      if (arrival.failure() != null) {
        failed(arrival, arrival.failure());
      } else {
        return page(arrival, Objects.requireNonNull(arrival.rows()));
      }
    }
  }

  private Page page(Arrival arrival, AsyncResultSet response) throws InterruptedException {
    tokensRead();
    int rowCount = response.remaining();
    long bytes = Math.max(0, response.getExecutionInfo().getResponseSizeInBytes());
    LastRow rows = new LastRow(response.currentPage(), statements.rowTokens());
    ByteBuffer position = response.getExecutionInfo().getPagingState();
    Cursor rest = null;
    if (position != null) {
      // A page may be short or even empty and still not be the last: only the paging state tells.
      int pageSize = pageSizeOf(response, arrival.pageSize());
      boolean isFull = rowCount > 0 && rowCount == pageSize;
      LongSupplier last = rowCount > 0 && keysAreTold ? rows::token : null;
      Mark mark =
          new Mark(
              position, isFull ? last : null, last == null ? arrival.cursor().lastReached() : last);
      boolean shrunk = pageSize < arrival.pageSize();
      int before = arrival.cursor().mostRows();
      // What was too much here may be so again: pages grow back one after the other.
      int mostRows = shrunk ? pageSize : (int) Math.min(Integer.MAX_VALUE, 2L * before);
      rest = arrival.cursor().at(mark, mostRows);
      waiting.addFirst(hasRoom() ? rest.counted(arrival.cursor()) : rest);
    }
    tokensOfPage = tokensOfPage(arrival.cursor(), rest);
    pageSizer.learn(rowCount, bytes);
    pages++;
    share();
    slice();
    // Ask for the next page before this one is handed on: it travels while this one is written.
    ask();
    sender.throttle(rowCount, bytes);
    return new Page(() -> rows, rowCount, bytes);
  }

  /**
   * @param rest the cursor behind the page; null at the end of the piece
   */
  private static LongSupplier tokensOfPage(Cursor before, @Nullable Cursor rest) {
    long from = before.reached();
    return () ->
        Math.max(from, rest == null ? before.piece().endInclusive() : rest.reached()) - from;
  }

  private void failed(Arrival arrival, Throwable failure) {
    Cursor cursor = arrival.cursor();
    if (pageSizer.isRefused(arrival.pageSize(), failure)) {
      waiting.addFirst(cursor);
      return;
    }
    if (!Failures.isPassing(failure)) {
      throw Failures.notPassing(failure, "Reading token range " + cursor.piece());
    }
    if (Excess.of(failure).isEmpty() || !cursor.isDivisible(values(cursor)) || !cursor.isSound()) {
      throw UnreadableRangeException.of(cursor.piece(), statements.table(), failure);
    }
    List<Cursor> parts = cursor.parts(values(cursor), PageRetries.smallest(arrival.pageSize()));
    Collections.reverse(parts);
    parts.forEach(waiting::addFirst);
  }

  /**
   * Hands over to others what they should read. Before more is asked for: that would be too late.
   */
  private void share() {
    if (!sharing.isWanted() || waiting.stream().allMatch(cursor -> cursor.free().isEmpty())) {
      return;
    }
    ScanRest rest = speed.rest(System.nanoTime(), pages, tokensLeft());
    int parts = sharing.parts(rest);
    if (parts < 2) {
      return;
    }
    // What comes behind one large partition may be much or nothing: who takes it will see.
    Handover handover = rest.isStuck() ? Handover.all(waiting) : Handover.shares(waiting, parts);
    sharing.handOver(handover.given());
    waiting.clear();
    waiting.addAll(handover.kept());
    speed.given(System.nanoTime(), pages, tokensLeft());
  }

  /** Whether more pages could be asked for than there are pieces to ask for. */
  private boolean hasRoom() {
    return sharing.pagesAhead() > Math.max(1, asked.size() + waiting.size());
  }

  /** Reads a partition that goes on and on in slices of its keys, side by side. */
  private void slice() throws InterruptedException {
    Cursor cursor = waiting.peekFirst();
    if (cursor == null
        || cursor.pagesOfToken() < RingSpeed.LEAST_PAGES
        || !cursor.isSound()
        || !hasRoom()) {
      return;
    }
    waiting.removeFirst();
    Cursor partition = cursor.ofLastToken();
    List<Cursor> slices = slices(partition);
    if (slices.isEmpty()) {
      waiting.addFirst(cursor.indivisible());
      return;
    }
    slices.forEach(waiting::addFirst);
    cursor.free().ifPresent(behind -> waiting.addLast(Cursor.at(behind)));
  }

  private List<Cursor> slices(Cursor partition) throws InterruptedException {
    TokenRange values = statements.values();
    if (values == null || !partition.isDivisible(values)) {
      return List.of();
    }
    if (partition.slice() != null) {
      return partition.parts(values, partition.mostRows());
    }
    return statements
        .ends()
        .of(partition.piece(), sender)
        .map(between -> partition.slices(values, between))
        .orElseGet(List::of);
  }

  private double tokensLeft() {
    return Stream.concat(waiting.stream(), asked.stream())
        .mapToDouble(
            cursor -> cursor.free().map(TokenRange::width).map(BigInteger::doubleValue).orElse(0.0))
        .sum();
  }

  private void ask() throws InterruptedException {
    int pagesAhead = sharing.pagesAhead();
    while (asked.size() < pagesAhead && !waiting.isEmpty()) {
      Cursor cursor = waiting.removeFirst();
      int pageSize = Math.min(pageSizer.rows(), cursor.mostRows());
      Request request = request(cursor, pageSize);
      CompletionStage<AsyncResultSet> response =
          asked.isEmpty() ? sender.send(request) : sender.trySend(request);
      if (response == null) {
        waiting.addFirst(cursor);
        return;
      }
      asked.add(cursor);
      response.whenComplete(
          (rows, failure) -> arrivals.add(new Arrival(cursor, pageSize, rows, failure)));
    }
  }

  private Request request(Cursor cursor, int pageSize) {
    ByteBuffer position = cursor.mark() == null ? null : cursor.mark().position();
    return PageRetries.request(
        statements
            .bind(cursor.piece(), cursor.slice())
            .setPagingState(position)
            .setPageSize(pageSize),
        cursor.isDivisible(values(cursor)));
  }

  private @Nullable TokenRange values(Cursor cursor) {
    return cursor.isToken() ? statements.values() : null;
  }

  /** The size that the page was asked for in the end. */
  private static int pageSizeOf(AsyncResultSet page, int first) {
    return page.getExecutionInfo().getRequest() instanceof Statement<?> statement
        ? statement.getPageSize()
        : first;
  }
}
