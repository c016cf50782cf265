package io.ringhaul.format;

import java.util.OptionalLong;

/**
 * The rows of earlier exports that an incremental export merges its rows into.
 *
 * @param readUpTo the moment up to which the earlier exports have read the table, in microseconds
 *     since the epoch; empty if it is unknown and the changes are found by a comparison
 * @param rows reads the rows
 */
public record MergeBase(OptionalLong readUpTo, ImportSource rows) {}
