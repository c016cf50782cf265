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
 * The figures of an operation's samples as meters.
 *
 * <pre>{@code
 * try (JobMetrics metrics = new JobMetrics(Tags.of("job", "nightly export"))) {
 *   metrics.bindTo(registry);
 *   operator.export("store", "orders").to(target).onSample(metrics).execute();
 * }
 * }</pre>
 *
 * <p>All names begin with {@code ringhaul.job.}. Gauges have the value of the last sample, which is
 * at most a second old while the operation runs; counters never fall, and continue if the same
 * object listens to another operation afterwards.
 *
 * <table>
 *   <caption>The meters</caption>
 *   <tr><th>Name</th><th>Kind</th><th>What</th></tr>
 *   <tr><td>rows</td><td>counter</td><td>handled rows</td></tr>
 *   <tr><td>handled</td><td>counter</td><td>handled bytes</td></tr>
 *   <tr><td>requests</td><td>counter</td><td>answered requests</td></tr>
 *   <tr><td>errors</td><td>counter</td><td>failed requests</td></tr>
 *   <tr><td>overloads</td><td>counter</td><td>failed requests with an overload or timeout as the
 *       cause</td></tr>
 *   <tr><td>retries</td><td>counter</td><td>retried requests</td></tr>
 *   <tr><td>completed</td><td>gauge</td><td>the completed share, 0 to 1</td></tr>
 *   <tr><td>in.flight</td><td>gauge</td><td>requests in flight</td></tr>
 *   <tr><td>in.flight.bound</td><td>gauge</td><td>the bound on requests in flight</td></tr>
 *   <tr><td>queued</td><td>gauge</td><td>pages or statements in the queue</td></tr>
 *   <tr><td>paused</td><td>gauge</td><td>1 while limits pause the job, else 0</td></tr>
 *   <tr><td>workers</td><td>gauge</td><td>worker threads</td></tr>
 *   <tr><td>worker.utilisation</td><td>gauge</td><td>the share of the workers' time in
 *       which they work</td></tr>
 *   <tr><td>page.rows, page.size</td><td>gauge</td><td>the mean page, in rows and bytes</td></tr>
 *   <tr><td>batch.statements, batch.size</td><td>gauge</td><td>the mean batch, in statements
 *       and bytes</td></tr>
 *   <tr><td>latency.percentile</td><td>gauge</td><td>all requests, by {@code phi}: 0.5, 0.99
 *       </td></tr>
 *   <tr><td>stage</td><td>timer</td><td>the number and time of steps, by {@code stage}</td></tr>
 *   <tr><td>node.requests, node.errors</td><td>counter</td><td>by {@code node}</td></tr>
 *   <tr><td>node.in.flight</td><td>gauge</td><td>by {@code node}</td></tr>
 *   <tr><td>node.latency.percentile</td><td>gauge</td><td>by {@code node} and {@code phi}</td></tr>
 *   <tr><td>cpu.share, gc.share</td><td>gauge</td><td>of the process, 0 to 1</td></tr>
 *   <tr><td>heap.used, heap.max, disk.free</td><td>gauge</td><td>bytes; the free
 *       space is NaN if unknown</td></tr>
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

  /** Creates the meters of an operation that is the only one in its registries. */
  public JobMetrics() {
    this(Tags.empty());
  }

  /** Creates the meters of an operation, with tags. */
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
    // Nodes become known with their first requests.
    sample.nodes().forEach(node -> bindings.forEach(each -> each.bindNode(node.node())));
  }

  /** Removes the meters from their registries. */
  @Override
  public void close() {
    bindings.clear();
    for (Runnable next = removals.poll(); next != null; next = removals.poll()) {
      next.run();
    }
  }

  /** Creates the meters of one registry. */
  private final class Binding {

    private final MeterRegistry registry;
    private final Set<String> nodes = new HashSet<>();

    Binding(MeterRegistry registry) {
      this.registry = registry;
    }

    void bindAll() {
      counter("rows", "rows", "Handled rows", JobSums::rows);
      counter("handled", "bytes", "Handled bytes", JobSums::bytes);
      counter("requests", "requests", "Answered requests", JobSums::requests);
      counter("errors", "errors", "Failed requests", JobSums::errors);
      counter(
          "overloads",
          "overloads",
          "Failed requests with an overload or timeout as the cause",
          JobSums::overloads);
      counter("retries", "retries", "Retried requests", JobSums::retries);
      gauge(
          "completed",
          "ratio",
          "The completed share of the job",
          each -> each.progress().completed());
      gauge("in.flight", "requests", "Requests in flight", Sample::inFlight);
      gauge(
          "in.flight.bound", "requests", "The bound on requests in flight", Sample::inFlightBound);
      gauge("queued", "items", "Pages or statements in the queue", Sample::queued);
      gauge("paused", "state", "Whether limits pause the job", each -> each.paused() ? 1 : 0);
      gauge("workers", "threads", "Worker threads", Sample::workers);
      gauge(
          "worker.utilisation",
          "ratio",
          "The share of the workers' time in which they work",
          Sample::workerUtilisation);
      gauge("page.rows", "rows", "Mean rows of a page", Sample::pageRows);
      gauge("page.size", "bytes", "Mean bytes of a page", Sample::pageBytes);
      gauge(
          "batch.statements", "statements", "Mean statements of a batch", Sample::batchStatements);
      gauge("batch.size", "bytes", "Mean bytes of a batch", Sample::batchBytes);
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
          "cpu.share",
          "ratio",
          "The used share of the cores available to the process",
          ProcessSample::cpuShare);
      process(
          "gc.share",
          "ratio",
          "The share of time in which garbage collection stops the process",
          ProcessSample::gcShare);
      process("heap.used", "bytes", "Heap in use", ProcessSample::heapUsed);
      process("heap.max", "bytes", "Maximum heap", ProcessSample::heapMax);
      process(
          "disk.free",
          "bytes",
          "Free space on the target's disk",
          process -> process.diskFreeBytes() < 0 ? Double.NaN : process.diskFreeBytes());
    }

    synchronized void bindNode(String node) {
      if (!nodes.add(node)) {
        return;
      }
      Tags ofNode = Tags.of("node", node);
      counter(
          "node.requests", ofNode, "requests", "Answered requests", each -> each.requests(node));
      counter("node.errors", ofNode, "errors", "Failed requests", each -> each.errors(node));
      gauge(
          "node.in.flight",
          ofNode,
          "requests",
          "Requests in flight",
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

  /** The last sample, and the sums over all samples: counters must not fall. Thread-safe. */
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

    /** A value of the last sample; NaN before the first. */
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
