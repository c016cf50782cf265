package io.ringhaul;

import com.datastax.oss.driver.api.core.cql.Row;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.function.Function;

/** Publishes the rows of a table; each subscriber has a reading of its own. */
final class RowPublisher implements Flow.Publisher<Row> {

  private final TokenAwareBulkOperator operator;
  private final Function<PageSink, BulkOperation<ReadResult>> operation;

  /**
   * @param operation makes a reading that puts its pages into a sink
   */
  RowPublisher(
      TokenAwareBulkOperator operator, Function<PageSink, BulkOperation<ReadResult>> operation) {
    this.operator = operator;
    this.operation = operation;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super Row> subscriber) {
    Objects.requireNonNull(subscriber);
    RowSubscription subscription =
        new RowSubscription(subscriber, sink -> operator.start(operation.apply(sink)));
    subscription.open();
  }
}
