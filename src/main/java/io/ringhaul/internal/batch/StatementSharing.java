package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import io.ringhaul.batch.WriteOutcome;
import io.ringhaul.exceptions.UnsuitableBatchException;
import io.ringhaul.internal.batch.OpenBatches.AddedWrites;
import io.ringhaul.internal.batch.OpenBatches.Batch;
import io.ringhaul.internal.batch.OpenBatches.BatchKey;
import io.ringhaul.internal.cql.MutationSize;
import io.ringhaul.internal.cql.StatementCatalog;
import io.ringhaul.internal.cql.StatementTraits;
import io.ringhaul.internal.cql.WriteKind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides which statements of a stream may share a batch, and which batches may share a request.
 * Thread-safe.
 */
public final class StatementSharing implements OpenBatches.Sharing {

  private final StatementCatalog catalog;
  private final Placement placement;
  private final MutationSize sizes;

  public StatementSharing(StatementCatalog catalog, Placement placement, MutationSize sizes) {
    this.catalog = catalog;
    this.placement = placement;
    this.sizes = sizes;
  }

  /**
   * Returns the batch key of statements that were added together.
   *
   * @throws UnsuitableBatchException if the stream does not accept them
   */
  BatchKey of(List<? extends BatchableStatement<?>> together) {
    BatchableStatement<?> first = together.get(0);
    WriteKind kind = WriteKind.REPEATABLE;
    int counters = 0;
    boolean sharesBatch = true;
    for (BatchableStatement<?> statement : together) {
      StatementTraits traits = catalog.traits(statement);
      StatementRules.requireBatchable(statement, traits);
      if (traits.isRead() || traits.isConditional()) {
        throw new UnsuitableBatchException(
            String.format(
                "A stream does not accept a %s, because it returns no results: %s; use execute",
                traits.isRead() ? "read" : "conditional write", catalog.rowOf(statement)));
      }
      counters += traits.kind() == WriteKind.COUNTER ? 1 : 0;
      kind = traits.kind().isRepeatable() ? kind : traits.kind();
      sharesBatch &= !traits.spansPartitions() && traits.replacedLists().isEmpty();
    }
    if (!sharesBatch && together.size() > 1) {
      ReplacedLists.requireOnce(
          together, together.stream().<StatementTraits>map(catalog::traits).toList());
    }
    StatementRules.requireTogether(together, counters);
    // A failed batch of several partitions may be applied in part, so non-idempotent writes keep to
    // one partition.
    RingLocation location = kind.isRepeatable() ? placement.of(first) : Placement.partition(first);
    if (location instanceof RingLocation.Partition partition
        && !StatementRules.tellKeyspace(together)) {
      location = new RingLocation.Partition(null, partition.key());
    }
    boolean goesAlone = !sharesBatch || !StatementRules.tellPartitionAlike(together);
    return new BatchKey(
        goesAlone ? new RingLocation.Alone() : location,
        kind,
        BatchAttributes.of(together, catalog));
  }

  /** Returns the statements with their sizes. */
  AddedWrites writes(
      List<? extends BatchableStatement<?>> together, BatchKey batchKey, WriteOutcome outcome) {
    long bytes = sizes.ofValues(together);
    boolean isOnePartition = batchKey.location().isOnePartition();
    // Only for bound statements: simple statements would have to be parsed again.
    boolean isWhole =
        together.get(0) instanceof BoundStatement first && catalog.hasPartitionsOfOneRow(first);
    return new AddedWrites(
        together,
        bytes,
        isOnePartition ? bytes : sizes.upperBound(together),
        outcome,
        isWhole ? placement.shared(batchKey, together.get(0)) : null);
  }

  @Override
  public @Nullable BatchKey batchKey(Batch batch) {
    return placement.shared(batch.batchKey(), batch.statements().get(0));
  }

  @Override
  public long size(Batch batch) {
    RingLocation.Partition partition = (RingLocation.Partition) batch.batchKey().location();
    return sizes.upperBound(batch.statements(), batch.bytes(), partition.key());
  }
}
