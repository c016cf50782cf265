package io.ringhaul.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.ringhaul.batch.BatchLimits;
import io.ringhaul.batch.BatchMetrics;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.batch.Operation;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.exceptions.BulkOperationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The meters of a writer that writes to a cluster; the dashboard and the alerts use only existing
 * meters.
 */
@ClusterTest
class BatchWriterMetricsIT {

  private static final Pattern NAME = Pattern.compile("ringhaul_[a-z_]+");

  private static PreparedStatement insert;
  private static PreparedStatement add;

  private final CqlSession session = TestCluster.session();
  private final MeterRegistry registry = new SimpleMeterRegistry();
  private final BatchWriter writer = newWriter();

  @BeforeAll
  static void prepare() {
    String keyspace = TestCluster.newKeyspace(1);
    TestCluster.define(
        List.of(
            "CREATE TABLE " + keyspace + ".t (p text, c int, v text, PRIMARY KEY (p, c))",
            "CREATE TABLE " + keyspace + ".n (p int PRIMARY KEY, n counter)"));
    CqlSession session = TestCluster.session();
    insert = session.prepare("INSERT INTO " + keyspace + ".t (p, c, v) VALUES (?, ?, ?)");
    add = session.prepare("UPDATE " + keyspace + ".n SET n = n + 1 WHERE p = ?");
  }

  @AfterEach
  void end() {
    writer.close();
  }

  @Test
  void showsTheFiguresOfTheWriter() throws InterruptedException {
    new BatchWriterMetrics(writer).bindTo(registry);
    writeSome();
    fail();
    writer.add(row(9));

    assertThat(counter("operations")).isEqualTo(17);
    assertThat(counter("single.operations")).isEqualTo(1);
    assertThat(counter("batches", "type", "logged")).isEqualTo(1);
    assertThat(counter("batches", "type", "unlogged")).isEqualTo(2);
    assertThat(counter("batches", "type", "counter")).isEqualTo(1);
    assertThat(counter("single.partition.batches")).isEqualTo(3);
    assertThat(counter("oversized.batches")).isZero();
    // The failed unit counts as well.
    assertThat(counter("units", "execution", "atomic")).isEqualTo(4);
    assertThat(counter("units", "execution", "concurrent")).isZero();
    assertThat(counter("rows")).isEqualTo(17);
    // 14 rows of 1 + 4 + 3 bytes, 3 counters with a key of 4.
    assertThat(counter("written")).isEqualTo(124);
    assertThat(counter("retries")).isZero();
    assertThat(counter("fallbacks")).isZero();
    assertThat(counter("failures", "kind", "InvalidQuery")).isEqualTo(1);
    assertThat(counter("failures", "kind", "WriteTimeout")).isZero();
    assertThat(counter("failures", "kind", "Other")).isZero();
    assertThat(gauge("in.flight")).isZero();
    assertThat(gauge("queued")).isEqualTo(1);
    assertThat(gauge("size.percentile", "phi", "0.5")).isEqualTo(3);
    assertThat(gauge("size.percentile", "phi", "0.95")).isEqualTo(5);
    assertThat(gauge("size.percentile", "phi", "0.99")).isEqualTo(5);
    assertThat(gauge("size.max")).isEqualTo(5);

    BatchMetrics.Distribution latencies = writer.metrics().latencies();
    FunctionTimer latency = registry.get("ringhaul.batch.latency").functionTimer();
    assertThat(latency.count()).isEqualTo(5);
    assertThat(Math.round(latency.totalTime(TimeUnit.MICROSECONDS))).isEqualTo(latencies.total());
    assertThat(micros("latency.percentile", "phi", "0.5")).isEqualTo(latencies.p50());
    assertThat(micros("latency.percentile", "phi", "0.95")).isEqualTo(latencies.p95());
    assertThat(micros("latency.percentile", "phi", "0.99")).isEqualTo(latencies.p99());
    assertThat(micros("latency.max")).isEqualTo(latencies.max());
  }

