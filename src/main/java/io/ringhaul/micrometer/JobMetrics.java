package io.ringhaul.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.ringhaul.monitor.Latency;
import io.ringhaul.monitor.NodeSample;
import io.ringhaul.monitor.ProcessSample;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.SampleListener;
import io.ringhaul.monitor.Stage;
import io.ringhaul.monitor.StageSample;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The samples of an operation as meters.
 *
 * <pre>{@code
 * try (JobMetrics metrics = new JobMetrics(Tags.of("job", "nightly export"))) {
 *   metrics.bindTo(registry);
 *   operator.exportFrom("store", "orders").to(target).onSample(metrics).run();
 * }
 * }</pre>
 *
 * <p>All names begin with {@code ringhaul.job.}. Gauges have the value of the last sample, which is
 * at most a second old while the operation runs; counters never fall, and go on if the same object
 * listens to another operation after it.
 *
 * <table>
 *   <caption>The meters</caption>
 *   <tr><th>Name</th><th>Kind</th><th>What</th></tr>
 *   <tr><td>rows</td><td>counter</td><td>rows handled</td></tr>
 *   <tr><td>handled</td><td>counter</td><td>bytes handled</td></tr>
 *   <tr><td>requests</td><td>counter</td><td>requests answered</td></tr>
 *   <tr><td>errors</td><td>counter</td><td>requests that failed</td></tr>
 *   <tr><td>overloads</td><td>counter</td><td>those that met an overload or a time-out</td></tr>
 *   <tr><td>retries</td><td>counter</td><td>requests that were sent again</td></tr>
 *   <tr><td>completed</td><td>gauge</td><td>the part of the work that is done, 0 to 1</td></tr>
 *   <tr><td>in.flight</td><td>gauge</td><td>requests without an answer</td></tr>
 *   <tr><td>in.flight.bound</td><td>gauge</td><td>how many there may be</td></tr>
 *   <tr><td>queued</td><td>gauge</td><td>work that waits: pages, or statements</td></tr>
 *   <tr><td>paused</td><td>gauge</td><td>1 while its limits hold it, else 0</td></tr>
 *   <tr><td>workers</td><td>gauge</td><td>threads that work on tasks</td></tr>
 *   <tr><td>worker.utilisation</td><td>gauge</td><td>the part of their time in which they worked
 *       </td></tr>
 *   <tr><td>page.rows, page.size</td><td>gauge</td><td>of a mean page, in rows and bytes</td></tr>
 *   <tr><td>batch.statements, batch.size</td><td>gauge</td><td>of a mean batch, in statements and
 *       bytes</td></tr>
 *   <tr><td>latency.percentile</td><td>gauge</td><td>of all requests, by {@code phi}: 0.5, 0.99
 *       </td></tr>
 *   <tr><td>stage</td><td>timer</td><td>steps and their time, by {@code stage}</td></tr>
 *   <tr><td>node.requests, node.errors</td><td>counter</td><td>by {@code node}</td></tr>
 *   <tr><td>node.in.flight</td><td>gauge</td><td>by {@code node}</td></tr>
 *   <tr><td>node.latency.percentile</td><td>gauge</td><td>by {@code node} and {@code phi}</td></tr>
 *   <tr><td>cpu.share, gc.share</td><td>gauge</td><td>of the process, 0 to 1</td></tr>
 *   <tr><td>heap.used, heap.max, disk.free</td><td>gauge</td><td>bytes; the disk's is not there if
 *       it is unknown</td></tr>
 * </table>
 */
public final class JobMetrics implements MeterBinder, SampleListener, AutoCloseable {

  private static final String PREFIX = "ringhaul.job.";
  private static final Map<String, ToDoubleFunction<Latency>> PERCENTILES =
      Map.of("0.5", Latency::p50Millis, "0.99", Latency::p99Millis);

  private final Tags tags;
  private final JobSums sums = new JobSums();
  private final List<Binding> bindings = new CopyOnWriteArrayList<>();
  private final ConcurrentLinkedQueue<Runnable> removals = new ConcurrentLinkedQueue<>();

  /** The meters of an operation that is the only one in its registries. */
  public JobMetrics() {
    this(Tags.empty());
  }

