package io.ringhaul;

import io.ringhaul.progress.OperationTotals;

/**
 * The result of an import: {@link #rows()} is the number of rows that the cluster acknowledged.
 *
 * @param totals the operation's figures
 * @param location where the rows came from
 * @param expiredRows rows that were left out since all their cells had expired by then; 0 where the
 *     source tells no times to live
 * @param expiredCells cells that were left out since they had expired by then, those of the rows
 *     left out among them
 * @param rejectedRows records that were left out since CQL cannot hold them; see {@link
 *     ImportRequest#onUnrepresentable}
 */
public record ImportResult(
    OperationTotals totals, String location, long expiredRows, long expiredCells, long rejectedRows)
    implements OperationResult {}
