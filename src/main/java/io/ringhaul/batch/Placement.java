package io.ringhaul.batch;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import java.nio.ByteBuffer;

/** Tells by a {@link Grouping} which statements may share a batch. Thread-safe. */
final class Placement {

  private final Grouping grouping;

  Placement(CqlSession session, Grouping grouping) {
    this.grouping = grouping;
  }

  /** Where the statement belongs; {@link Place.Unknown} if it is to go alone. */
  Place of(BatchableStatement<?> statement) {
    if (grouping == Grouping.NONE) {
      return new Place.Anywhere();
    }
    return partition(statement);
  }

  /** The statement's partition; {@link Place.Unknown} if it does not tell it. */
  static Place partition(BatchableStatement<?> statement) {
    ByteBuffer key = statement.getRoutingKey();
    return key == null
        ? new Place.Unknown()
        : new Place.Partition(statement.getRoutingKeyspace(), key);
  }
}
