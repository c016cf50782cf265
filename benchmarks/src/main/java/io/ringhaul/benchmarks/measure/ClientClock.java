package io.ringhaul.benchmarks.measure;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.Callable;

/**
 * Wall time, and the CPU time of this process, which is the client's as long as nothing else runs
 * in it. It can be let run several times, and adds up.
 */
public final class ClientClock {

  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private long nanos;
  private long cpuNanos;
  private double serverCpuSeconds;

  /** Measures one piece of work. What earlier ones have left in the heap is collected before. */
  public static Measurement measure(Callable<Long> work) throws Exception {
    System.gc();
    ClientClock clock = new ClientClock();
    long rows = clock.time(work);
    return clock.measured(rows);
  }

  /** Does a part of the work while the clock runs. */
  public <T> T time(Callable<T> part) throws Exception {
    double serverBefore = ServerCpu.seconds();
    long cpuBefore = PROCESS.getProcessCpuTime();
    long before = System.nanoTime();
    T result = part.call();
    nanos += System.nanoTime() - before;
    cpuNanos += PROCESS.getProcessCpuTime() - cpuBefore;
    serverCpuSeconds += ServerCpu.seconds() - serverBefore;
    return result;
  }

  /** All that was timed. */
  public Measurement measured(long rows) {
    return new Measurement(rows, nanos / 1e9, cpuNanos / 1e9, serverCpuSeconds, 0);
  }
}
