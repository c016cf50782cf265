package io.ringhaul;

import io.ringhaul.monitor.OperationTotals;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * The result of an export.
 *
 * @param totals the operation's figures
 * @param jobId the id of the export and its job
 * @param location the location of the rows
 * @param files number of data files
 * @param fileBytes total size of the data files in bytes
 * @param snapshotId the snapshot with the rows, in formats that have snapshots
 * @param rejectedRows rows left out because the target cannot represent them; see {@link
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
