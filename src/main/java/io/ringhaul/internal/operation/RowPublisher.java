package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.internal.scan.Page;
import java.util.Iterator;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes the rows of a table; each subscriber starts its own read. */
public final class RowPublisher implements Flow.Publisher<Row> {

  private final Function<PageSink, CompletableFuture<?>> reading;

  /**
   * @param reading starts a read that gives its pages to a sink
   */
  public RowPublisher(Function<PageSink, CompletableFuture<?>> reading) {
    this.reading = reading;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super Row> subscriber) {
    Objects.requireNonNull(subscriber);
    RowSubscription subscription = new RowSubscription(subscriber, reading);
    subscription.open();
  }

  /**
   * One read, whose rows go to a subscriber on demand. Each reading thread waits until the
   * subscriber has received its page, so memory holds at most one page for each thread and the
   * pages requested ahead.
   *
   * <p>One thread at a time sends signals, as {@link Flow.Subscriber} requires: a thread with a new
   * signal sends it unless another thread is sending, which then sends it too.
   */
  public static final class RowSubscription implements Flow.Subscription, PageSink {

    private static final Logger LOG = LoggerFactory.getLogger(RowSubscription.class);

    /** A page and the latch that releases its reading thread. */
    private record Handover(Iterator<Row> rows, CountDownLatch taken) {}

    private final Flow.Subscriber<? super Row> subscriber;
    private final Function<PageSink, CompletableFuture<?>> start;
    private final Queue<Handover> pages = new ConcurrentLinkedQueue<>();
    private final AtomicLong demand = new AtomicLong();

    /** The number of new signals since the sending thread started. */
    private final AtomicInteger work = new AtomicInteger();

    private volatile @Nullable CompletableFuture<?> reading;
    private volatile @Nullable Throwable failure;
    private volatile boolean ended;
    private volatile boolean cancelled;

    /** Used by the sending thread only. */
    private @Nullable Handover current;

    /**
     * @param start starts a read that gives its pages to a sink
     */
    public RowSubscription(
        Flow.Subscriber<? super Row> subscriber, Function<PageSink, CompletableFuture<?>> start) {
      this.subscriber = subscriber;
      this.start = start;
    }

    /** Calls {@code onSubscribe}; no other signal is sent before that call returns. */
    public void open() {
      work.set(1);
      try {
        subscriber.onSubscribe(this);
      } catch (Throwable e) {
        cancel();
        throw e;
      } finally {
        sendAll();
      }
    }

    @Override
    public void request(long rows) {
      if (rows < 1) {
        end(
            new IllegalArgumentException(
                "A subscriber requested " + rows + " rows; request 1 or more"));
        return;
      }
      demand.accumulateAndGet(rows, (have, more) -> have + more < 0 ? Long.MAX_VALUE : have + more);
      begin();
      drain();
    }

    private void begin() {
      CompletableFuture<?> started = new CompletableFuture<>();
      synchronized (this) {
        if (reading != null || cancelled || ended) {
          return;
        }
        try {
          started = start.apply(this);
        } catch (RuntimeException e) {
          started.completeExceptionally(e);
        }
        reading = started;
      }
      started.whenComplete((result, thrown) -> end(thrown));
    }

    /** Ends the read; only the first call has an effect. */
    private void end(@Nullable Throwable thrown) {
      synchronized (this) {
        if (ended) {
          return;
        }
        failure =
            thrown instanceof CompletionException && thrown.getCause() != null
                ? thrown.getCause()
                : thrown;
        ended = true;
      }
      drain();
    }

    @Override
    public void cancel() {
      cancelled = true;
      CompletableFuture<?> running;
      synchronized (this) {
        running = reading;
      }
      if (running != null) {
        running.cancel(true);
      }
      drain();
    }

    @Override
    public void accept(Page page) throws InterruptedException {
      Handover handover = new Handover(page.rows().iterator(), new CountDownLatch(1));
      pages.add(handover);
      drain();
      handover.taken().await();
    }

    /** Sends pending signals, unless another thread is sending, which then continues with them. */
    private void drain() {
      if (work.getAndIncrement() == 0) {
        sendAll();
      }
    }

    /** Sends until no signal is pending. On any failure, releases the reading threads. */
    private void sendAll() {
      @Nullable Error error = null;
      int done = 1;
      while (done != 0) {
        try {
          send();
        } catch (Throwable e) {
          // A subscriber must not throw: its subscription is cancelled.
          LOG.warn("The subscriber failed; the read is cancelled", e);
          cancel();
          error = e instanceof Error grave ? grave : error;
        }
        done = work.addAndGet(-done);
      }
      if (error != null) {
        throw error;
      }
    }

    private void send() {
      while (!cancelled) {
        if (current == null) {
          current = pages.poll();
        }
        if (current == null || (failure != null && ended)) {
          break;
        }
        @Nullable Row row;
        try {
          boolean isTaken = !current.rows().hasNext();
          if (!isTaken && demand.get() == 0) {
            return;
          }
          row = isTaken ? null : current.rows().next();
        } catch (RuntimeException e) {
          end(e);
          continue;
        }
        if (row == null) {
          current.taken().countDown();
          current = null;
        } else {
          demand.getAndUpdate(left -> left == Long.MAX_VALUE ? left : left - 1);
          subscriber.onNext(row);
        }
      }
      if (cancelled) {
        release();
      } else if (ended) {
        cancelled = true;
        release();
        Throwable thrown = failure;
        if (thrown == null) {
          subscriber.onComplete();
        } else {
          subscriber.onError(thrown);
          CompletableFuture<?> running = reading;
          if (running != null) {
            running.cancel(true);
          }
        }
      }
    }

    /** Releases the reading threads. */
    private void release() {
      if (current != null) {
        current.taken().countDown();
        current = null;
      }
      for (Handover each = pages.poll(); each != null; each = pages.poll()) {
        each.taken().countDown();
      }
    }
  }
}
