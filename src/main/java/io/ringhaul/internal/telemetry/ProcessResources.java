package io.ringhaul.internal.telemetry;

import com.sun.management.GarbageCollectorMXBean;
import com.sun.management.GcInfo;
import com.sun.management.OperatingSystemMXBean;
import io.ringhaul.monitor.ProcessSample;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads what the process takes of its machine, as differences from call to call. */
final class ProcessResources {

  /** What Linux tells a process of its own input and output. */
  private static final Path OWN_IO = Path.of("/proc/self/io");

  private static final String WRITTEN = "write_bytes: ";

  private final OperatingSystemMXBean system =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  /**
   * Those that hold what lasts. What is young changes with each small collection, which says
   * nothing of the rest.
   */
  private final List<MemoryPoolMXBean> oldPools =
      ManagementFactory.getMemoryPoolMXBeans().stream()
          .filter(pool -> pool.getType() == MemoryType.HEAP)
          .filter(pool -> !pool.getName().contains("Eden"))
          .filter(pool -> !pool.getName().contains("Survivor"))
          .toList();

  /** Those whose time is that of pauses: a cycle beside the application stops nobody. */
  private final List<GarbageCollectorMXBean> collectors =
      ManagementFactory.getPlatformMXBeans(GarbageCollectorMXBean.class).stream()
          .filter(each -> !each.getName().contains("Cycles"))
          .filter(each -> !each.getName().contains("Concurrent"))
          .toList();

  private final Optional<Path> folder;
  private final Map<String, Long> lastCollections = new HashMap<>();
  private long lastTime = System.nanoTime();
  private long lastCpu;
  private long lastGcMillis;
  private long lastWritten;
  private long lastNetwork;

  /**
   * @param folder where files are written; empty if none are on this machine
   */
  ProcessResources(Optional<Path> folder) {
    this.folder = folder.map(Path::toAbsolutePath);
    lastCpu = system.getProcessCpuTime();
    lastGcMillis = gcMillis();
    lastWritten = written();
    longestPauseMillis();
  }

  /**
   * What the process took since the call before.
   *
   * @param networkBytes received and sent by the operation so far
   */
  ProcessSample next(long networkBytes) {
    long time = System.nanoTime();
    double seconds = Math.max(1e-6, (time - lastTime) / 1e9);
    long cpu = system.getProcessCpuTime();
    long gcMillis = gcMillis();
    long written = written();
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    ProcessSample sample =
        new ProcessSample(
            share((cpu - lastCpu) / 1e9 / seconds / system.getAvailableProcessors()),
            share(system.getCpuLoad()),
            cpu / 1e9,
            ManagementFactory.getThreadMXBean().getThreadCount(),
            heap.getUsed(),
            heapAfterGc(),
            heap.getMax() < 0 ? Runtime.getRuntime().maxMemory() : heap.getMax(),
            share((gcMillis - lastGcMillis) / 1e3 / seconds),
            longestPauseMillis(),
            diskFree(),
            (written - lastWritten) / seconds,
            (networkBytes - lastNetwork) / seconds);
    lastTime = time;
    lastCpu = cpu;
    lastGcMillis = gcMillis;
    lastWritten = written;
    lastNetwork = networkBytes;
    return sample;
  }

  /** What is unknown is negative or no number, and clocks of different kinds may disagree. */
  private static double share(double value) {
    return value >= 0 ? Math.min(1, value) : 0;
  }

  private long heapAfterGc() {
    return oldPools.stream()
        .map(MemoryPoolMXBean::getCollectionUsage)
        .mapToLong(usage -> usage == null ? 0 : usage.getUsed())
        .sum();
  }

  private long gcMillis() {
    return collectors.stream().mapToLong(each -> Math.max(0, each.getCollectionTime())).sum();
  }

  /** Each collector tells of its last pause only; one that was longer just before is missed. */
  private double longestPauseMillis() {
    double longest = 0;
    for (GarbageCollectorMXBean collector : collectors) {
      GcInfo info = collector.getLastGcInfo();
      if (info != null) {
        Long before = lastCollections.put(collector.getName(), info.getId());
        if (before == null || before != info.getId()) {
          longest = Math.max(longest, (double) info.getDuration());
        }
      }
    }
    return longest;
  }

  /** A folder that is not there yet is made on the disk of the one above it. */
  private long diskFree() {
    Path existing = folder.orElse(null);
    while (existing != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    try {
      return existing == null ? -1 : Files.getFileStore(existing).getUsableSpace();
    } catch (IOException e) {
      return -1;
    }
  }

  private static long written() {
    try {
      for (String line : Files.readAllLines(OWN_IO)) {
        if (line.startsWith(WRITTEN)) {
          return Long.parseLong(line.substring(WRITTEN.length()).trim());
        }
      }
    } catch (IOException | NumberFormatException e) {
      // Other systems have no such file, and some containers hide it.
    }
    return 0;
  }
}
