package io.ringhaul.monitor;

/**
 * What the process took within the time of a sample.
 *
 * @param cpuShare of all cores that it may use, 0 to 1
 * @param machineCpuShare of all cores of the machine that is busy with whatever, 0 to 1
 * @param cpuSeconds since the process began
 * @param threads live threads
 * @param heapUsed bytes
 * @param heapAfterGc bytes that the last collection of what is old has left there; the same figure
 *     means that there was none since
 * @param heapMax bytes
 * @param gcShare of the time in which the collector had stopped the process, 0 to 1
 * @param gcPauseMillis the longest pause
 * @param diskFreeBytes of the file system of the target; -1 if unknown
 * @param diskBytesPerSecond written by the process
 * @param networkBytesPerSecond received and sent by the session; 0 if unknown
 */
public record ProcessSample(
    double cpuShare,
    double machineCpuShare,
    double cpuSeconds,
    int threads,
    long heapUsed,
    long heapAfterGc,
    long heapMax,
    double gcShare,
    double gcPauseMillis,
    long diskFreeBytes,
    double diskBytesPerSecond,
    double networkBytesPerSecond) {

  /**
   * The part of the heap that a collection does not free, as far as it is known, 0 to 1. The last
   * collection of what is old may be long ago: what is in use now bounds it.
   */
  public double keptShare() {
    return heapMax <= 0 ? 0 : (double) Math.min(heapAfterGc, heapUsed) / heapMax;
  }
}
