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
import io.ringhaul.batch.BatchMetrics;
import io.ringhaul.batch.BatchMetrics.Distribution;
import io.ringhaul.batch.BatchWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * The metrics of a {@link BatchWriter} as meters.
 *
 * <pre>{@code
 * try (BatchWriter writer = BatchWriter.over(session);
 *     BatchWriterMetrics metrics = new BatchWriterMetrics(writer, Tags.of("writer", "orders"))) {
 *   metrics.bindTo(registry);
 *   // ...
 * }
 * }</pre>
 *
 * <p>All names begin with {@code ringhaul.batch.}:
 *
 * <table>
 *   <caption>The meters</caption>
 *   <tr><th>Name</th><th>Kind</th><th>What</th></tr>
 *   <tr><td>operations</td><td>counter</td><td>acknowledged statements</td></tr>
 *   <tr><td>single.operations</td><td>counter</td><td>acknowledged statements outside of
 *       batches</td></tr>
 *   <tr><td>batches</td><td>counter</td><td>acknowledged batches by {@code type}: {@code logged},
 *       {@code unlogged}, {@code counter}</td></tr>
 *   <tr><td>single.partition.batches</td><td>counter</td><td>acknowledged batches of one
 *       partition</td></tr>
 *   <tr><td>oversized.batches</td><td>counter</td><td>acknowledged batches with a size warning of
 *       the server</td></tr>
 *   <tr><td>units</td><td>counter</td><td>units of {@link BatchWriter#execute} by {@code
 *       execution}: {@code atomic}, {@code concurrent}</td></tr>
 *   <tr><td>rows</td><td>counter</td><td>written rows</td></tr>
 *   <tr><td>written</td><td>counter</td><td>bytes of the written values</td></tr>
 *   <tr><td>retries</td><td>counter</td><td>retried requests</td></tr>
 *   <tr><td>fallbacks</td><td>counter</td><td>rejected batches whose statements were sent again
 *       one by one</td></tr>
 *   <tr><td>failures</td><td>counter</td><td>requests that failed after all retries, by {@code
 *       kind}</td></tr>
 *   <tr><td>in.flight</td><td>gauge</td><td>requests in flight</td></tr>
 *   <tr><td>queued</td><td>gauge</td><td>statements in open batches</td></tr>
 *   <tr><td>latency</td><td>timer</td><td>acknowledged requests and their total time</td></tr>
 *   <tr><td>latency.percentile</td><td>gauge</td><td>by {@code phi}: 0.5, 0.95, 0.99</td></tr>
 *   <tr><td>latency.max</td><td>gauge</td><td>the maximum latency</td></tr>
 *   <tr><td>size.percentile</td><td>gauge</td><td>statements in a batch, by {@code phi}</td></tr>
 *   <tr><td>size.max</td><td>gauge</td><td>statements in the largest batch</td></tr>
 * </table>
 *
 * <p>Counters and the timer continue when {@link BatchWriter#resetMetrics} is called, as counters
 * must never fall: they cover the {@linkplain BatchWriter#lifetimeMetrics life} of the writer.
 * Percentiles and maxima are of the time since the last reset; an application that wants those of
 * the last minutes resets the metrics every few minutes.
 *
 * <p>Two writers in one registry need tags that tell them apart: else only the first is measured,
 * as Micrometer has one meter for a name and its tags. The registry does not keep the writer from
 * being collected as garbage. Thread-safe.
 */
public final class BatchWriterMetrics implements MeterBinder, AutoCloseable {

  private static final String PREFIX = "ringhaul.batch.";

  /** Failures that need an alert; their counters must exist before the first failure. */
  private static final List<String> FAILURES =
      List.of(
          "Unavailable",
          "WriteTimeout",
          "WriteFailure",
          "Overloaded",
          "DriverTimeout",
          "ClosedConnection",
          "NoNodeAvailable",
          "InvalidQuery",
          "Unauthorized",
          "ServerError");

  private static final String OTHER = "Other";

  private static final Map<String, ToLongFunction<Distribution>> PERCENTILES =
      Map.of("0.5", Distribution::p50, "0.95", Distribution::p95, "0.99", Distribution::p99);

  private final BatchWriter writer;
  private final Tags tags;
  private final ConcurrentLinkedQueue<Runnable> removals = new ConcurrentLinkedQueue<>();

  /** Creates the meters of a writer that is the only one in its registries. */
  public BatchWriterMetrics(BatchWriter writer) {
    this(writer, Tags.empty());
  }

  /** Creates the meters of a writer, with tags. */
  public BatchWriterMetrics(BatchWriter writer, Iterable<Tag> tags) {
    this.writer = writer;
    this.tags = Tags.of(tags);
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    new Binding(registry).bindAll();
  }

  /** Removes the meters from their registries; the writer continues. */
  @Override
  public void close() {
    for (Runnable next = removals.poll(); next != null; next = removals.poll()) {
      next.run();
    }
  }

  /** Creates the meters of one registry. They refer to the writer and not to this binder. */
  private final class Binding {

    private final MeterRegistry registry;

    Binding(MeterRegistry registry) {
      this.registry = registry;
    }

    void bindAll() {
      operations();
      batches();
      troubles();
      now();
      latencies();
      sizes();
    }

    private void operations() {
      counter("operations", "operations", "Acknowledged statements", BatchMetrics::operations);
      counter(
          "single.operations",
          "operations",
          "Acknowledged statements outside of batches",
          BatchMetrics::single);
      counter("rows", "rows", "Written rows", BatchMetrics::rows);
      counter("written", "bytes", "Bytes of the written values", BatchMetrics::bytes);
      String units = "Executed units of operations";
      counter("units", Tags.of("execution", "atomic"), "units", units, BatchMetrics::atomic);
      counter(
          "units", Tags.of("execution", "concurrent"), "units", units, BatchMetrics::concurrent);
    }

    private void batches() {
      String batches = "Acknowledged batches";
      counter("batches", Tags.of("type", "logged"), "batches", batches, BatchMetrics::logged);
      counter("batches", Tags.of("type", "unlogged"), "batches", batches, BatchMetrics::unlogged);
      counter("batches", Tags.of("type", "counter"), "batches", batches, BatchMetrics::counter);
      counter(
          "single.partition.batches",
          "batches",
          "Acknowledged batches of one partition",
          BatchMetrics::singlePartition);
      counter(
          "oversized.batches",
          "batches",
          "Acknowledged batches with a size warning of the server",
          BatchMetrics::overWarnThreshold);
    }

    private void troubles() {
      counter("retries", "retries", "Retried requests", BatchMetrics::retries);
      counter(
          "fallbacks",
          "fallbacks",
          "Rejected batches whose statements were sent again one by one",
          BatchMetrics::fallbacks);
      FAILURES.forEach(
          kind -> failures(kind, metrics -> metrics.failures().getOrDefault(kind, 0L)));
      failures(OTHER, BatchWriterMetrics::otherFailures);
    }

    private void failures(String kind, ToLongFunction<BatchMetrics> value) {
      counter(
          "failures",
          Tags.of("kind", kind),
          "failures",
          "Requests that failed after all retries",
          value);
    }

    private void now() {
      gauge("in.flight", "requests", "Requests in flight", BatchMetrics::inFlight);
      gauge("queued", "operations", "Statements in open batches", BatchMetrics::queued);
    }

    private void latencies() {
      String latency = "From sending a request to its acknowledgement, retries included";
      keep(
          FunctionTimer.builder(
                  PREFIX + "latency",
                  writer,
                  each -> each.lifetimeMetrics().latencies().count(),
                  each -> each.lifetimeMetrics().latencies().total(),
                  TimeUnit.MICROSECONDS)
              .tags(tags)
              .description(latency)
              .register(registry));
      PERCENTILES.forEach(
          (phi, value) ->
              time("latency.percentile", Tags.of("phi", phi), latency + "; percentiles", value));
      time("latency.max", Tags.empty(), latency + "; maximum", Distribution::max);
    }

    private void sizes() {
      PERCENTILES.forEach(
          (phi, value) ->
              gauge(
                  "size.percentile",
                  Tags.of("phi", phi),
                  "operations",
                  "Statements in an acknowledged batch; percentiles",
                  metrics -> value.applyAsLong(metrics.sizes())));
      gauge(
          "size.max",
          "operations",
          "Statements in an acknowledged batch; maximum",
          metrics -> metrics.sizes().max());
    }

    private void counter(
        String name, String unit, String description, ToLongFunction<BatchMetrics> value) {
      counter(name, Tags.empty(), unit, description, value);
    }

    private void counter(
        String name,
        Tags more,
        String unit,
        String description,
        ToLongFunction<BatchMetrics> value) {
      keep(
          FunctionCounter.builder(PREFIX + name, writer, of(BatchWriter::lifetimeMetrics, value))
              .tags(tags.and(more))
              .baseUnit(unit)
              .description(description)
              .register(registry));
    }

    private void gauge(
        String name, String unit, String description, ToLongFunction<BatchMetrics> value) {
      gauge(name, Tags.empty(), unit, description, value);
    }

    private void gauge(
        String name,
        Tags more,
        String unit,
        String description,
        ToLongFunction<BatchMetrics> value) {
      keep(
          Gauge.builder(PREFIX + name, writer, of(BatchWriter::metrics, value))
              .tags(tags.and(more))
              .baseUnit(unit)
              .description(description)
              .register(registry));
    }

    private void time(
        String name, Tags more, String description, ToLongFunction<Distribution> value) {
      keep(
          TimeGauge.builder(
                  PREFIX + name,
                  writer,
                  TimeUnit.MICROSECONDS,
                  of(BatchWriter::metrics, metrics -> value.applyAsLong(metrics.latencies())))
              .tags(tags.and(more))
              .description(description)
              .register(registry));
    }

    private void keep(Meter meter) {
      removals.add(() -> registry.remove(meter));
    }
  }

  private static ToDoubleFunction<BatchWriter> of(
      Function<BatchWriter, BatchMetrics> metrics, ToLongFunction<BatchMetrics> value) {
    return writer -> value.applyAsLong(metrics.apply(writer));
  }

  private static long otherFailures(BatchMetrics metrics) {
    return metrics.failures().entrySet().stream()
        .filter(each -> !FAILURES.contains(each.getKey()))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }
}
