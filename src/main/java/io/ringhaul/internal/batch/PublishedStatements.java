package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.internal.request.Failures;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Passes statements of a publisher to the calling thread, which writes them. The publisher's
 * threads never wait for the cluster, and the demand is bounded.
 */
public final class PublishedStatements implements Flow.Subscriber<BatchableStatement<?>> {

  /** Maximum outstanding demand. */
  private static final int AHEAD = 512;

  /** The last element of the queue. */
  private record End(@Nullable Throwable failure) {}

  private final BlockingQueue<Object> given = new LinkedBlockingQueue<>();
  private volatile Flow.@Nullable Subscription subscription;

  /** Whether the calling thread takes no more statements. */
  private volatile boolean isOver;

  private PublishedStatements() {}

  /** Writes one statement; may block. */
  public interface Writing {
    void write(BatchableStatement<?> statement) throws InterruptedException;
  }

  /**
   * Writes each statement on the calling thread, and cancels the subscription in all cases.
   *
   * @return number of statements written
   * @throws BulkOperationException if the publisher fails
   */
  public static long forEach(
      Flow.Publisher<? extends BatchableStatement<?>> publisher, Writing writing)
      throws InterruptedException {
    PublishedStatements statements = new PublishedStatements();
    try {
      publisher.subscribe(statements);
      return statements.writeAll(writing);
    } finally {
      statements.isOver = true;
      Flow.Subscription open = statements.subscription;
      if (open != null) {
        open.cancel();
      }
    }
  }

  private long writeAll(Writing writing) throws InterruptedException {
    long written = 0;
    while (true) {
      Object next = given.take();
      if (next instanceof End end) {
        if (end.failure() != null) {
          throw Failures.notPassing(end.failure(), "The publisher of statements");
        }
        return written;
      }
      writing.write((BatchableStatement<?>) next);
      written++;
      Flow.Subscription open = subscription;
      if (open != null && written % (AHEAD / 2) == 0) {
        open.request(AHEAD / 2);
      }
    }
  }

  @Override
  public void onSubscribe(Flow.Subscription opened) {
    if (subscription != null) {
      opened.cancel();
      return;
    }
    subscription = opened;
    // Second: one of the two threads sees what the other one has set.
    if (isOver) {
      opened.cancel();
      return;
    }
    opened.request(AHEAD);
  }

  @Override
  public void onNext(BatchableStatement<?> statement) {
    given.add(statement);
  }

  @Override
  public void onError(Throwable failure) {
    given.add(new End(failure));
  }

  @Override
  public void onComplete() {
    given.add(new End(null));
  }
}
