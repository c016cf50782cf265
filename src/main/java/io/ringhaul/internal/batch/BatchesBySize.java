package io.ringhaul.internal.batch;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Open batches by their number of statements, each number's in a list in the order in which they
 * came to it. A row that is added moves a batch from one list to the next, so the lists are linked
 * through the batches: nothing is allocated and nothing is looked up. Not thread-safe.
 */
final class BatchesBySize {

  private @Nullable OpenBatch[] first = new OpenBatch[0];
  private @Nullable OpenBatch[] last = new OpenBatch[0];

  /** No list of a greater number holds anything. */
  private int greatest;

  /** Adds a batch, which must not change its number as long as it is in here. */
  void add(OpenBatch batch) {
    int size = batch.statements();
    if (size >= first.length) {
      int length = Math.max(size + 1, 2 * first.length);
      first = Arrays.copyOf(first, length);
      last = Arrays.copyOf(last, length);
    }
    OpenBatch before = last[size];
    batch.before = before;
    if (before == null) {
      first[size] = batch;
    } else {
      before.after = batch;
    }
    last[size] = batch;
    greatest = Math.max(greatest, size);
  }

  /** Takes out a batch that is in here. */
  void remove(OpenBatch batch) {
    int size = batch.statements();
    OpenBatch before = batch.before;
    OpenBatch after = batch.after;
    if (before == null) {
      first[size] = after;
    } else {
      before.after = after;
    }
    if (after == null) {
      last[size] = before;
    } else {
      after.before = before;
    }
    batch.before = null;
    batch.after = null;
  }

  /**
   * The batch from which the server is spared most; of equal ones the oldest. There must be one.
   */
  OpenBatch longest() {
    while (greatest > 0 && first[greatest] == null) {
      greatest--;
    }
    return Objects.requireNonNull(first[greatest]);
  }
}
