package io.ringhaul;

/**
 * The result of a follow.
 *
 * @param batches number of micro-batches, including a resumed one
 * @param rows rows written
 * @param rejectedRows rows rejected
 */
public record FollowResult(int batches, long rows, long rejectedRows) {}
