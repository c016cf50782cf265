package io.ringhaul.benchmarks.measure;

/**
 * One run of a contender.
 *
 * @param rows the rows that it counted, wrote or read; the same for all contenders of a contest
 * @param seconds wall time
 * @param cpuSeconds of the client alone; 0 if it shares its process with others
 * @param serverCpuSeconds of all nodes, compaction and what else they did meanwhile included
 * @param peakMegabytes the client's largest resident memory; 0 if it shares its process with others
 */
public record Measurement(
    long rows, double seconds, double cpuSeconds, double serverCpuSeconds, long peakMegabytes) {}
