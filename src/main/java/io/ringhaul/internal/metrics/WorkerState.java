package io.ringhaul.internal.metrics;

/**
 * A running task.
 *
 * @param partition the number of its job partition
 * @param worker the number of its worker, from 0
 * @param rows its rows so far
 * @param nanos its duration so far
 * @param replica the preferred node for its requests; empty if unknown
 * @param queued its pages or rows in the queue
 */
public record WorkerState(
    int partition, int worker, long rows, long nanos, String replica, long queued) {}
