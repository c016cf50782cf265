package io.ringhaul.benchmarks;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
import io.ringhaul.batch.BatchLimits;
import io.ringhaul.batch.BatchMetrics;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.batch.BatchWriterBuilder;
import io.ringhaul.batch.Grouping;
import io.ringhaul.benchmarks.cluster.BenchCluster;
import io.ringhaul.benchmarks.measure.ClientClock;
import io.ringhaul.benchmarks.measure.Measurement;
import io.ringhaul.benchmarks.measure.Medians;
import io.ringhaul.benchmarks.report.Options;
import io.ringhaul.benchmarks.report.Report;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;

/**
 * Compares groupings of rows in requests: rows of one partition, rows of several partitions with
 * the same replicas, or single rows. Partitions have several sizes, rows come in token order as in
 * an export, and clusters have one or three nodes. Client and server CPU are measured separately.
 */
public final class Groupings {

  private static final List<Integer> PARTITION_ROWS = List.of(1, 3, 10, 100);
  private static final List<Integer> BODIES = List.of(100, 1_024);
  private static final int IN_FLIGHT_PER_NODE = 16;

  private static final Map<String, UnaryOperator<BatchWriterBuilder>> WAYS = ways();

  private final CqlSession session;
  private final Options options;
  private final PreparedStatement insert;
  private final int inFlight;
  private long nextPartition;

  private Groupings(BenchCluster cluster, int nodes, Options options) {
    this.session = cluster.session();
    this.options = options;
    this.inFlight = IN_FLIGHT_PER_NODE * nodes;
    session.execute("CREATE TABLE bench.grouped (p bigint, c int, body text, PRIMARY KEY (p, c))");
    this.insert = session.prepare("INSERT INTO bench.grouped (p, c, body) VALUES (?, ?, ?)");
  }

  private static Map<String, UnaryOperator<BatchWriterBuilder>> ways() {
    BatchLimits defaults = BatchLimits.DEFAULT;
    Map<String, UnaryOperator<BatchWriterBuilder>> ways = new LinkedHashMap<>();
    ways.put("PARTITION", writer -> writer.grouping(Grouping.PARTITION));
    ways.put("REPLICA_SET", writer -> writer.grouping(Grouping.REPLICA_SET));
    ways.put(
        "REPLICA_SET beyond the warnings",
        writer ->
            writer
                .grouping(Grouping.REPLICA_SET)
                .maxSharedPartitions(100)
                .maxSharedBytes(48 << 10));
    ways.put("single statements", writer -> writer.limits(defaults.withMaxStatements(1)));
    ways.put("as DSBulk", writer -> writer.limits(new BatchLimits(32, 1 << 20, 128)));
    ways.put("as Spark", writer -> writer.limits(new BatchLimits(65_535, 1_024, 1_000)));
    return ways;
  }

  /**
   * Options: {@code --nodes} (1 or 3), {@code --rows} of 100 bytes per run, {@code --runs}, {@code
   * --warm-ups}, and {@code --shuffled=1} for rows in random order.
   */
  public static void main(String[] arguments) throws Exception {
    Options options =
        new Options(
            arguments, Map.of("nodes", 1, "rows", 40_000, "runs", 5, "warm-ups", 2, "shuffled", 0));
    int nodes = options.of("nodes");
    String name = "Groupings" + (nodes == 1 ? "" : "-3-nodes");
    try (BenchCluster cluster = nodes == 1 ? BenchCluster.oneNode() : BenchCluster.threeNodes()) {
      Report report =
          new Report(
              options.of("shuffled") == 1 ? name + "-shuffled" : name,
              nodes == 1 ? BenchCluster.ONE_NODE : BenchCluster.THREE_NODES,
              options);
      new Groupings(cluster, nodes, options).compare(report);
      System.exit(report.write() ? 0 : 1);
    }
  }

  /** One run of one grouping. */
  private record Run(Measurement measured, BatchMetrics metrics) {

    private double perMillion(double seconds) {
      return seconds / measured.rows() * 1e6;
    }
  }

  private void compare(Report report) throws Exception {
    for (int body : BODIES) {
      for (int rows : PARTITION_ROWS) {
        Map<String, List<Run>> runs = new LinkedHashMap<>();
        WAYS.keySet().forEach(way -> runs.put(way, new ArrayList<>()));
        for (int run = -options.of("warm-ups"); run < options.of("runs"); run++) {
          List<String> turns = new ArrayList<>(WAYS.keySet());
          Collections.rotate(turns, run);
          for (String way : turns) {
            Run measured = measure(way, rows, body);
            if (run >= 0) {
              Objects.requireNonNull(runs.get(way)).add(measured);
            }
          }
        }
        session.execute("TRUNCATE bench.grouped");
        report.table(
            rows + " rows to a partition, " + body + " bytes to a row",
            List.of(
                "way",
                "rows/s",
                "least",
                "most",
                "client CPU s per million rows",
                "server CPU s per million rows",
                "p99 ms",
                "requests per 1,000 rows",
                "warned of"),
            runs.entrySet().stream().map(each -> line(each.getKey(), each.getValue())).toList());
      }
    }
  }

  private static List<String> line(String way, List<Run> runs) {
    ToDoubleFunction<Run> rate = run -> run.measured().rows() / run.measured().seconds();
    return List.of(
        way,
        Report.number(median(runs, rate)),
        Report.number(runs.stream().mapToDouble(rate).min().orElseThrow()),
        Report.number(runs.stream().mapToDouble(rate).max().orElseThrow()),
        Report.millis(median(runs, run -> run.perMillion(run.measured().cpuSeconds()))),
        Report.millis(median(runs, run -> run.perMillion(run.measured().serverCpuSeconds()))),
        Report.millis(median(runs, run -> run.metrics().latencies().p99() / 1e3)),
        Report.number(
            median(runs, run -> 1e3 * run.metrics().latencies().count() / run.measured().rows())),
        Report.number(median(runs, run -> run.metrics().overWarnThreshold())));
  }

  private static double median(List<Run> runs, ToDoubleFunction<Run> figure) {
    return Medians.of(runs.stream().mapToDouble(figure));
  }

  private Run measure(String way, int partitionRows, int body) throws Exception {
    List<BoundStatement> rows = rows(partitionRows, body);
    BatchWriterBuilder builder =
        BatchWriter.builder(session).parallelism(inFlight).maxAge(Duration.ZERO);
    try (BatchWriter writer = Objects.requireNonNull(WAYS.get(way)).apply(builder).build()) {
      return new Run(ClientClock.measure(() -> writer.writeAll(rows)), writer.metrics());
    }
  }

  private List<BoundStatement> rows(int partitionRows, int body) {
    int partitions = options.of("rows") / partitionRows / (body > 500 ? 2 : 1);
    TokenMap ring = session.getMetadata().getTokenMap().orElseThrow();
    List<BoundStatement> firsts = new ArrayList<>();
    String text = "x".repeat(body);
    LongStream.range(nextPartition, nextPartition + partitions)
        .forEach(p -> firsts.add(insert.bind(p, 0, text)));
    nextPartition += partitions;
    firsts.sort(Comparator.comparing(row -> ring.newToken(row.getRoutingKey())));
    List<BoundStatement> rows = new ArrayList<>();
    for (BoundStatement first : firsts) {
      for (int c = 0; c < partitionRows; c++) {
        rows.add(first.setInt(1, c));
      }
    }
    if (options.of("shuffled") == 1) {
      Collections.shuffle(rows, new Random(1));
    }
    return rows;
  }
}
