package io.ringhaul.benchmarks.measure;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.Callable;

/**
 * Wall time and CPU time of this process, which are the client's if nothing else runs in the
 * process. Several timed parts add up.
 */
public final class ClientClock {

  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private long nanos;
  private long cpuNanos;
  private double serverCpuSeconds;

  /** Collects garbage and then measures one piece of work. */
  public static Measurement measure(Callable<Long> work) throws Exception {
    System.gc();
    ClientClock clock = new ClientClock();
    long rows = clock.time(work);
    return clock.measured(rows);
  }

  /** Runs a part of the work while the clock runs. */
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

  /** Returns the sum of the timed parts. */
  public Measurement measured(long rows) {
    return new Measurement(rows, nanos / 1e9, cpuNanos / 1e9, serverCpuSeconds, 0);
  }
}
