package io.ringhaul;

import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.OperationCancelledException;
import io.ringhaul.internal.operation.PageSink;
import io.ringhaul.internal.scan.Page;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a table in no order. Reads ahead by {@value #PAGES_AHEAD} pages in addition to the
 * pages in flight. Used by one thread; any thread may call {@link #close()}.
 *
 * <pre>{@code
 * try (RowIterator rows = operator.read("store", "orders").rows()) {
 *   while (rows.hasNext()) {
 *     handle(rows.next());
 *   }
 * }
 * }</pre>
 */
public final class RowIterator implements Iterator<Row>, AutoCloseable {

  private static final int PAGES_AHEAD = 4;

  /** An entry of the queue: the rows of a page, or the end of the read. */
  private record Signal(@Nullable List<Row> rows, @Nullable Throwable failure) {}

  private static final Signal END = new Signal(null, null);

  private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();

  /** Bounds the pages in the queue; the end of the read takes no slot. */
  private final Semaphore slots = new Semaphore(PAGES_AHEAD);

  private volatile @Nullable CompletableFuture<?> reading;
  private volatile boolean closed;

  /** Used by the thread that takes the rows. */
  private Iterator<Row> rows = Collections.emptyIterator();

  private @Nullable Signal end;

  private RowIterator() {}

  /**
   * Starts to read.
   *
   * @param start starts a read into a sink
   */
  static RowIterator over(Function<PageSink, CompletableFuture<?>> start) {
    RowIterator rows = new RowIterator();
    CompletableFuture<?> started;
    try {
      started = start.apply(rows::add);
    } catch (RuntimeException e) {
      started = CompletableFuture.failedFuture(e);
    }
    rows.reading = started;
    started.whenComplete((result, thrown) -> rows.signals.add(ending(thrown)));
    return rows;
  }

  private static Signal ending(@Nullable Throwable thrown) {
    if (thrown == null) {
      return END;
    }
    boolean isWrapped = thrown instanceof CompletionException && thrown.getCause() != null;
    return new Signal(null, isWrapped ? thrown.getCause() : thrown);
  }

  /**
   * Whether there is another row; waits for it.
   *
   * @throws BulkOperationException if the read fails, if the calling thread is interrupted, or if
   *     this iterator was closed
   */
  @Override
  public boolean hasNext() {
    while (end == null) {
      if (closed) {
        throw new BulkOperationException("The rows were closed", null);
      }
      if (rows.hasNext()) {
        return true;
      }
      take();
    }
    if (end.failure() != null) {
      throw failed(end.failure());
    }
    return false;
  }

  /**
   * The next row.
   *
   * @throws NoSuchElementException if there is none
   * @throws BulkOperationException as {@link #hasNext()} does
   */
  @Override
  public Row next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return rows.next();
  }

  /** The rows as a sequential stream; closing it closes this iterator. */
  public Stream<Row> stream() {
    int traits = Spliterator.NONNULL | Spliterator.IMMUTABLE;
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(this, traits), false)
        .onClose(this::close);
  }

  /** Ends the read. {@link #hasNext()} and {@link #next()} then throw. */
  @Override
  public void close() {
    closed = true;
    cancel();
    signals.clear();
    // Wakes a thread that waits for a page.
    signals.add(END);
  }

  private void cancel() {
    CompletableFuture<?> running = reading;
    if (running != null) {
      running.cancel(true);
    }
  }

  private void take() {
    Signal signal;
    try {
      signal = signals.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      cancel();
      signal = new Signal(null, e);
    }
    if (signal.rows() == null) {
      end = closed ? null : signal;
    } else {
      rows = signal.rows().iterator();
      slots.release();
    }
  }

  /** Takes a page from a thread of the read, which waits for a slot. */
  private void add(Page page) throws InterruptedException {
    // The rows of a page are only valid during this call.
    List<Row> held = new ArrayList<>(page.rowCount());
    page.rows().forEach(held::add);
    if (held.isEmpty()) {
      return;
    }
    slots.acquire();
    if (closed) {
      slots.release();
      return;
    }
    signals.add(new Signal(held, null));
  }

  private static BulkOperationException failed(Throwable failure) {
    if (failure instanceof BulkOperationException known) {
      return known;
    }
    if (failure instanceof InterruptedException interrupt) {
      return new OperationCancelledException("Reading was interrupted", interrupt);
    }
    return new BulkOperationException("Reading failed: " + failure.getMessage(), failure);
  }
}