  /** The meters of an operation, with tags. */
  public JobMetrics(Iterable<Tag> tags) {
    this.tags = Tags.of(tags);
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    Binding binding = new Binding(registry);
    binding.bindAll();
    bindings.add(binding);
    sums.nodes().forEach(binding::bindNode);
  }

  @Override
  public void sampled(Sample sample) {
    sums.add(sample);
    // Nodes are known as they are met.
    sample.nodes().forEach(node -> bindings.forEach(each -> each.bindNode(node.node())));
  }

  /** Takes the meters out of their registries. */
  @Override
  public void close() {
    bindings.clear();
    for (Runnable next = removals.poll(); next != null; next = removals.poll()) {
      next.run();
    }
  }

  /** Makes the meters of one registry. */
  private final class Binding {

    private final MeterRegistry registry;
    private final Set<String> nodes = new HashSet<>();

    Binding(MeterRegistry registry) {
      this.registry = registry;
    }

    void bindAll() {
      counter("rows", "rows", "Rows handled", JobSums::rows);
      counter("handled", "bytes", "Bytes handled", JobSums::bytes);
      counter("requests", "requests", "Requests answered", JobSums::requests);
      counter("errors", "errors", "Requests that failed", JobSums::errors);
      counter("overloads", "overloads", "Requests that met an overload", JobSums::overloads);
      counter("retries", "retries", "Requests that were sent again", JobSums::retries);
      gauge("completed", "ratio", "The part of the work done", each -> each.progress().completed());
      gauge("in.flight", "requests", "Requests without an answer", Sample::inFlight);
      gauge("in.flight.bound", "requests", "How many there may be", Sample::inFlightBound);
      gauge("queued", "items", "Pages or statements that wait", Sample::queued);
      gauge("paused", "state", "Whether limits hold the job", each -> each.paused() ? 1 : 0);
      gauge("workers", "threads", "Threads that work on tasks", Sample::workers);
      gauge("worker.utilisation", "ratio", "How busy they are", Sample::workerUtilisation);
      gauge("page.rows", "rows", "Rows of a mean page", Sample::pageRows);
      gauge("page.size", "bytes", "Bytes of a mean page", Sample::pageBytes);
      gauge("batch.statements", "statements", "Of a mean batch", Sample::batchStatements);
      gauge("batch.size", "bytes", "Bytes of a mean batch", Sample::batchBytes);
      PERCENTILES.forEach(
          (phi, value) ->
              millis(
                  "latency.percentile",
                  Tags.of("phi", phi),
                  "Latency of all requests",
                  sample -> value.applyAsDouble(sample.latency())));
      for (Stage stage : Stage.values()) {
        stage(stage);
      }
      process(
          "cpu.share", "ratio", "Of all cores that the process may use", ProcessSample::cpuShare);
      process("gc.share", "ratio", "Of the time in which it was stopped", ProcessSample::gcShare);
      process("heap.used", "bytes", "Heap in use", ProcessSample::heapUsed);
      process("heap.max", "bytes", "The largest heap", ProcessSample::heapMax);
      process(
          "disk.free",
          "bytes",
          "Room on the target's disk",
          process -> process.diskFreeBytes() < 0 ? Double.NaN : process.diskFreeBytes());
    }

    synchronized void bindNode(String node) {
      if (!nodes.add(node)) {
        return;
      }
      Tags ofNode = Tags.of("node", node);
      counter(
          "node.requests", ofNode, "requests", "Requests answered", each -> each.requests(node));
      counter("node.errors", ofNode, "errors", "Requests that failed", each -> each.errors(node));
      gauge(
          "node.in.flight",
          ofNode,
          "requests",
          "Requests without an answer",
          sample -> of(sample, node, NodeSample::inFlight));
      PERCENTILES.forEach(
          (phi, value) ->
              millis(
                  "node.latency.percentile",
                  ofNode.and("phi", phi),
                  "Latency of the requests that a node coordinated",
                  sample -> of(sample, node, each -> value.applyAsDouble(each.latency()))));
    }

    private void stage(Stage stage) {
      keep(
          FunctionTimer.builder(
                  PREFIX + "stage",
                  sums,
                  each -> each.steps(stage),
                  each -> each.seconds(stage),
                  TimeUnit.SECONDS)
              .tags(tags.and("stage", stage.name().toLowerCase(Locale.ROOT)))
              .description("Steps of a stage, and the time that workers spent in it")
              .register(registry));
    }

