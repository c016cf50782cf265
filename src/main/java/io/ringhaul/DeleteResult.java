package io.ringhaul;

import io.ringhaul.monitor.OperationTotals;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/**
 * The result of a deletion: {@link #rows()} is the number of deletions that the cluster
 * acknowledged, 0 for a dry run. The cluster does not tell whether a key had rows.
 *
 * @param totals the operation's figures
 * @param jobId the id of the deletion's job
 * @param location the location of the source of the keys
 * @param keys the keys to delete
 * @param rejectedRows records of the source rejected because they have no whole key, or because the
 *     cluster refuses them
 * @param rejects the file with the reason of each rejected row; empty if none was rejected
 * @param isApplied whether rows were deleted; false for a dry run
 */
public record DeleteResult(
    OperationTotals totals,
    UUID jobId,
    String location,
    long keys,
    long rejectedRows,
    Optional<Path> rejects,
    boolean isApplied)
    implements OperationResult {}
