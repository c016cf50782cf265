package io.ringhaul.monitor;

/**
 * The time of one stage within a sample, summed over the workers.
 *
 * @param stage the stage
 * @param seconds the total time
 * @param latency the durations of its steps: pages, files, batches
 */
public record StageSample(Stage stage, double seconds, Latency latency) {}
