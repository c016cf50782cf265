package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.cql.Row;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Function;

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
}
