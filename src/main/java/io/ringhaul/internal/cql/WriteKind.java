package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.cql.DefaultBatchType;

/** What may be done with a statement, and with which others it may share a batch. */
public enum WriteKind {

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

  /** The type of the batches in which statements of this kind go. */
  public DefaultBatchType batchType() {
    return batchType;
  }

  /** Whether writing it twice is writing it once. */
  public boolean isRepeatable() {
    return this == REPEATABLE;
  }
}
