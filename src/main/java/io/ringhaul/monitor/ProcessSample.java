package io.ringhaul.monitor;

/**
 * The resources that the process used within a sample.
 *
 * @param cpuShare the used share of the cores available to the process, 0 to 1
 * @param machineCpuShare the used share of all cores of the machine, by any process, 0 to 1
 * @param cpuSeconds processor time since the process started
 * @param threads live threads
 * @param heapUsed bytes
 * @param heapAfterGc bytes of old objects after the last collection that included them; an
 *     unchanged figure means that there was no such collection since
 * @param heapMax bytes
 * @param gcShare the share of time in which garbage collection stopped the process, 0 to 1
 * @param gcPauseMillis the longest pause
 * @param diskFreeBytes free space on the file system of the target; -1 if unknown
 * @param diskBytesPerSecond bytes written by the process
 * @param networkBytesPerSecond bytes received and sent by the session; 0 if unknown
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
   * The share of the heap that a collection does not free, as far as it is known, 0 to 1. Since the
   * last collection of old objects may be long ago, the heap in use now is an upper bound.
   */
  public double keptShare() {
    return heapMax <= 0 ? 0 : (double) Math.min(heapAfterGc, heapUsed) / heapMax;
  }
}
