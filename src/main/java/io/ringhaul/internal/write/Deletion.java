package io.ringhaul.internal.write;

import java.time.Instant;
import java.util.Optional;

/**
 * That the rows of a source are deleted instead of written.
 *
 * @param before deletes what was written until then; empty for the beginning of the job
 * @param cells the column whose cells are deleted; empty to delete whole rows
 * @param ofStatics whether a key without clustering columns, as a scan returns it for a partition
 *     with only static columns, deletes these
 */
public record Deletion(Optional<Instant> before, Optional<String> cells, boolean ofStatics) {}
