package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import io.ringhaul.exceptions.RowRejectedException;
import io.ringhaul.internal.batch.OpenBatches.AddedWrites;
import io.ringhaul.internal.cql.MutationSize;
import io.ringhaul.internal.cql.StatementCatalog;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Finds statements that exceed the server's largest mutation. Thread-safe. */
public final class OversizedWrites {

  private final MutationSize sizes;
  private final StatementCatalog catalog;
  private final long maxMutationBytes;

  /**
   * @param maxMutationBytes empty if unknown; then nothing is rejected here and the server decides
   */
  public OversizedWrites(
      MutationSize sizes, StatementCatalog catalog, OptionalLong maxMutationBytes) {
    this.sizes = sizes;
    this.catalog = catalog;
    this.maxMutationBytes = maxMutationBytes.orElse(Long.MAX_VALUE);
  }

  /** Returns the rejection of oversized writes; null if they can be sent. */
  @Nullable RowRejectedException refusal(AddedWrites writes) {
    if (writes.bytes() <= maxMutationBytes) {
      return null;
    }
    for (BatchableStatement<?> statement : writes.statements()) {
      long bytes = sizes.lowerBound(statement);
      if (bytes > maxMutationBytes) {
        return new RowRejectedException(
            String.format(
                "A row for %s, %s, was not sent: its values have %,d bytes, and the cluster rejects"
                    + " mutations of more than %,d bytes (max_mutation_size). Leave the row out, or"
                    + " ask an administrator to raise max_mutation_size and commitlog_segment_size",
                catalog.traits(statement).table().name(),
                catalog.rowOf(statement),
                bytes,
                maxMutationBytes),
            null);
      }
    }
    return null;
  }
}
