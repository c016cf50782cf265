package io.ringhaul.format;

import java.time.Instant;

/**
 * An incremental export, which merges the changes of a table into the rows of earlier exports.
 *
 * @param source identifies the exported table: a merge into the rows of another table is refused
 * @param begun the moment before the export read its first row, by the clock of this machine: the
 *     next incremental export begins at it
 * @param isCompared whether the changes are found by comparing all rows of the table with those of
 *     the target, instead of by their write times
 */
public record MergeDescription(String source, Instant begun, boolean isCompared) {}
