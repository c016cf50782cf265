package io.ringhaul.monitor;

/**
 * A running task.
 *
 * @param partition the number of its job partition
 * @param worker the number of its worker, from 0
 * @param rows its rows so far
 * @param seconds its duration so far
 * @param replica the preferred node for its requests; empty if unknown or for an import
 */
public record TaskSample(int partition, int worker, long rows, double seconds, String replica) {}
