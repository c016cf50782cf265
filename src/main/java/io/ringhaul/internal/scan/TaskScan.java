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
 * Reads the pages of one task in one thread. The number of requested and unread pages is limited by
 * {@link WorkSharing#pagesAhead()}, so memory use does not grow with the table.
 *
 * <p>A failed page is requested again with the same paging state, so each row is returned exactly
 * once. A page that exceeds a limit of the server is requested in smaller sizes; then the range is
 * divided behind the last row returned. Pages of different ranges may arrive in any order. Pages of
 * one range arrive in token order if only one page at a time is allowed.
 */
public final class TaskScan {

  /** The response to a request for a page; retries may have lowered its page size. */
  private record Arrival(
      Cursor cursor, int pageSize, @Nullable AsyncResultSet rows, @Nullable Throwable failure) {}

  private final RangeStatements statements;
  private final RequestSender sender;
  private final PageSizer pageSizer;
  private final WorkSharing sharing;
  private final boolean keysAreUnmasked;
  private final Deque<Cursor> waiting = new ArrayDeque<>();
  private final List<Cursor> asked = new ArrayList<>();
  private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
  private final RingSpeed speed;
  private long pages;
  private long tokensRead;

  /**
   * Supplies the number of tokens between the previous page of the same piece and the current one.
   */
  private LongSupplier tokensOfPage = () -> 0;

  TaskScan(
      ScanTask task,
      RangeStatements statements,
      RequestSender sender,
      PageSizer pageSizer,
      WorkSharing sharing,
      boolean keysAreUnmasked) {
    this.statements = statements;
    this.sender = sender;
    this.pageSizer = pageSizer;
    this.sharing = sharing;
    this.keysAreUnmasked = keysAreUnmasked;
    task.ranges()
        .forEach(range -> range.unwrap().forEach(piece -> waiting.addLast(Cursor.at(piece))));
    this.speed = new RingSpeed(System.nanoTime(), tokensLeft());
  }

  /**
   * Returns the next page, or null at the end of all ranges. The rows of the previous page become
   * invalid.
   *
   * @throws UnreadableRangeException if all attempts to read a page failed; the scan must not be
   *     used afterwards
   * @throws io.ringhaul.exceptions.BulkOperationException if the cluster refuses the query
   */
  public @Nullable Page next() throws InterruptedException {
    WorkerClock clock = WorkerClock.current();
    clock.begin(Stage.WAIT_CLUSTER);
    try {
      return arrived();
    } finally {
      clock.end();
    }
  }

  /** Returns the number of pages that have arrived and are unread. Any thread may call this. */
  public int unread() {
    return arrivals.size();
  }

  /**
   * Returns the number of tokens of the task in the pages returned so far, unsigned. Call it after
   * reading the rows of the last page, when its last token is available at no cost. The number lags
   * behind where that token is unknown, as with empty pages.
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
      // A page may be short or empty without being the last one. Only the paging state shows the
      // end.
      int pageSize = pageSizeOf(response, arrival.pageSize());
      boolean isFull = rowCount > 0 && rowCount == pageSize;
      LongSupplier last = rowCount > 0 && keysAreUnmasked ? rows::token : null;
      Mark mark =
          new Mark(
              position, isFull ? last : null, last == null ? arrival.cursor().lastReached() : last);
      boolean shrunk = pageSize < arrival.pageSize();
      int before = arrival.cursor().mostRows();
      // The next page may exceed the limit too, so pages grow again gradually.
      int mostRows = shrunk ? pageSize : (int) Math.min(Integer.MAX_VALUE, 2L * before);
      rest = arrival.cursor().at(mark, mostRows);
      waiting.addFirst(hasIdlePages() ? rest.counted(arrival.cursor()) : rest);
    }
    tokensOfPage = tokensOfPage(arrival.cursor(), rest);
    pageSizer.learn(rowCount, bytes);
    pages++;
    share();
    slice();
    // Request the next page first, so that it arrives while the caller processes this one.
    ask();
    sender.awaitLimits(rowCount, bytes);
    return new Page(() -> rows, rowCount, bytes);
  }

  /**
   * @param rest the cursor after the page; null at the end of the piece
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
    if (Excess.of(failure).isEmpty()
        || !cursor.isDivisible(values(cursor))
        || !cursor.endsInPiece()) {
      throw UnreadableRangeException.of(cursor.piece(), statements.table(), failure);
    }
    List<Cursor> parts = cursor.parts(values(cursor), PageRetries.smallest(arrival.pageSize()));
    Collections.reverse(parts);
    parts.forEach(waiting::addFirst);
  }

  /**
   * Hands over ranges to other readers. Must run before the next requests, which would include
   * those ranges.
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
    // The rest after one large partition may be large or empty, so all of it is handed over.
    Handover handover = rest.isStuck() ? Handover.all(waiting) : Handover.shares(waiting, parts);
    sharing.handOver(handover.given());
    waiting.clear();
    waiting.addAll(handover.kept());
    speed.given(System.nanoTime(), pages, tokensLeft());
  }

  /** Whether the task has fewer pieces than pages it may request, so that a division would help. */
  private boolean hasIdlePages() {
    return sharing.pagesAhead() > Math.max(1, asked.size() + waiting.size());
  }

  /** Divides a large partition into slices of its keys, to read them in parallel. */
  private void slice() throws InterruptedException {
    Cursor cursor = waiting.peekFirst();
    if (cursor == null
        || cursor.pagesOfToken() < RingSpeed.LEAST_PAGES
        || !cursor.endsInPiece()
        || !hasIdlePages()) {
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
        cursor.piece().endInclusive(),
        cursor.isDivisible(values(cursor)));
  }

  private @Nullable TokenRange values(Cursor cursor) {
    return cursor.isToken() ? statements.values() : null;
  }

  /** Returns the page size of the final attempt. */
  private static int pageSizeOf(AsyncResultSet page, int first) {
    return page.getExecutionInfo().getRequest() instanceof Statement<?> statement
        ? statement.getPageSize()
        : first;
  }

  /**
   * Divides the waiting pieces of a scan between the scan and other readers. Pieces without a page
   * read can be handed over, and of other pieces the tokens after the last row read. The scan keeps
   * a partition that it has partly read.
   *
   * @param kept the cursors that the scan keeps, in the same order
   * @param given the ranges for other readers, in non-empty shares of equal width
   */
  record Handover(List<Cursor> kept, List<List<TokenRange>> given) {

    /** Divides into a number of shares, of which the scan keeps the first. */
    static Handover shares(Collection<Cursor> waiting, int shares) {
      List<List<TokenRange>> all = TokenShares.of(free(waiting), shares);
      return new Handover(
          kept(waiting, all.get(0)),
          all.subList(1, all.size()).stream().filter(share -> !share.isEmpty()).toList());
    }

    /** Hands over everything possible, in one share. */
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
     * @param share the first free ranges, of which the last may be cut
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

  /** The rows of a page, with access to the token of the last row. Used by one thread, once. */
  private static final class LastRow implements Iterator<Row> {

    private final Iterator<Row> rows;
    private final RowTokens tokens;

    /** Rows skipped on the way to the last one, to be returned later. */
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

    /**
     * Returns the token of the last row of the page, which must not be empty. Keeps the rows
     * readable.
     */
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

  /** The speed of a scan along the ring, from its last pages. Used by one thread. */
  static final class RingSpeed {

    /** Fewer pages give no reliable speed. */
    static final int LEAST_PAGES = 4;

    private static final int MOST_SAMPLES = 8;

    private record Sample(long nanos, long pages, double left) {}

    private final Deque<Sample> samples = new ArrayDeque<>();

    /**
     * Starts the measurement.
     *
     * @param nanos the current time
     * @param left number of tokens to read
     */
    RingSpeed(long nanos, double left) {
      samples.add(new Sample(nanos, 0, left));
    }

    /**
     * Estimates the rest of the task from the progress since an earlier call or the start.
     *
     * @param nanos the current time
     * @param pages number of pages read since the start
     * @param left number of tokens still to read
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

    /** Restarts the measurement after a handover of tokens. */
    void given(long nanos, long pages, double left) {
      samples.clear();
      samples.add(new Sample(nanos, pages, left));
    }
  }
}
