package io.ringhaul.monitor;

import java.util.OptionalDouble;

/**
 * A running task.
 *
 * @param partition the number of its job partition
 * @param worker the number of its worker, from 0
 * @param rows its rows so far
 * @param seconds its duration so far
 * @param replica the preferred node for its requests; empty if unknown or for an import
 * @param completed its completed share, from 0 to 1; empty if unknown
 */
public record TaskSample(
    int partition,
    int worker,
    long rows,
    double seconds,
    String replica,
    OptionalDouble completed) {}
