package io.ringhaul.scan;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.Statement;
import io.ringhaul.request.Excess;
import io.ringhaul.request.Failures;
import io.ringhaul.request.RequestSender;
import io.ringhaul.request.RequestSender.Request;
import io.ringhaul.ring.TokenRange;
import io.ringhaul.scan.Cursor.Mark;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The pages of one task, pulled by one thread. A page is asked for only while fewer than {@code
 * pagesAhead} are asked for or unread, so memory does not grow with the table.
 *
 * <p>A page that fails is asked for again with the same paging state, so a row is handed on once
 * and once only. One that is too much for the server is asked for in smaller pages; after that the
 * range is divided behind the last row that was handed on. Pages of different ranges may come in
 * any order; those of one range come in theirs if {@code pagesAhead} is 1.
 */
public final class TaskScan {

  /** The answer to a request for so many rows, which may have been asked for again in fewer. */
  private record Arrival(
      Cursor cursor, int pageSize, @Nullable AsyncResultSet rows, @Nullable Throwable failure) {}

  private final RangeStatements statements;
  private final RequestSender sender;
  private final PageSizer pageSizer;
  private final int pagesAhead;
  private final Deque<Cursor> waiting = new ArrayDeque<>();
  private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
  private int asked;

  TaskScan(
      ScanTask task,
      RangeStatements statements,
      RequestSender sender,
      PageSizer pageSizer,
      int pagesAhead) {
    this.statements = statements;
    this.sender = sender;
    this.pageSizer = pageSizer;
    this.pagesAhead = pagesAhead;
    task.ranges()
        .forEach(range -> range.unwrap().forEach(piece -> waiting.addLast(Cursor.at(piece))));
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
    while (true) {
      ask();
      if (asked == 0) {
        return null;
      }
      Arrival arrival = arrivals.take();
      asked--;
      if (arrival.failure() != null) {
        failed(arrival, arrival.failure());
      } else {
        return page(arrival, Objects.requireNonNull(arrival.rows()));
      }
    }
  }

  private Page page(Arrival arrival, AsyncResultSet response) throws InterruptedException {
    int rowCount = response.remaining();
    long bytes = Math.max(0, response.getExecutionInfo().getResponseSizeInBytes());
    LastRow rows = new LastRow(response.currentPage(), statements.rowTokens());
    ByteBuffer position = response.getExecutionInfo().getPagingState();
    if (position != null) {
      // A page may be short or even empty and still not be the last: only the paging state tells.
      int pageSize = pageSizeOf(response, arrival.pageSize());
      Mark mark = new Mark(position, rowCount > 0 && rowCount == pageSize ? rows::token : null);
      boolean shrunk = pageSize < arrival.pageSize();
      int before = arrival.cursor().mostRows();
      // What was too much here may be so again: pages grow back one after the other.
      int mostRows = shrunk ? pageSize : (int) Math.min(Integer.MAX_VALUE, 2L * before);
      waiting.addFirst(arrival.cursor().at(mark, mostRows));
    }
    pageSizer.learn(rowCount, bytes);
    // Ask for the next page before this one is handed on: it travels while this one is written.
    ask();
    sender.throttle(rowCount, bytes);
    return new Page(() -> rows, rowCount, bytes);
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

  private void ask() throws InterruptedException {
    while (asked < pagesAhead && !waiting.isEmpty()) {
      Cursor cursor = waiting.removeFirst();
      int pageSize = Math.min(pageSizer.rows(), cursor.mostRows());
      Request request = request(cursor, pageSize);
      CompletionStage<AsyncResultSet> response =
          asked == 0 ? sender.send(request) : sender.trySend(request);
      if (response == null) {
        waiting.addFirst(cursor);
        return;
      }
      asked++;
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
