package io.ringhaul.internal.batch;

import org.jspecify.annotations.Nullable;

/**
 * Open batches in the order in which they were added to last. As with {@link BatchesBySize} the
 * list is linked through the batches: nothing is allocated and nothing is looked up. Not
 * thread-safe.
 */
final class BatchesByUse {

  private @Nullable OpenBatch first;
  private @Nullable OpenBatch last;

  /** Adds a batch as the one that was used last. */
  void add(OpenBatch batch) {
    OpenBatch before = last;
    batch.usedBefore = before;
    if (before == null) {
      first = batch;
    } else {
      before.usedAfter = batch;
    }
    last = batch;
  }

  /** Takes out a batch that is in here. */
  void remove(OpenBatch batch) {
    OpenBatch before = batch.usedBefore;
    OpenBatch after = batch.usedAfter;
    if (before == null) {
      first = after;
    } else {
      before.usedAfter = after;
    }
    if (after == null) {
      last = before;
    } else {
      after.usedBefore = before;
    }
    batch.usedBefore = null;
    batch.usedAfter = null;
  }

  /** The one that was not added to for longest; null if there is none. */
  @Nullable OpenBatch leastRecent() {
    return first;
  }
}
