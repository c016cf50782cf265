package io.ringhaul.internal.batch;

import io.ringhaul.batch.WriteOutcome;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.RowRejectedException;
import org.jspecify.annotations.Nullable;

/** Keeps a refusal for the thread that waits for the answer. */
final class AwaitedRefusal implements WriteOutcome {

  private volatile @Nullable RowRejectedException refusal;

  @Override
  public void written(long bytes) {}

  @Override
  public @Nullable BulkOperationException rejected(RowRejectedException refused) {
    refusal = refused;
    return null;
  }

  /** Null if the cluster has taken the statements. */
  @Nullable RowRejectedException refusal() {
    return refusal;
  }
}