  /** A falling counter would look like a restart; percentiles start anew. */
  @Test
  void keepsCountersAcrossAReset() throws InterruptedException {
    new BatchWriterMetrics(writer).bindTo(registry);
    writeSome();
    fail();
    writer.resetMetrics();
    assertThat(writer.metrics().operations()).isZero();
    assertThat(counter("operations")).isEqualTo(17);
    assertThat(counter("failures", "kind", "InvalidQuery")).isEqualTo(1);
    assertThat(gauge("size.max")).isZero();
    assertThat(micros("latency.max")).isZero();
    writer.execute(List.of(Operation.of(row(1)), Operation.of(row(2))), BatchType.LOGGED);
    assertThat(counter("operations")).isEqualTo(19);
    assertThat(counter("batches", "type", "logged")).isEqualTo(2);
    assertThat(registry.get("ringhaul.batch.latency").functionTimer().count()).isEqualTo(6);
    assertThat(gauge("size.max")).isEqualTo(2);
  }

  @Test
  void separatesWritersByTagsAndRemovesMetersOnClose() throws InterruptedException {
    try (BatchWriter other = newWriter();
        BatchWriterMetrics one = new BatchWriterMetrics(writer, Tags.of("writer", "one"));
        BatchWriterMetrics two = new BatchWriterMetrics(other, Tags.of("writer", "two"))) {
      one.bindTo(registry);
      two.bindTo(registry);
      writeSome();
      other.execute(List.of(Operation.of(row(1)), Operation.of(row(2))), BatchType.LOGGED);
      assertThat(counter("operations", "writer", "one")).isEqualTo(17);
      assertThat(counter("operations", "writer", "two")).isEqualTo(2);
      int meters = registry.getMeters().size();
      one.close();
      assertThat(registry.getMeters()).hasSize(meters / 2);
      assertThat(registry.find("ringhaul.batch.operations").tag("writer", "one").meter()).isNull();
    }
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void describesEveryMeterWithAUnitUnlessItIsATime() {
    new BatchWriterMetrics(writer).bindTo(registry);
    assertThat(registry.getMeters())
        .allSatisfy(
            meter -> {
              Meter.Id id = meter.getId();
              assertThat(id.getDescription()).as(id.getName()).isNotBlank();
              assertThat(id.getBaseUnit()).as(id.getName()).isNotBlank();
              assertThat(id.getName()).matches("ringhaul\\.batch(\\.[a-z]+)+");
            });
  }

  @Test
  void usesTheNamesThatPrometheusExpects() throws InterruptedException {
    PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    new BatchWriterMetrics(writer, Tags.of("writer", "orders")).bindTo(prometheus);
    writeSome();
    String text = prometheus.scrape();
    assertThat(text)
        .contains(
            "# HELP ringhaul_batch_operations_total Acknowledged statements\n",
            "# TYPE ringhaul_batch_operations_total counter\n",
            "ringhaul_batch_operations_total{writer=\"orders\"} 17.0\n",
            "ringhaul_batch_batches_total{type=\"logged\",writer=\"orders\"} 1.0\n",
            "ringhaul_batch_failures_total{kind=\"WriteTimeout\",writer=\"orders\"} 0.0\n",
            "ringhaul_batch_written_bytes_total{writer=\"orders\"} 124.0\n",
            "ringhaul_batch_size_max_operations{writer=\"orders\"} 5.0\n",
            "ringhaul_batch_latency_seconds_count{writer=\"orders\"} 5\n");
    assertThat(
            text.lines()
                .filter(line -> line.startsWith("# TYPE "))
                .map(line -> line.split(" ", -1)[2])
                .sorted()
                .toList())
        .containsExactly(
            "ringhaul_batch_batches_total",
            "ringhaul_batch_failures_total",
            "ringhaul_batch_fallbacks_total",
            "ringhaul_batch_in_flight_requests",
            "ringhaul_batch_latency_max_seconds",
            "ringhaul_batch_latency_percentile_seconds",
            "ringhaul_batch_latency_seconds",
            "ringhaul_batch_operations_total",
            "ringhaul_batch_oversized_batches_total",
            "ringhaul_batch_queued_operations",
            "ringhaul_batch_retries_total",
            "ringhaul_batch_rows_total",
            "ringhaul_batch_single_operations_total",
            "ringhaul_batch_single_partition_batches_total",
            "ringhaul_batch_size_max_operations",
            "ringhaul_batch_size_percentile_operations",
            "ringhaul_batch_units_total",
            "ringhaul_batch_written_bytes_total");
  }

  /** Checks the names of the meters of jobs as well: both files show jobs and batch writers. */
  @ParameterizedTest
  @ValueSource(strings = {"scripts/grafana-dashboard.json", "scripts/prometheus-alerts.yml"})
  void registersEveryMeterThatTheScriptsName(String file) throws IOException {
    String text = Files.readString(Path.of(file));
    if (file.endsWith(".json")) {
      assertThat(new ObjectMapper().readTree(text).get("panels")).isNotEmpty();
    }
    PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    try (JobMetrics jobs = new JobMetrics(Tags.of("job", "nightly"));
        BatchWriterMetrics writers = new BatchWriterMetrics(writer, Tags.of("writer", "orders"))) {
      jobs.bindTo(prometheus);
      jobs.sampled(JobMetricsTest.sample(100, 200, "a:9042"));
      writers.bindTo(prometheus);
      assertThat(names(text))
          .anyMatch(name -> name.startsWith("ringhaul_job_"))
          .anyMatch(name -> name.startsWith("ringhaul_batch_"))
          .isSubsetOf(names(prometheus.scrape()));
    }
  }

  private static Set<String> names(String text) {
    return NAME.matcher(text)
        .results()
        .map(MatchResult::group)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * A LOGGED batch of 3 in 3 partitions, an UNLOGGED of 5 in one, a single row; 5 and 3 streamed.
   */
  private void writeSome() throws InterruptedException {
    execute(BatchType.LOGGED, List.of(row(1), row(2), row(3)));
    execute(BatchType.UNLOGGED, rows(5));
    execute(BatchType.UNLOGGED, List.of(row(4)));
    for (BoundStatement row : rows(5)) {
      writer.add(row);
    }
    for (int i = 0; i < 3; i++) {
      writer.add(add.bind(1));
    }
    writer.flush();
  }

  private void execute(BatchType type, List<BoundStatement> statements)
      throws InterruptedException {
    writer.execute(statements.stream().map(Operation::of).toList(), type);
  }

  private void fail() {
    assertThatThrownBy(() -> execute(BatchType.UNLOGGED, List.of(insert.bind("", 1, "abc"))))
        .isInstanceOf(BulkOperationException.class);
  }

  private BatchWriter newWriter() {
    return BatchWriter.builder(session)
        .limits(new BatchLimits(5, 1 << 20, 1_000))
        .maxAge(Duration.ZERO)
        .build();
  }

  private static BoundStatement row(int partition) {
    return insert.bind(String.valueOf(partition), 1, "abc");
  }

  private static List<BoundStatement> rows(int rows) {
    return IntStream.range(0, rows).mapToObj(c -> insert.bind("p", c, "abc")).toList();
  }

  private double counter(String name, String... tags) {
    return registry.get("ringhaul.batch." + name).tags(tags).functionCounter().count();
  }

  private double gauge(String name, String... tags) {
    return find(name, tags).value();
  }

  private long micros(String name, String... tags) {
    Gauge gauge = find(name, tags);
    assertThat(gauge.getId().getBaseUnit()).isEqualTo("seconds");
    return Math.round(gauge.value() * 1e6);
  }

  private Gauge find(String name, String... tags) {
    return Objects.requireNonNull(registry.find("ringhaul.batch." + name).tags(tags).gauge(), name);
  }
}
