package io.ringhaul.internal.batch;

import io.ringhaul.batch.WriteOutcome;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.RowRejectedException;
import io.ringhaul.exceptions.RowsRejectedException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps the refusals that nobody has heard of until somebody does. Thread-safe. */
final class UncollectedRejections implements WriteOutcome {

  /** A bound on what an exception holds, however bad the rows are. */
  private static final int MOST_KEPT = 1_000;

  private final List<RowRejectedException> kept = new ArrayList<>();
  private long count;

  @Override
  public void written(long bytes) {}

  @Override
  public synchronized @Nullable BulkOperationException rejected(RowRejectedException failure) {
    count++;
    if (kept.size() < MOST_KEPT) {
      kept.add(failure);
    }
    return null;
  }

  /**
   * Tells what was refused since the last time.
   *
   * @throws RowsRejectedException if something was
   */
  void tell() {
    RowsRejectedException refused = take();
    if (refused != null) {
      throw refused;
    }
  }

  /** Has another failure tell it as well. */
  <E extends BulkOperationException> E tellWith(E failure) {
    RowsRejectedException refused = take();
    if (refused != null) {
      failure.addSuppressed(refused);
    }
    return failure;
  }

  private synchronized @Nullable RowsRejectedException take() {
    if (count == 0) {
      return null;
    }
    RowsRejectedException refused =
        new RowsRejectedException(
            String.format(
                "%,d statements were refused for what they hold and are left out; correct them and"
                    + " add them again. The first: %s",
                count, kept.get(0).getMessage()),
            count,
            kept);
    count = 0;
    kept.clear();
    return refused;
  }
}
