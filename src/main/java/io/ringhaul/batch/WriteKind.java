package io.ringhaul.batch;

import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.DefaultBatchType;
import com.datastax.oss.driver.api.core.cql.Statement;
import java.util.List;

/** What may be done with a statement, and with which others it may share a batch. */
enum WriteKind {

  /** Writing it twice is writing it once: it is sent again after any passing failure. */
  REPEATABLE(DefaultBatchType.UNLOGGED),

  /** Sent again only if it was surely not applied. */
  ONCE(DefaultBatchType.UNLOGGED),

  /** Like {@link #ONCE}; the server takes counter updates in batches of their own type only. */
  COUNTER(DefaultBatchType.COUNTER);

  private final DefaultBatchType batchType;

  WriteKind(DefaultBatchType batchType) {
    this.batchType = batchType;
  }

  /** The statements, which are of one partition, as one request. */
  Statement<?> request(List<BoundStatement> statements) {
    BoundStatement first = statements.get(0);
    return statements.size() == 1
        ? first
        : BatchStatement.newInstance(batchType)
            .addAll(statements)
            .setRoutingKeyspace(first.getRoutingKeyspace())
            .setRoutingKey(first.getRoutingKey())
            // What they say themselves does not travel.
            .setNowInSeconds(first.getNowInSeconds());
  }

  boolean isRepeatable() {
    return this == REPEATABLE;
  }
}
