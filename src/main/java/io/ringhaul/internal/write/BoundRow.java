package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.cql.BoundStatement;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is written for one row.
 *
 * @param statements write the row itself: on one partition, executed together in this order; empty
 *     if the row has nothing of its own
 * @param shared write columns that all rows of the partition share; executed before the statements,
 *     one after the other
 * @param expiredCells cells left out because they have expired
 * @param isExpired whether all cells of the row have expired
 */
public record BoundRow(
    List<BoundStatement> statements, List<Shared> shared, int expiredCells, boolean isExpired) {

  /**
   * A write of shared columns.
   *
   * @param statements executed together
   * @param once remembers the partitions that have had the write; null to write in any case
   * @param partition the partition's key
   * @param look finds a row with a value if the partition has had the write; null to write without
   *     a look
   */
  public record Shared(
      List<BoundStatement> statements,
      @Nullable OncePerPartition once,
      ByteBuffer partition,
      @Nullable BoundStatement look) {}

  /** A row that has nothing but its own statements. */
  static BoundRow of(List<BoundStatement> statements) {
    return new BoundRow(statements, List.of(), 0, false);
  }

  /** The row with nothing to write. */
  BoundRow withoutWrites() {
    return new BoundRow(List.of(), List.of(), expiredCells, isExpired);
  }
}
