package io.ringhaul.internal.limits;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** The processor time of this process. */
final class ProcessCpu {

  private ProcessCpu() {}

  /** What it has used since it began, all threads together, in nanoseconds; -1 if unknown. */
  static long nanos() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
        ? system.getProcessCpuTime()
        : -1;
  }
}
