package io.ringhaul.benchmarks.measure;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * CPU time of short-lived threads by name. It polls every few milliseconds, which costs time
 * itself, and misses the time of a thread after its last poll.
 */
public final class ThreadsCpu implements AutoCloseable {

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final long EVERY_MILLIS = 5;

  private final Set<String> names;
  private final Map<Long, Long> nanosOf = new HashMap<>();
  private final Thread looking = new Thread(this::look, "threads-cpu");

  private ThreadsCpu(Set<String> names) {
    this.names = names;
  }

  /** Starts to poll threads that start from now on. */
  public static ThreadsCpu of(Set<String> names) {
    ThreadsCpu cpu = new ThreadsCpu(names);
    cpu.looking.start();
    return cpu;
  }

  private void look() {
    try {
      while (true) {
        for (ThreadInfo thread : THREADS.getThreadInfo(THREADS.getAllThreadIds())) {
          if (thread != null && names.contains(thread.getThreadName())) {
            long nanos = THREADS.getThreadCpuTime(thread.getThreadId());
            nanosOf.merge(thread.getThreadId(), nanos, Math::max);
          }
        }
        TimeUnit.MILLISECONDS.sleep(EVERY_MILLIS);
      }
    } catch (InterruptedException e) {
      // The thread was stopped.
    }
  }

  /** Stops polling and returns the CPU seconds. */
  public double seconds() throws InterruptedException {
    close();
    return nanosOf.values().stream().mapToLong(Long::longValue).sum() / 1e9;
  }

  @Override
  public void close() throws InterruptedException {
    looking.interrupt();
    looking.join();
  }
}
