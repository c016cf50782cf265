package io.ringhaul;

import io.ringhaul.monitor.OperationTotals;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The result of an import: {@link #rows()} is the number of rows that the cluster acknowledged. The
 * result of a resumed job covers all its runs; bytes, retries and duration are those of the last
 * run.
 *
 * @param totals the operation's figures
 * @param jobId the id of the import's job
 * @param location the location of the source
 * @param rowsRead records read: accepted plus rejected
 * @param rejectedRows records rejected because CQL cannot represent them or the cluster refuses
 *     them; see {@link ImportRequest#onUnrepresentable}
 * @param rejects the file with the reason of each rejected row; empty if none was rejected
 * @param expiredRows rows not written because all their cells had expired; 0 for a source without
 *     TTLs
 * @param expiredCells cells not written because they had expired, including those of expired rows
 * @param missingIndexesAndViews the CQL statements that create the indexes and materialized views
 *     which the source table has and the table lacks, after {@link ImportRequest#createTable()};
 *     {@link ImportRequest#createIndexesAndViews()} creates them
 */
public record ImportResult(
    OperationTotals totals,
    UUID jobId,
    String location,
    long rowsRead,
    long rejectedRows,
    Optional<Path> rejects,
    long expiredRows,
    long expiredCells,
    List<String> missingIndexesAndViews)
    implements OperationResult {

  public ImportResult {
    missingIndexesAndViews = List.copyOf(missingIndexesAndViews);
  }

  /**
   * Records accepted: {@link #rows()} of them were written; the others had expired or had no value
   * to import.
   */
  public long acceptedRows() {
    return rowsRead - rejectedRows;
  }
}
