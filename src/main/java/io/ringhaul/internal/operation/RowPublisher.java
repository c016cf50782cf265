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

/** Publishes the rows of a table; each subscriber has a reading of its own. */
public final class RowPublisher implements Flow.Publisher<Row> {

  private final Function<PageSink, CompletableFuture<?>> reading;

  /**
   * @param reading starts a reading that puts its pages into a sink
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
   * One reading, handed to a subscriber as it asks for rows. Each thread that reads waits until its
   * page is taken, so that there are no more pages in memory than threads and what these have asked
   * for ahead.
   *
   * <p>Signals are sent by one thread at a time: by whichever has something to do while no other is
   * at it, as the rules of {@link Flow.Subscriber} ask for.
   */
  public static final class RowSubscription implements Flow.Subscription, PageSink {

    private static final Logger LOG = LoggerFactory.getLogger(RowSubscription.class);

    /** A page that a thread of the reading waits to see taken. */
    private record Handover(Iterator<Row> rows, CountDownLatch taken) {}

    private final Flow.Subscriber<? super Row> subscriber;
    private final Function<PageSink, CompletableFuture<?>> start;
    private final Queue<Handover> pages = new ConcurrentLinkedQueue<>();
    private final AtomicLong demand = new AtomicLong();

    /** How often there was something to do since the thread that sends began. */
    private final AtomicInteger work = new AtomicInteger();

    private volatile @Nullable CompletableFuture<?> reading;
    private volatile @Nullable Throwable failure;
    private volatile boolean ended;
    private volatile boolean cancelled;

    /** Of the thread that sends. */
    private @Nullable Handover current;

    /**
     * @param start starts the reading into a sink
     */
    public RowSubscription(
        Flow.Subscriber<? super Row> subscriber, Function<PageSink, CompletableFuture<?>> start) {
      this.subscriber = subscriber;
      this.start = start;
    }

    /** Tells the subscriber that it is subscribed; it hears nothing else until it knows. */
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
                "A subscriber asked for " + rows + " rows; ask for 1 or more"));
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

    /** The first end counts. */
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

    /** Sends what can be sent, unless another thread is at it: that one goes on then. */
    private void drain() {
      if (work.getAndIncrement() == 0) {
        sendAll();
      }
    }

    /**
     * Sends until there is nothing to do. Whatever fails, the threads of the reading are let go.
     */
    private void sendAll() {
      @Nullable Error error = null;
      int done = 1;
      while (done != 0) {
        try {
          send();
        } catch (Throwable e) {
          // A subscriber must not throw: it is cancelled and hears no more.
          LOG.warn("The subscriber failed, and the reading is ended", e);
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

    /** Lets the threads of the reading go. */
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
