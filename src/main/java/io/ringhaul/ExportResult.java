package io.ringhaul;

import io.ringhaul.monitor.OperationTotals;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * The result of an export.
 *
 * @param totals the operation's figures
 * @param jobId the name of the export
 * @param location where the rows lie
 * @param files how many data files hold them
 * @param fileBytes the size of these files together
 * @param snapshotId the snapshot that holds them, in formats that have snapshots
 * @param rejectedRows rows that were left out since the target cannot hold them; see {@link
 *     ExportRequest#onUnrepresentable}
 */
public record ExportResult(
    OperationTotals totals,
    UUID jobId,
    String location,
    int files,
    long fileBytes,
    OptionalLong snapshotId,
    long rejectedRows)
    implements OperationResult {}
