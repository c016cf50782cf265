package io.ringhaul.internal.metrics;

/**
 * A task under way.
 *
 * @param partition its number in the job
 * @param worker who works on it, from 0
 * @param rows its rows so far
 * @param nanos for how long it has been under way
 * @param replica the node that is first to be asked; empty if unknown
 * @param queued pages or rows that wait to be worked on
 */
public record WorkerState(
    int partition, int worker, long rows, long nanos, String replica, long queued) {}
