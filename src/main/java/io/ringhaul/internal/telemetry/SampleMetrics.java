package io.ringhaul.internal.telemetry;

import io.ringhaul.job.Metric;
import io.ringhaul.monitor.NodeSample;
import io.ringhaul.monitor.ProcessSample;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.Stage;
import io.ringhaul.monitor.StageSample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Converts samples to the metrics that a job's store keeps. Keeps running sums; not thread-safe.
 */
final class SampleMetrics {

  private static final String REQUESTS_PER_SECOND = "requests_per_second";
  private static final String IN_FLIGHT = "in_flight";

  /** A node with a value above 0 for one of these metrics is in use. */
  static final Set<String> OF_ASKED_NODES = Set.of(REQUESTS_PER_SECOND, IN_FLIGHT);

  private static final String NODE = "node:";

  /** The bound on stored tasks, since a store keeps a limited number of values. */
  private static final int MOST_TASKS = 32;

  private final Map<Stage, Double> stageSeconds = new EnumMap<>(Stage.class);
  private long errors;

  /** The metrics of the job's progress and requests. */
  List<Metric> performance(Sample sample) {
    List<Metric> all = new ArrayList<>();
    Values job = new Values(all, sample.time(), "job");
    long sent = sample.requests() + sample.errors();
    errors += sample.errors();
    job.add("rows", (double) sample.progress().rows());
    job.add("bytes", (double) sample.progress().bytes());
    job.add("rows_per_second", sample.rowsPerSecond());
    job.add("bytes_per_second", sample.bytesPerSecond());
    job.add("completed", sample.progress().completed());
    sample.progress().remaining().ifPresent(left -> job.add("remaining_seconds", seconds(left)));
    job.add("unanswered_seconds", seconds(sample.progress().unanswered()));
    job.add(IN_FLIGHT, sample.inFlight());
    job.add("in_flight_bound", sample.inFlightBound());
    job.add("queue", (double) sample.queued());
    job.add("paused", sample.paused() ? 1 : 0);
    job.add("retries", (double) sample.progress().retries());
    job.add("errors", (double) errors);
    job.add("retry_rate", share(sample.retries(), sent));
    job.add("error_rate", share(sample.errors(), sent));
    job.add("workers", sample.workers());
    job.add("worker_utilisation", sample.workerUtilisation());
    job.add("page_rows", sample.pageRows());
    job.add("page_bytes", sample.pageBytes());
    job.add("batch_statements", sample.batchStatements());
    job.add("batch_bytes", sample.batchBytes());
    sample.stages().forEach(stage -> add(new Values(all, sample.time(), component(stage)), stage));
    sample.nodes().forEach(node -> add(all, sample, node));
    sample
        .tunables()
        .forEach(
            (name, value) -> new Values(all, sample.time(), "tunable:" + name).add("value", value));
    sample.tasks().stream()
        .limit(MOST_TASKS)
        .forEach(
            task ->
                all.add(
                    new Metric(
                        sample.time(),
                        "task",
                        "rows",
                        task.rows(),
                        OptionalInt.of(task.partition()),
                        Optional.of("worker " + task.worker()))));
    return all;
  }

  /** The metrics of the process and its machine. */
  List<Metric> resources(Sample sample) {
    List<Metric> all = new ArrayList<>();
    ProcessSample process = sample.process();
    Values ofProcess = new Values(all, sample.time(), "process");
    ofProcess.add("cpu_share", process.cpuShare());
    ofProcess.add("cpu_seconds", process.cpuSeconds());
    ofProcess.add("threads", process.threads());
    new Values(all, sample.time(), "machine").add("cpu_share", process.machineCpuShare());
    Values heap = new Values(all, sample.time(), "heap");
    heap.add("used_bytes", (double) process.heapUsed());
    heap.add("after_gc_bytes", (double) process.heapAfterGc());
    heap.add("max_bytes", (double) process.heapMax());
    Values gc = new Values(all, sample.time(), "gc");
    gc.add("share", process.gcShare());
    gc.add("pause_ms", process.gcPauseMillis());
    Values disk = new Values(all, sample.time(), "disk");
    if (process.diskFreeBytes() >= 0) {
      disk.add("free_bytes", (double) process.diskFreeBytes());
    }
    disk.add("written_bytes_per_second", process.diskBytesPerSecond());
    new Values(all, sample.time(), "network")
        .add("bytes_per_second", process.networkBytesPerSecond());
    return all;
  }

  /** Returns the node that a component names; empty for other components. */
  static Optional<String> node(String component) {
    return component.startsWith(NODE)
        ? Optional.of(component.substring(NODE.length()))
        : Optional.empty();
  }

  private static String component(StageSample stage) {
    return "stage:" + stage.stage().name().toLowerCase(Locale.ROOT);
  }

  private void add(Values values, StageSample stage) {
    values.add("seconds", stageSeconds.merge(stage.stage(), stage.seconds(), Double::sum));
    if (stage.latency().count() > 0) {
      values.add("p50_ms", stage.latency().p50Millis());
      values.add("p99_ms", stage.latency().p99Millis());
    }
  }

  private static void add(List<Metric> all, Sample sample, NodeSample node) {
    Values values = new Values(all, sample.time(), NODE + node.node());
    if (node.latency().count() > 0) {
      values.add("p50_ms", node.latency().p50Millis());
      values.add("p99_ms", node.latency().p99Millis());
    }
    values.add(REQUESTS_PER_SECOND, node.latency().count() / sample.seconds());
    values.add(IN_FLIGHT, node.inFlight());
    values.add("errors", (double) node.errors());
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1e3;
  }

  private static double share(long part, long all) {
    return all == 0 ? 0 : (double) part / all;
  }

  /** Adds the values of one component at one time. */
  private record Values(List<Metric> to, Instant time, String component) {

    void add(String name, double value) {
      to.add(Metric.of(time, component, name, value));
    }
  }
}
