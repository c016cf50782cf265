package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import io.ringhaul.exceptions.RowRejectedException;
import io.ringhaul.internal.batch.OpenBatches.Unit;
import io.ringhaul.internal.cql.MutationSize;
import io.ringhaul.internal.cql.StatementCatalog;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Finds statements that are larger than any mutation that the cluster takes. Thread-safe. */
public final class OversizedWrites {

  private final MutationSize sizes;
  private final StatementCatalog catalog;
  private final long maxMutationBytes;

  /**
   * @param maxMutationBytes empty if it is not known: the server decides then
   */
  public OversizedWrites(
      MutationSize sizes, StatementCatalog catalog, OptionalLong maxMutationBytes) {
    this.sizes = sizes;
    this.catalog = catalog;
    this.maxMutationBytes = maxMutationBytes.orElse(Long.MAX_VALUE);
  }

  /** Why the statements are not to be sent; null if they are. */
  @Nullable RowRejectedException refusal(Unit unit) {
    if (unit.bytes() <= maxMutationBytes) {
      return null;
    }
    for (BatchableStatement<?> statement : unit.statements()) {
      long bytes = sizes.lowerBound(statement);
      if (bytes > maxMutationBytes) {
        return new RowRejectedException(
            String.format(
                "A row for %s, %s, is not sent: its values have %,d bytes, and the cluster refuses"
                    + " a mutation of more than %,d (max_mutation_size). Leave the row out, or"
                    + " have an administrator raise max_mutation_size and commitlog_segment_size",
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
