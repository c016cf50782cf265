package io.ringhaul.internal.write;

import java.time.Instant;
import java.util.Optional;

/**
 * That the rows of a source are deleted instead of written.
 *
 * @param before deletes what was written until then; empty for the beginning of the job
 * @param isDryRun whether nothing is deleted
 */
public record Deletion(Optional<Instant> before, boolean isDryRun) {}
