package io.ringhaul.it;

import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.TokenAwareBulkOperator;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;

/** The Reactive Streams TCK for a publisher of rows. */
public class RowPublisherRules extends FlowPublisherVerification<Row> {

  private static final long PATIENCE_MILLIS = 20_000;
  private static final long SILENCE_MILLIS = 50;
  private static final long MOST_ROWS = 1_000;

  private final TokenAwareBulkOperator operator;
  private final String keyspace;

  /**
   * Verifies a publisher over a table.
   *
   * @param keyspace contains a table {@code t} with at least 1,000 rows
   */
  RowPublisherRules(TokenAwareBulkOperator operator, String keyspace) {
    super(new TestEnvironment(PATIENCE_MILLIS, SILENCE_MILLIS));
    this.operator = operator;
    this.keyspace = keyspace;
  }

  @Override
  public long maxElementsFromPublisher() {
    return MOST_ROWS;
  }

  @Override
  public Flow.Publisher<Row> createFlowPublisher(long rows) {
    return rows == 0
        ? operator.read(keyspace, "empty").skipPreflight().publisher()
        : operator.read(keyspace, "t").skipPreflight().maxRows(rows).publisher();
  }

  /** Returns null, because a read starts, and fails, only when rows are requested. */
  @Override
  public Flow.@Nullable Publisher<Row> createFailedFlowPublisher() {
    return null;
  }
}
