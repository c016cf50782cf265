package io.ringhaul.batch;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.RowRefusedException;
import io.ringhaul.exceptions.RowsRefusedException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps the refusals that nobody has heard of until somebody does. Thread-safe. */
final class RefusedRows implements WriteOutcome {

  /** A bound on what an exception holds, however bad the rows are. */
  private static final int MOST_KEPT = 1_000;

  private final List<RowRefusedException> kept = new ArrayList<>();
  private long count;

  @Override
  public void written(long bytes) {}

  @Override
  public synchronized @Nullable BulkOperationException refused(RowRefusedException failure) {
    count++;
    if (kept.size() < MOST_KEPT) {
      kept.add(failure);
    }
    return null;
  }

  /**
   * Tells what was refused since the last time.
   *
   * @throws RowsRefusedException if something was
   */
  void tell() {
    RowsRefusedException refused = take();
    if (refused != null) {
      throw refused;
    }
  }

  /** Has another failure tell it as well. */
  <E extends BulkOperationException> E tellWith(E failure) {
    RowsRefusedException refused = take();
    if (refused != null) {
      failure.addSuppressed(refused);
    }
    return failure;
  }

  private synchronized @Nullable RowsRefusedException take() {
    if (count == 0) {
      return null;
    }
    RowsRefusedException refused =
        new RowsRefusedException(
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
