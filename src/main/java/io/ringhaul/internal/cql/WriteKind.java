package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.cql.DefaultBatchType;

/** Determines how a statement may be retried and which statements may share its batch. */
public enum WriteKind {

  /**
   * Writing twice has the same effect as once, so the statement is retried after any transient
   * failure.
   */
  REPEATABLE(DefaultBatchType.UNLOGGED),

  /** Retried only if the statement was certainly not applied. */
  ONCE(DefaultBatchType.UNLOGGED),

  /** Same as {@link #ONCE}; the server accepts counter updates only in counter batches. */
  COUNTER(DefaultBatchType.COUNTER);

  private final DefaultBatchType batchType;

  WriteKind(DefaultBatchType batchType) {
    this.batchType = batchType;
  }

  /** Returns the type of batch for statements of this kind. */
  public DefaultBatchType batchType() {
    return batchType;
  }

  /** Returns whether writing twice has the same effect as once. */
  public boolean isRepeatable() {
    return this == REPEATABLE;
  }
}
