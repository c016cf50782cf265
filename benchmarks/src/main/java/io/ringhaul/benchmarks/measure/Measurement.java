package io.ringhaul.benchmarks.measure;

/**
 * One run of a contender.
 *
 * @param rows the counted, written or read rows; equal for all contenders of a contest
 * @param seconds wall time
 * @param cpuSeconds CPU time of the client; 0 if its process is shared
 * @param serverCpuSeconds CPU time of all nodes, including compaction and other background work
 * @param peakMegabytes the client's largest resident memory; 0 if its process is shared
 */
public record Measurement(
    long rows, double seconds, double cpuSeconds, double serverCpuSeconds, long peakMegabytes) {}
