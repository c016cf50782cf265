package io.ringhaul.monitor;

/**
 * A task under way.
 *
 * @param partition its number in the job
 * @param worker who works on it, from 0
 * @param rows its rows so far
 * @param seconds for how long it has been under way
 * @param replica the node that is first to be asked; empty if unknown or for an import
 */
public record TaskSample(int partition, int worker, long rows, double seconds, String replica) {}
