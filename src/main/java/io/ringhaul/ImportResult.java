package io.ringhaul;

import io.ringhaul.monitor.OperationTotals;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/**
 * The result of an import: {@link #rows()} is the number of rows that the cluster acknowledged.
 * That of a job which was resumed is the result of all its runs; bytes, retries and duration are
 * those of the last.
 *
 * @param totals the operation's figures
 * @param jobId names the import
 * @param location where the rows came from
 * @param rowsRead records that were read: those accepted and those rejected, no more and no less
 * @param rejectedRows records that were left out since CQL or the cluster does not take them; see
 *     {@link ImportRequest#onUnrepresentable}
 * @param rejects the file that tells why each of them was left out; empty if none was
 * @param expiredRows rows that were left out since all their cells had expired by then; 0 where the
 *     source tells no times to live
 * @param expiredCells cells that were left out since they had expired by then, those of the rows
 *     left out among them
 */
public record ImportResult(
    OperationTotals totals,
    UUID jobId,
    String location,
    long rowsRead,
    long rejectedRows,
    Optional<Path> rejects,
    long expiredRows,
    long expiredCells)
    implements OperationResult {

  /**
   * Records that were taken: {@link #rows()} of them were written; of the others nothing was to be
   * written, since they had expired or hold nothing that is imported.
   */
  public long acceptedRows() {
    return rowsRead - rejectedRows;
  }
}
