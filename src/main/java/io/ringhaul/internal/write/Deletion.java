package io.ringhaul.internal.write;

import java.time.Instant;
import java.util.Optional;

/**
 * That the rows of a source are deleted instead of written.
 *
 * @param before deletes what was written until then; empty for the beginning of the job
 * @param cells the column whose cells are deleted; empty to delete whole rows
 */
public record Deletion(Optional<Instant> before, Optional<String> cells) {}
