package io.ringhaul.scan;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import io.ringhaul.request.Failures;
import io.ringhaul.request.RequestSender;
import io.ringhaul.request.RequestSender.Request;
import io.ringhaul.ring.TokenRange;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
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
 * and once only. Pages of different ranges may come in any order; those of one range come in
 * theirs.
 */
public final class TaskScan {

  /** A piece of a range and how far it has been read. */
  private record Cursor(
      TokenRange piece, BoundStatement statement, @Nullable ByteBuffer position) {}

  private record Arrival(
      Cursor cursor, @Nullable AsyncResultSet rows, @Nullable Throwable failure) {}

  private final RangeStatements statements;
  private final RequestSender sender;
  private final PageSizer pageSizer;
  private final int pagesAhead;
  private final Deque<TokenRange> pieces = new ArrayDeque<>();
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
    task.ranges().forEach(range -> pieces.addAll(range.unwrap()));
  }

  /**
   * The next page; null when every range has been read to its end.
   *
   * @throws UnreadableRangeException if the cluster could not give a page in all the attempts
   *     allowed; the scan must not be used any more
   * @throws io.ringhaul.exceptions.BulkOperationException if the cluster refused the query
   */
  public @Nullable Page next() throws InterruptedException {
    ask();
    if (asked == 0) {
      return null;
    }
    Arrival arrival = arrivals.take();
    asked--;
    if (arrival.failure() != null) {
      throw Failures.isPassing(arrival.failure())
          ? unreadable(arrival.cursor(), arrival.failure())
          : Failures.notPassing(
              arrival.failure(), "Reading token range " + arrival.cursor().piece());
    }
    AsyncResultSet rows = Objects.requireNonNull(arrival.rows());
    ByteBuffer position = rows.getExecutionInfo().getPagingState();
    if (position != null) {
      // A page may be short or even empty and still not be the last: only the paging state tells.
      waiting.addFirst(
          new Cursor(arrival.cursor().piece(), arrival.cursor().statement(), position));
    }
    int rowCount = rows.remaining();
    long bytes = Math.max(0, rows.getExecutionInfo().getResponseSizeInBytes());
    pageSizer.learn(rowCount, bytes);
    // Ask for the next page before this one is handed on: it travels while this one is written.
    ask();
    return new Page(rows.currentPage(), rowCount, bytes);
  }

  private void ask() throws InterruptedException {
    while (asked < pagesAhead) {
      Cursor cursor = nextCursor();
      if (cursor == null) {
        return;
      }
      Request request = request(cursor);
      CompletionStage<AsyncResultSet> response =
          asked == 0 ? sender.send(request) : sender.trySend(request);
      if (response == null) {
        waiting.addFirst(cursor);
        return;
      }
      asked++;
      response.whenComplete((rows, failure) -> arrivals.add(new Arrival(cursor, rows, failure)));
    }
  }

  private @Nullable Cursor nextCursor() {
    if (!waiting.isEmpty()) {
      return waiting.removeFirst();
    }
    TokenRange piece = pieces.pollFirst();
    return piece == null ? null : new Cursor(piece, statements.bind(piece), null);
  }

  private Request request(Cursor cursor) {
    return new Request(
        cursor.statement().setPagingState(cursor.position()).setPageSize(pageSizer.rows()),
        TaskScan::withSmallerPages,
        failure -> true);
  }

  /** After a time-out the same page is asked for again with half the rows. */
  private static Statement<?> withSmallerPages(Statement<?> statement, Throwable failure) {
    return Failures.isTimeout(failure)
        ? statement.setPageSize(Math.max(1, statement.getPageSize() / 2))
        : statement;
  }

  private static UnreadableRangeException unreadable(Cursor cursor, Throwable failure) {
    return new UnreadableRangeException(
        cursor.piece(),
        "Token range " + cursor.piece() + " cannot be read: " + Failures.describe(failure),
        Failures.unwrap(failure));
  }
}
