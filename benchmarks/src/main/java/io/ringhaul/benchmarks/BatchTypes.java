package io.ringhaul.benchmarks;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.batch.Operation;
import io.ringhaul.benchmarks.cluster.BenchCluster;
import io.ringhaul.benchmarks.measure.Samples;
import io.ringhaul.benchmarks.report.Options;
import io.ringhaul.benchmarks.report.Report;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;

/**
 * Cost of LOGGED and UNLOGGED batches compared with the same writes sent concurrently and one by
 * one, and the gain of the stream for partitions of ten rows. The ways alternate run by run.
 */
public final class BatchTypes {

  private static final List<Integer> SIZES = List.of(5, 10, 25, 50, 100);
  private static final List<String> WAYS =
      List.of("LOGGED", "UNLOGGED", "concurrent singles", "one by one");
  private static final List<String> LAYOUTS = List.of("one", "many");
  private static final int IN_FLIGHT = 64;
  private static final int PARTITION_ROWS = 10;
  private static final double STREAM_BAR = 1.5;
  private static final String BODY = "x".repeat(100);

  private final Options options;
  private final CqlSession session;
  private final PreparedStatement insert;
  private long nextPartition;

  private BatchTypes(CqlSession session, Options options) {
    this.options = options;
    this.session = session;
    session.execute("CREATE TABLE bench.rows (p bigint, c int, body text, PRIMARY KEY (p, c))");
    this.insert = session.prepare("INSERT INTO bench.rows (p, c, body) VALUES (?, ?, ?)");
  }

  /**
   * Options: {@code --runs}, {@code --millis} per run of one way, and {@code --partitions} per run
   * of the stream. Exits with code 1 if a threshold is missed.
   */
  public static void main(String[] arguments) throws Exception {
    Options options = new Options(arguments, Map.of("runs", 5, "millis", 450, "partitions", 2_000));
    boolean holds;
    try (BenchCluster cluster = BenchCluster.threeNodes()) {
      BatchTypes bench = new BatchTypes(cluster.session(), options);
      Report report = new Report("BatchTypes", BenchCluster.THREE_NODES, options);
      bench.compareTypes(report);
      bench.compareStream(report);
      holds = report.write();
    }
    System.exit(holds ? 0 : 1);
  }

  private record Case(int size, String layout, String way) {}

  private void compareTypes(Report report) throws Exception {
    Map<Case, Samples> results = new LinkedHashMap<>();
    for (String layout : LAYOUTS) {
      for (int size : SIZES) {
        for (String way : WAYS) {
          results.put(new Case(size, layout, way), new Samples());
        }
      }
    }
    // The limit is above the measured units of 100, so that the writer does not warn.
    try (BatchWriter writer = BatchWriter.builder(session).maxOperations(1_000).build()) {
      for (Case each : results.keySet()) {
        measure(writer, each, new Samples());
      }
      for (int run = 0; run < options.of("runs"); run++) {
        for (Map.Entry<Case, Samples> each : results.entrySet()) {
          measure(writer, each.getKey(), each.getValue());
        }
      }
    }
    List<List<String>> rows = new ArrayList<>();
    results.forEach((each, samples) -> rows.add(row(each, samples)));
    report.table(
        "Units of writes, one after the other",
        List.of(
            "partitions",
            "operations",
            "way",
            "p50 ms",
            "p95 ms",
            "p99 ms",
            "operations/s",
            "least",
            "most",
            "units"),
        rows);
  }

  private static List<String> row(Case each, Samples samples) {
    return List.of(
        each.layout(),
        String.valueOf(each.size()),
        each.way(),
        Report.millis(samples.percentile(50)),
        Report.millis(samples.percentile(95)),
        Report.millis(samples.percentile(99)),
        Report.number(samples.medianRate()),
        Report.number(samples.leastRate()),
        Report.number(samples.mostRate()),
        Report.number(samples.count()));
  }

