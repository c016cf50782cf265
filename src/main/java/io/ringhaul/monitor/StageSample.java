package io.ringhaul.monitor;

/**
 * What one stage took within the time of a sample, summed over the workers.
 *
 * @param stage which
 * @param seconds how long in all
 * @param latency of its steps: pages, files, batches
 */
public record StageSample(Stage stage, double seconds, Latency latency) {}
