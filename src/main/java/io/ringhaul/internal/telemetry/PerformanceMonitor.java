package io.ringhaul.internal.telemetry;

import com.sun.management.GarbageCollectorMXBean;
import com.sun.management.GcInfo;
import com.sun.management.OperatingSystemMXBean;
import io.ringhaul.internal.metrics.MetricsTotals;
import io.ringhaul.internal.metrics.NodeMeter;
import io.ringhaul.internal.metrics.Timings;
import io.ringhaul.internal.metrics.WorkerState;
import io.ringhaul.monitor.Latency;
import io.ringhaul.monitor.NodeSample;
import io.ringhaul.monitor.ProcessSample;
import io.ringhaul.monitor.Progress;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.SampleListener;
import io.ringhaul.monitor.Stage;
import io.ringhaul.monitor.StageSample;
import io.ringhaul.monitor.TaskSample;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a sample of an operation each second, on its own thread, and a last one on close, so that
 * the samples together cover the whole operation. Listeners receive each sample in their order. The
 * first failure of a listener is logged; it affects neither the operation nor the other listeners.
 */
public final class PerformanceMonitor implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PerformanceMonitor.class);
  private static final long PERIOD_MILLIS = 1_000;
  private static final Duration TO_END = Duration.ofSeconds(10);

  private final Sampling sampling;
  private final List<SampleListener> listeners;
  private final Set<SampleListener> failed = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService clock;
  private final Runnable sample = Background.lasting("A sample", this::sample);

  private PerformanceMonitor(Sampling sampling, List<SampleListener> listeners) {
    this.sampling = sampling;
    this.listeners = listeners;
    this.clock = Background.clock("ringhaul-monitor");
  }

  /** Starts to monitor an operation. */
  public static PerformanceMonitor start(
      MonitoredOperation operation, List<SampleListener> listeners) {
    PerformanceMonitor monitor =
        new PerformanceMonitor(new Sampling(operation), List.copyOf(listeners));
    monitor.clock.scheduleWithFixedDelay(
        monitor.sample, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    return monitor;
  }

  private void sample() {
    Sample next = sampling.next();
    listeners.forEach(listener -> tell(listener, next));
  }

  private void tell(SampleListener listener, Sample next) {
    try {
      listener.sampled(next);
    } catch (RuntimeException | Error e) {
      if (failed.add(listener)) {
        LOG.warn(
            "A listener failed on a sample; the operation continues, and further failures of this"
                + " listener are not logged",
            e);
      }
    }
  }

  /** Takes the last sample on the monitor's thread, waits for its listeners and ends the thread. */
  @Override
  public void close() {
    if (clock.isShutdown()) {
      return;
    }
    // A cancelled operation gets its last sample too.
    clock.execute(sample);
    clock.shutdown();
    if (!Background.awaitEnd(clock, TO_END)) {
      LOG.warn(
          "A listener blocks the monitor's thread; the operation ends without the last sample");
    }
  }

  /**
   * Computes samples from the counters of an operation, each as the difference to the one before.
   * Not thread-safe.
   */
  static final class Sampling {

    private static final double NANOS_PER_SECOND = 1e9;

    /** Avoids a division by zero in an empty interval. */
    private static final double LEAST_SECONDS = 1e-6;

    private final MonitoredOperation operation;
    private final ProcessResources resources;
    private final Map<Stage, Long> stageNanos = new EnumMap<>(Stage.class);
    private final Map<String, NodeSums> nodes = new HashMap<>();
    private MetricsTotals before;
    private long beforeRows;
    private long beforeBytes;
    private long beforeRetries;
    private long beforeTime = System.nanoTime();

    private record NodeSums(long nanos, long errors, long overloads) {
      static final NodeSums NONE = new NodeSums(0, 0, 0);
    }

    Sampling(MonitoredOperation operation) {
      this.operation = operation;
      this.resources = new ProcessResources(operation.folder());
      Progress start = operation.progress();
      // The first sample includes what was counted before the monitor started.
      this.before = new MetricsTotals(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Map.of(), 0, 0);
      this.beforeRows = start.earlierRows();
    }

    Sample next() {
      // The counters are read before the clock, so that workers never exceed the elapsed time.
      MetricsTotals totals = operation.metrics().totals();
      long time = System.nanoTime();
      double seconds = Math.max(LEAST_SECONDS, (time - beforeTime) / NANOS_PER_SECOND);
      Progress progress = operation.progress();
      long retries = operation.retries();
      int bound = operation.inFlightBound();
      List<StageSample> stages = stages(totals);
      Histogram all = new Histogram(2);
      List<NodeSample> nodeSamples = nodes(seconds, all);
      Sample sample =
          new Sample(
              Instant.now(),
              seconds,
              progress,
              (progress.rows() - beforeRows) / seconds,
              (progress.bytes() - beforeBytes) / seconds,
              totals.requests() - before.requests(),
              totals.errors() - before.errors(),
              retries - beforeRetries,
              totals.overloads() - before.overloads(),
              operation.inFlight(),
              bound,
              operation.queued(),
              bound == 0,
              totals.workers(),
              utilisation(totals, stages),
              mean(totals.pageRows() - before.pageRows(), totals.pages() - before.pages()),
              mean(totals.pageBytes() - before.pageBytes(), totals.pages() - before.pages()),
              mean(
                  totals.batchStatements() - before.batchStatements(),
                  totals.batches() - before.batches()),
              mean(totals.batchBytes() - before.batchBytes(), totals.batches() - before.batches()),
              Latencies.of(all),
              nodeSamples,
              stages,
              operation.metrics().tasks().stream().map(Sampling::task).toList(),
              resources.next(totals.receivedBytes() + totals.batchBytes()),
              tunables());
      before = totals;
      beforeRows = progress.rows();
      beforeBytes = progress.bytes();
      beforeRetries = retries;
      beforeTime = time;
      return sample.withProgress(operation.judged(sample));
    }

    private static double mean(long sum, long count) {
      return count == 0 ? 0 : (double) sum / count;
    }

    private List<StageSample> stages(MetricsTotals totals) {
      List<StageSample> stages = new ArrayList<>();
      for (Stage stage : Stage.values()) {
        long sum = totals.stageNanos().getOrDefault(stage, 0L);
        long known = stageNanos.getOrDefault(stage, 0L);
        // Part of a running step may later be assigned to another stage, which lowers the sum.
        stageNanos.put(stage, Math.max(sum, known));
        Timings steps = operation.metrics().steps(stage);
        stages.add(
            new StageSample(
                stage, Math.max(0, sum - known) / NANOS_PER_SECOND, Latencies.of(steps.next())));
      }
      return stages;
    }

    /** The share of the workers' time in which they worked and did not wait. */
    private double utilisation(MetricsTotals totals, List<StageSample> stages) {
      double open = (totals.workerNanos() - before.workerNanos()) / NANOS_PER_SECOND;
      double busy =
          stages.stream()
              .filter(
                  each -> !StageTimes.WAITING.contains(each.stage()) && each.stage() != Stage.PLAN)
              .mapToDouble(StageSample::seconds)
              .sum();
      return open <= 0 ? 0 : Math.min(1, busy / open);
    }

    private List<NodeSample> nodes(double seconds, Histogram all) {
      List<NodeSample> samples = new ArrayList<>();
      for (NodeMeter meter : operation.metrics().nodes()) {
        NodeSums now = new NodeSums(meter.nanos(), meter.errors(), meter.overloads());
        NodeSums last = nodes.getOrDefault(meter.node(), NodeSums.NONE);
        nodes.put(meter.node(), now);
        Histogram latencies = meter.latencies().next();
        all.add(latencies);
        // By Little's law where the driver chooses the node: which node coordinates a request is
        // known only when it answers.
        double mean = (now.nanos() - last.nanos()) / NANOS_PER_SECOND / seconds;
        long exact = meter.inFlight();
        samples.add(
            new NodeSample(
                meter.node(),
                Latencies.of(latencies),
                now.errors() - last.errors(),
                now.overloads() - last.overloads(),
                (int) (exact > 0 ? exact : Math.round(mean))));
      }
      samples.sort(Comparator.comparing(NodeSample::node));
      return samples;
    }

    private static TaskSample task(WorkerState state) {
      return new TaskSample(
          state.partition(),
          state.worker(),
          state.rows(),
          state.nanos() / NANOS_PER_SECOND,
          state.replica(),
          state.completed());
    }

    private Map<String, Long> tunables() {
      Map<String, Long> values = new TreeMap<>();
      operation.tunables().forEach(each -> values.put(each.name(), each.value()));
      return values;
    }
  }

  /** Reads the resources that the process uses, as differences between calls. */
  private static final class ProcessResources {

    /** The input and output of this process, as Linux reports it. */
    private static final Path OWN_IO = Path.of("/proc/self/io");

    private static final String WRITTEN = "write_bytes: ";

    private final OperatingSystemMXBean system =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    /**
     * The pools of long-lived objects. Young pools change with each small collection, which does
     * not show how full the heap is.
     */
    private final List<MemoryPoolMXBean> oldPools =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .filter(pool -> !pool.getName().contains("Eden"))
            .filter(pool -> !pool.getName().contains("Survivor"))
            .toList();

    /**
     * The collectors whose time is that of pauses. Concurrent cycles do not stop the application.
     */
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
     * @param folder the folder of written files; empty if none are local
     */
    ProcessResources(Optional<Path> folder) {
      this.folder = folder.map(Path::toAbsolutePath);
      lastCpu = system.getProcessCpuTime();
      lastGcMillis = gcMillis();
      lastWritten = written();
      longestPauseMillis();
    }

    /**
     * Returns the resources used since the previous call.
     *
     * @param networkBytes bytes received and sent by the operation so far
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

    /** Unknown values are negative or NaN, and different clocks may disagree. */
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

    /**
     * Each collector reports only its last pause; an earlier, longer one within the sample is
     * missed.
     */
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

    /** A folder that does not exist yet will be created on the disk of its parent. */
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
        // Other systems lack this file, and some containers hide it.
      }
      return 0;
    }
  }

  /** Converts histograms of microseconds. */
  private static final class Latencies {

    private static final double MICROS_PER_MILLI = 1_000;

    private Latencies() {}

    static Latency of(Histogram micros) {
      return micros.getTotalCount() == 0
          ? Latency.NONE
          : new Latency(
              micros.getTotalCount(),
              micros.getMean() / MICROS_PER_MILLI,
              micros.getValueAtPercentile(50) / MICROS_PER_MILLI,
              micros.getValueAtPercentile(99) / MICROS_PER_MILLI,
              micros.getMaxValue() / MICROS_PER_MILLI);
    }
  }
}
