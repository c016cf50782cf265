package io.ringhaul.internal.metrics;

import java.util.OptionalDouble;

/**
 * A running task.
 *
 * @param partition the number of its job partition
 * @param worker the number of its worker, from 0
 * @param rows its rows so far
 * @param nanos its duration so far
 * @param replica the preferred node for its requests; empty if unknown
 * @param queued its pages or rows in the queue
 * @param completed its completed share, from 0 to 1; empty if unknown
 */
public record WorkerState(
    int partition,
    int worker,
    long rows,
    long nanos,
    String replica,
    long queued,
    OptionalDouble completed) {}