    private void process(
        String name, String unit, String description, ToDoubleFunction<ProcessSample> value) {
      gauge(name, unit, description, sample -> value.applyAsDouble(sample.process()));
    }

    private void counter(
        String name, String unit, String description, ToDoubleFunction<JobSums> value) {
      counter(name, Tags.empty(), unit, description, value);
    }

    private void counter(
        String name, Tags more, String unit, String description, ToDoubleFunction<JobSums> value) {
      keep(
          FunctionCounter.builder(PREFIX + name, sums, value)
              .tags(tags.and(more))
              .baseUnit(unit)
              .description(description)
              .register(registry));
    }

    private void gauge(
        String name, String unit, String description, ToDoubleFunction<Sample> value) {
      gauge(name, Tags.empty(), unit, description, value);
    }

    private void gauge(
        String name, Tags more, String unit, String description, ToDoubleFunction<Sample> value) {
      keep(
          Gauge.builder(PREFIX + name, sums, each -> each.ofLast(value))
              .tags(tags.and(more))
              .baseUnit(unit)
              .description(description)
              .register(registry));
    }

    private void millis(
        String name, Tags more, String description, ToDoubleFunction<Sample> value) {
      keep(
          TimeGauge.builder(PREFIX + name, sums, TimeUnit.MILLISECONDS, each -> each.ofLast(value))
              .tags(tags.and(more))
              .description(description)
              .register(registry));
    }

    private void keep(Meter meter) {
      removals.add(() -> registry.remove(meter));
    }
  }

  private static double of(Sample sample, String node, ToDoubleFunction<NodeSample> value) {
    return sample.nodes().stream()
        .filter(each -> each.node().equals(node))
        .mapToDouble(value)
        .findFirst()
        .orElse(0);
  }

  /** The last sample, and what all samples come to: counters must not fall. Thread-safe. */
  private static final class JobSums {

    private record Steps(long count, double seconds) {
      static final Steps NONE = new Steps(0, 0);
    }

    private record Requests(long answered, long failed) {
      static final Requests NONE = new Requests(0, 0);
    }

    private final Map<Stage, Steps> stages = new EnumMap<>(Stage.class);
    private final Map<String, Requests> nodes = new HashMap<>();
    private @Nullable Sample last;
    private long rows;
    private long bytes;
    private long requests;
    private long errors;
    private long overloads;
    private long retries;

    synchronized void add(Sample sample) {
      last = sample;
      rows += Math.round(sample.rowsPerSecond() * sample.seconds());
      bytes += Math.round(sample.bytesPerSecond() * sample.seconds());
      requests += sample.requests();
      errors += sample.errors();
      overloads += sample.overloads();
      retries += sample.retries();
      for (StageSample stage : sample.stages()) {
        Steps before = stages.getOrDefault(stage.stage(), Steps.NONE);
        stages.put(
            stage.stage(),
            new Steps(before.count + stage.latency().count(), before.seconds + stage.seconds()));
      }
      for (NodeSample node : sample.nodes()) {
        Requests before = nodes.getOrDefault(node.node(), Requests.NONE);
        nodes.put(
            node.node(),
            new Requests(before.answered + node.latency().count(), before.failed + node.errors()));
      }
    }

    /** A value of the last sample; none before the first. */
    synchronized double ofLast(ToDoubleFunction<Sample> value) {
      return last == null ? Double.NaN : value.applyAsDouble(last);
    }

    synchronized List<String> nodes() {
      return List.copyOf(nodes.keySet());
    }

    synchronized long rows() {
      return rows;
    }

    synchronized long bytes() {
      return bytes;
    }

    synchronized long requests() {
      return requests;
    }

    synchronized long errors() {
      return errors;
    }

    synchronized long overloads() {
      return overloads;
    }

    synchronized long retries() {
      return retries;
    }

    synchronized long steps(Stage stage) {
      return stages.getOrDefault(stage, Steps.NONE).count;
    }

    synchronized double seconds(Stage stage) {
      return stages.getOrDefault(stage, Steps.NONE).seconds;
    }

    synchronized long requests(String node) {
      return nodes.getOrDefault(node, Requests.NONE).answered;
    }

    synchronized long errors(String node) {
      return nodes.getOrDefault(node, Requests.NONE).failed;
    }
  }
}
