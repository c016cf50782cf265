package io.ringhaul;

/**
 * What a following of a source has done.
 *
 * @param batches micro-batches, one that was resumed among them
 * @param rows rows that these have written
 * @param rejectedRows rows that these have left out
 */
public record FollowResult(int batches, long rows, long rejectedRows) {}