  private void measure(BatchWriter writer, Case each, Samples samples) throws Exception {
    long length = options.of("millis") * 1_000_000L;
    long started = System.nanoTime();
    long now = started;
    long operations = 0;
    while (now - started < length) {
      List<BoundStatement> unit = unit(each);
      long sent = System.nanoTime();
      write(writer, unit, each.way());
      now = System.nanoTime();
      samples.add(now - sent);
      operations += unit.size();
    }
    samples.endRun(operations * 1e9 / (now - started));
  }

  private List<BoundStatement> unit(Case each) {
    List<BoundStatement> unit = new ArrayList<>(each.size());
    boolean isOne = each.layout().equals("one");
    for (int i = 0; i < each.size(); i++) {
      unit.add(insert.bind(isOne ? nextPartition : nextPartition + i, i, BODY));
    }
    nextPartition += each.size();
    return unit;
  }

  private void write(BatchWriter writer, List<BoundStatement> unit, String way) throws Exception {
    switch (way) {
      case "LOGGED" -> writer.execute(operations(unit), BatchType.LOGGED);
      case "UNLOGGED" -> writer.execute(operations(unit), BatchType.UNLOGGED);
      case "one by one" -> unit.forEach(session::execute);
      default -> {
        List<CompletableFuture<AsyncResultSet>> answers = new ArrayList<>(unit.size());
        for (BoundStatement statement : unit) {
          answers.add(session.executeAsync(statement).toCompletableFuture());
        }
        CompletableFuture.allOf(answers.toArray(new CompletableFuture<?>[0])).get();
      }
    }
  }

  private static List<Operation> operations(List<BoundStatement> statements) {
    return statements.stream().map(Operation::of).toList();
  }

  private void compareStream(Report report) throws Exception {
    Samples stream = new Samples();
    Samples singles = new Samples();
    for (int run = -1; run < options.of("runs"); run++) {
      measure(run < 0 ? new Samples() : stream, this::writeStream);
      measure(run < 0 ? new Samples() : singles, this::writeSingles);
    }
    report.table(
        "Partitions of ten rows, 64 requests in flight",
        List.of("way", "rows/s", "least", "most"),
        List.of(rates("stream", stream), rates("unbatched", singles)));
    report.atLeast(
        "The stream against unbatched concurrent writes",
        stream.medianRate() / singles.medianRate(),
        STREAM_BAR);
  }

  private static List<String> rates(String way, Samples samples) {
    return List.of(
        way,
        Report.number(samples.medianRate()),
        Report.number(samples.leastRate()),
        Report.number(samples.mostRate()));
  }

  private interface Writing {
    void write(List<BoundStatement> rows) throws Exception;
  }

  private void measure(Samples samples, Writing writing) throws Exception {
    int partitions = options.of("partitions");
    List<BoundStatement> rows = new ArrayList<>(PARTITION_ROWS * partitions);
    for (int p = 0; p < partitions; p++) {
      for (int c = 0; c < PARTITION_ROWS; c++) {
        rows.add(insert.bind(nextPartition, c, BODY));
      }
      nextPartition++;
    }
    long started = System.nanoTime();
    writing.write(rows);
    samples.endRun(rows.size() * 1e9 / (System.nanoTime() - started));
  }

  private void writeStream(List<BoundStatement> rows) throws InterruptedException {
    try (BatchWriter writer = BatchWriter.builder(session).parallelism(IN_FLIGHT).build()) {
      writer.writeAll(rows);
    }
  }

  private void writeSingles(List<BoundStatement> rows) throws Exception {
    Semaphore places = new Semaphore(IN_FLIGHT);
    CompletableFuture<Void> failure = new CompletableFuture<>();
    for (BoundStatement row : rows) {
      places.acquire();
      CompletionStage<AsyncResultSet> answer = session.executeAsync(row);
      answer.whenComplete(
          (done, failed) -> {
            places.release();
            if (failed != null) {
              failure.completeExceptionally(failed);
            }
          });
    }
    places.acquire(IN_FLIGHT);
    if (failure.isDone()) {
      failure.get();
    }
  }
}
