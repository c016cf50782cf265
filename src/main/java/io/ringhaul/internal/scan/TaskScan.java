package io.ringhaul.internal.scan;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.Statement;
import io.ringhaul.internal.metrics.WorkerClock;
import io.ringhaul.internal.request.Excess;
import io.ringhaul.internal.request.Failures;
import io.ringhaul.internal.request.Request;
import io.ringhaul.internal.request.RequestSender;
import io.ringhaul.internal.ring.TokenShares;
import io.ringhaul.internal.scan.Cursor.Mark;
import io.ringhaul.monitor.Stage;
import io.ringhaul.schema.TokenRange;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
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

  /**
   * What waits in a scan, divided into what it keeps and what others are to read. Pieces that are
   * not begun can be given away, and of those that are begun the tokens behind the last row that
   * was read; a partition that is begun stays.
   *
   * @param kept what the scan goes on with, in the order of before
   * @param given what others read, in shares of equal width, none of them empty
   */
  record Handover(List<Cursor> kept, List<List<TokenRange>> given) {

    /** Divides into so many shares, of which the first is kept. */
    static Handover shares(Collection<Cursor> waiting, int shares) {
      List<List<TokenRange>> all = TokenShares.of(free(waiting), shares);
      return new Handover(
          kept(waiting, all.get(0)),
          all.subList(1, all.size()).stream().filter(share -> !share.isEmpty()).toList());
    }

    /** Gives all away that can be given, in one share. */
    static Handover all(Collection<Cursor> waiting) {
      List<TokenRange> free = free(waiting);
      return new Handover(kept(waiting, List.of()), free.isEmpty() ? List.of() : List.of(free));
    }

    private static List<TokenRange> free(Collection<Cursor> waiting) {
      List<TokenRange> free = new ArrayList<>();
      waiting.forEach(cursor -> cursor.free().ifPresent(free::add));
      return free;
    }

    /**
     * @param share the first of the free ranges, the last of them perhaps in part
     */
    private static List<Cursor> kept(Collection<Cursor> waiting, List<TokenRange> share) {
      List<Cursor> kept = new ArrayList<>();
      int next = 0;
      for (Cursor cursor : waiting) {
        if (cursor.free().isEmpty()) {
          kept.add(cursor);
        } else if (next < share.size()) {
          kept.add(cursor.upTo(share.get(next).endInclusive()));
          next++;
        } else if (cursor.mark() != null) {
          kept.add(cursor.upTo(cursor.lastToken()));
        }
      }
      return kept;
    }
  }

  /** The rows of a page, which tells the token of the last. Used by one thread, once. */
  private static final class LastRow implements Iterator<Row> {

    private final Iterator<Row> rows;
    private final RowTokens tokens;

    /** Rows that were passed on the way to the last one and are still to be handed on. */
    private final Deque<Row> passed = new ArrayDeque<>();

    private @Nullable Row last;
    private OptionalLong token = OptionalLong.empty();

    LastRow(Iterable<Row> rows, RowTokens tokens) {
      this.rows = rows.iterator();
      this.tokens = tokens;
    }

    @Override
    public boolean hasNext() {
      return !passed.isEmpty() || rows.hasNext();
    }

    @Override
    public Row next() {
      if (!passed.isEmpty()) {
        return passed.removeFirst();
      }
      last = rows.next();
      return last;
    }

    /** The token of the page's last row, which is not empty. Its rows can be read all the same. */
    long token() {
      if (token.isEmpty()) {
        while (rows.hasNext()) {
          last = rows.next();
          passed.addLast(last);
        }
        token = OptionalLong.of(tokens.of(Objects.requireNonNull(last, "the page is empty")));
      }
      return token.getAsLong();
    }
  }

  /** How fast a scan gets along the ring, by its last pages. Used by one thread. */
  static final class RingSpeed {

    /** Over fewer pages a speed is chance. */
    static final int LEAST_PAGES = 4;

    private static final int MOST_SAMPLES = 8;

    private record Sample(long nanos, long pages, double left) {}

    private final Deque<Sample> samples = new ArrayDeque<>();

    /**
     * Begins.
     *
     * @param nanos the time
     * @param left how many tokens there are to read
     */
    RingSpeed(long nanos, double left) {
      samples.add(new Sample(nanos, 0, left));
    }

    /**
     * What is left, judged by the way since an earlier call or the start.
     *
     * @param nanos the time
     * @param pages how many pages were read since the start
     * @param left how many tokens are still to read
     */
    ScanRest rest(long nanos, long pages, double left) {
      Sample now = new Sample(nanos, pages, left);
      while (samples.size() > 1 && pages - samples.getFirst().pages() > MOST_SAMPLES) {
        samples.removeFirst();
      }
      Sample from = samples.getFirst();
      samples.addLast(now);
      double way = from.left() - left;
      long pagesOfWay = pages - from.pages();
      if (pagesOfWay < LEAST_PAGES) {
        return ScanRest.UNKNOWN;
      }
      if (way <= 0) {
        return new ScanRest(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
      }
      double parts = left / way;
      return new ScanRest(parts * (nanos - from.nanos()) / 1e9, parts * pagesOfWay);
    }

    /** The task has given some of its tokens away. */
    void given(long nanos, long pages, double left) {
      samples.clear();
      samples.add(new Sample(nanos, pages, left));
    }
  }
}
