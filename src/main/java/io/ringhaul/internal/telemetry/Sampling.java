package io.ringhaul.internal.telemetry;

import io.ringhaul.internal.metrics.MetricsTotals;
import io.ringhaul.internal.metrics.NodeMeter;
import io.ringhaul.internal.metrics.Timings;
import io.ringhaul.internal.metrics.WorkerState;
import io.ringhaul.monitor.NodeSample;
import io.ringhaul.monitor.Progress;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.Stage;
import io.ringhaul.monitor.StageSample;
import io.ringhaul.monitor.TaskSample;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** Makes samples of what an operation has counted, each since the one before. Not thread-safe. */
final class Sampling {

  private static final double NANOS_PER_SECOND = 1e9;

  /** What is divided by in an interval in which nothing can have happened. */
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
    // What was counted before the monitor began belongs to the first sample.
    this.before = new MetricsTotals(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Map.of(), 0, 0);
    this.beforeRows = start.earlierRows();
  }

  Sample next() {
    // Workers first: they cannot have worked for longer than until the time is taken.
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
    return sample;
  }

  private static double mean(long sum, long count) {
    return count == 0 ? 0 : (double) sum / count;
  }

  private List<StageSample> stages(MetricsTotals totals) {
    List<StageSample> stages = new ArrayList<>();
    for (Stage stage : Stage.values()) {
      long sum = totals.stageNanos().getOrDefault(stage, 0L);
      long known = stageNanos.getOrDefault(stage, 0L);
      // A part of a step under way may turn out to be another stage's.
      stageNanos.put(stage, Math.max(sum, known));
      Timings steps = operation.metrics().steps(stage);
      stages.add(
          new StageSample(
              stage, Math.max(0, sum - known) / NANOS_PER_SECOND, Latencies.of(steps.next())));
    }
    return stages;
  }

  /** The part of the workers' time in which they did something, and did not wait. */
  private double utilisation(MetricsTotals totals, List<StageSample> stages) {
    double open = (totals.workerNanos() - before.workerNanos()) / NANOS_PER_SECOND;
    double busy =
        stages.stream()
            .filter(each -> each.stage() != Stage.WAIT && each.stage() != Stage.PLAN)
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
      // By Little's law, where the driver has chosen the node and nobody knows before it answers.
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
        state.replica());
  }

  private Map<String, Long> tunables() {
    Map<String, Long> values = new TreeMap<>();
    operation.tunables().forEach(each -> values.put(each.name(), each.value()));
    return values;
  }
}
