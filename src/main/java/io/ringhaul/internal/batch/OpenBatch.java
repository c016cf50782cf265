package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import io.ringhaul.internal.batch.OpenBatches.Batch;
import io.ringhaul.internal.batch.OpenBatches.BatchKey;
import io.ringhaul.internal.batch.OpenBatches.Unit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A batch that is still filling. Not thread-safe. */
final class OpenBatch {

  private final BatchKey batchKey;
  private final List<Unit> units = new ArrayList<>();
  private final List<BatchableStatement<?>> all = new ArrayList<>();
  private final long opened;
  private final long generation;
  private long bytes;
  private long counted;

  /** Its neighbours in the list of {@link BatchesBySize} that it is in. */
  @Nullable OpenBatch before;

  @Nullable OpenBatch after;

  /** Its neighbours in {@link BatchesByUse}. */
  @Nullable OpenBatch usedBefore;

  @Nullable OpenBatch usedAfter;

  /** How many statements the buffer had taken when this was added to last. */
  long used;

  /**
   * @param opened when, in nanoseconds of the buffer's clock
   */
  OpenBatch(BatchKey batchKey, long opened, long generation) {
    this.batchKey = batchKey;
    this.opened = opened;
    this.generation = generation;
  }

  void add(Unit unit) {
    units.add(unit);
    for (int i = 0; i < unit.statements().size(); i++) {
      all.add(unit.statements().get(i));
    }
    bytes += unit.bytes();
    counted += unit.counted();
  }

  BatchKey batchKey() {
    return batchKey;
  }

  long opened() {
    return opened;
  }

  long generation() {
    return generation;
  }

  int statements() {
    return all.size();
  }

  /** The size of its values. */
  long bytes() {
    return bytes;
  }

  /** What counts for the limit of bytes. */
  long counted() {
    return counted;
  }

  /** What it holds, once it takes nothing more. */
  Batch closed() {
    return new Batch(batchKey, units, all, bytes, generation);
  }
}
