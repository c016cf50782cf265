package io.ringhaul.batch;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.RowRefusedException;
import org.jspecify.annotations.Nullable;

/** Keeps a refusal for the thread that waits for the answer. */
final class AwaitedRefusal implements WriteOutcome {

  private volatile @Nullable RowRefusedException refusal;

  @Override
  public void written(long bytes) {}

  @Override
  public @Nullable BulkOperationException refused(RowRefusedException refused) {
    refusal = refused;
    return null;
  }

  /** Null if the cluster has taken the statements. */
  @Nullable RowRefusedException refusal() {
    return refusal;
  }
}
