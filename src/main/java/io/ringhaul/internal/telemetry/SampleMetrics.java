package io.ringhaul.internal.telemetry;

import io.ringhaul.internal.jobstore.Metric;
import io.ringhaul.monitor.LimitingFactor;
import io.ringhaul.monitor.NodeSample;
import io.ringhaul.monitor.ProcessSample;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.Stage;
import io.ringhaul.monitor.StageSample;
import io.ringhaul.monitor.TaskSample;
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

  /** A node with a value above 0 for one of these metrics is in use. */
  static final Set<String> OF_ASKED_NODES =
      Set.of(MetricName.REQUESTS_PER_SECOND.key(), MetricName.IN_FLIGHT.key());

  /** The bound on stored tasks, since a store keeps a limited number of values. */
  private static final int MOST_TASKS = 32;

  private final Map<Stage, Double> stageSeconds = new EnumMap<>(Stage.class);
  private long errors;
  private long answers;
  private double latencyMillis;

  /**
   * The metrics of the job's progress and requests.
   *
   * @param overall what limited the job so far; empty if unknown
   */
  List<Metric> performance(Sample sample, Optional<LimitingFactor> overall) {
    List<Metric> all =
        new StoredCondition(
                sample.progress().limitedBy(),
                overall,
                Optional.of(sample.progress().health()),
                sample.progress().pause())
            .metrics(sample.time());
    Values job = new Values(all, sample.time(), MetricName.JOB);
    long sent = sample.requests() + sample.errors();
    errors += sample.errors();
    answers += sample.latency().count();
    latencyMillis += sample.latency().meanMillis() * sample.latency().count();
    job.add(MetricName.ROWS, (double) sample.progress().rows());
    job.add(MetricName.BYTES, (double) sample.progress().bytes());
    job.add(MetricName.ROWS_PER_SECOND, sample.rowsPerSecond());
    job.add(MetricName.BYTES_PER_SECOND, sample.bytesPerSecond());
    job.add(MetricName.COMPLETED, sample.progress().completed());
    sample
        .progress()
        .remaining()
        .ifPresent(left -> job.add(MetricName.REMAINING_SECONDS, seconds(left)));
    job.add(MetricName.UNANSWERED_SECONDS, seconds(sample.progress().unanswered()));
    job.add(MetricName.IN_FLIGHT, sample.inFlight());
    job.add(MetricName.IN_FLIGHT_BOUND, sample.inFlightBound());
    job.add(MetricName.QUEUE, (double) sample.queued());
    job.add(MetricName.PAUSED, sample.paused() ? 1 : 0);
    job.add(MetricName.RETRIES, (double) sample.progress().retries());
    job.add(MetricName.ERRORS, (double) errors);
    job.add(MetricName.RETRY_RATE, share(sample.retries(), sent));
    job.add(MetricName.ERROR_RATE, share(sample.errors(), sent));
    if (answers > 0) {
      // Of the whole run: a mean of the seconds' means would not weigh them by their answers.
      job.add(MetricName.MEAN_LATENCY_MS, latencyMillis / answers);
    }
    job.add(MetricName.WORKERS, sample.workers());
    job.add(MetricName.WORKER_UTILISATION, sample.workerUtilisation());
    job.add(MetricName.PAGE_ROWS, sample.pageRows());
    job.add(MetricName.PAGE_BYTES, sample.pageBytes());
    job.add(MetricName.BATCH_STATEMENTS, sample.batchStatements());
    job.add(MetricName.BATCH_BYTES, sample.batchBytes());
    sample.stages().forEach(stage -> add(new Values(all, sample.time(), component(stage)), stage));
    sample.nodes().forEach(node -> add(all, sample, node));
    sample
        .tunables()
        .forEach(
            (name, value) ->
                new Values(all, sample.time(), MetricName.TUNABLE + name)
                    .add(MetricName.VALUE, value));
    sample.tasks().stream()
        .limit(MOST_TASKS)
        .forEach(
            task -> {
              all.add(metric(sample, task, MetricName.ROWS, (double) task.rows()));
              task.completed()
                  .ifPresent(share -> all.add(metric(sample, task, MetricName.COMPLETED, share)));
            });
    return all;
  }

  private static Metric metric(Sample sample, TaskSample task, MetricName name, double value) {
    return new Metric(
        sample.time(),
        MetricName.TASK,
        name.key(),
        value,
        OptionalInt.of(task.partition()),
        Optional.of("worker " + task.worker()));
  }

  /** The metrics of the process and its machine. */
  List<Metric> resources(Sample sample) {
    List<Metric> all = new ArrayList<>();
    ProcessSample process = sample.process();
    Values ofProcess = new Values(all, sample.time(), "process");
    ofProcess.add(MetricName.CPU_SHARE, process.cpuShare());
    ofProcess.add(MetricName.CPU_SECONDS, process.cpuSeconds());
    ofProcess.add(MetricName.THREADS, process.threads());
    new Values(all, sample.time(), "machine").add(MetricName.CPU_SHARE, process.machineCpuShare());
    Values heap = new Values(all, sample.time(), "heap");
    heap.add(MetricName.USED_BYTES, (double) process.heapUsed());
    heap.add(MetricName.AFTER_GC_BYTES, (double) process.heapAfterGc());
    heap.add(MetricName.MAX_BYTES, (double) process.heapMax());
    Values gc = new Values(all, sample.time(), "gc");
    gc.add(MetricName.SHARE, process.gcShare());
    gc.add(MetricName.PAUSE_MS, process.gcPauseMillis());
    Values disk = new Values(all, sample.time(), "disk");
    if (process.diskFreeBytes() >= 0) {
      disk.add(MetricName.FREE_BYTES, (double) process.diskFreeBytes());
    }
    disk.add(MetricName.WRITTEN_BYTES_PER_SECOND, process.diskBytesPerSecond());
    new Values(all, sample.time(), "network")
        .add(MetricName.BYTES_PER_SECOND, process.networkBytesPerSecond());
    return all;
  }

  /** Returns the node that a component names; empty for other components. */
  static Optional<String> node(String component) {
    return component.startsWith(MetricName.NODE)
        ? Optional.of(component.substring(MetricName.NODE.length()))
        : Optional.empty();
  }

  private static String component(StageSample stage) {
    return MetricName.STAGE + stage.stage().name().toLowerCase(Locale.ROOT);
  }

  private void add(Values values, StageSample stage) {
    values.add(MetricName.SECONDS, stageSeconds.merge(stage.stage(), stage.seconds(), Double::sum));
    if (stage.latency().count() > 0) {
      values.add(MetricName.P50_MS, stage.latency().p50Millis());
      values.add(MetricName.P99_MS, stage.latency().p99Millis());
    }
  }

  private static void add(List<Metric> all, Sample sample, NodeSample node) {
    Values values = new Values(all, sample.time(), MetricName.NODE + node.node());
    if (node.latency().count() > 0) {
      values.add(MetricName.P50_MS, node.latency().p50Millis());
      values.add(MetricName.P99_MS, node.latency().p99Millis());
    }
    values.add(MetricName.REQUESTS_PER_SECOND, node.latency().count() / sample.seconds());
    values.add(MetricName.IN_FLIGHT, node.inFlight());
    values.add(MetricName.ERRORS, (double) node.errors());
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1e3;
  }

  private static double share(long part, long all) {
    return all == 0 ? 0 : (double) part / all;
  }

  /** Adds the values of one component at one time. */
  private record Values(List<Metric> to, Instant time, String component) {

    void add(MetricName name, double value) {
      to.add(Metric.of(time, component, name.key(), value));
    }
  }
}
