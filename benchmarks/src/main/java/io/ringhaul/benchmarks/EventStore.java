package io.ringhaul.benchmarks;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.benchmarks.cluster.BenchCluster;
import io.ringhaul.benchmarks.events.Events;
import io.ringhaul.benchmarks.events.Events.EventRow;
import io.ringhaul.benchmarks.events.LongRun;
import io.ringhaul.benchmarks.measure.Samples;
import io.ringhaul.benchmarks.report.Options;
import io.ringhaul.benchmarks.report.Report;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/**
 * Writes blocks of 250 events of six kinds, about 500 rows in nine tables, row by row, concurrently
 * and in bulk, with the ways alternating. A process with a small heap then writes many blocks.
 */
public final class EventStore {

  private static final List<String> WAYS = List.of("one by one", "concurrent singles", "bulk");
  private static final int IN_FLIGHT = 64;
  private static final double BULK_BAR = 10;

  private final Options options;
  private final CqlSession session;
  private final Events events;
  private long nextBlock;

  private EventStore(CqlSession session, Options options) {
    this.options = options;
    this.session = session;
    this.events = new Events(session);
  }

  /**
   * Options: {@code --runs}, {@code --blocks} per run, {@code --long} blocks for the process with a
   * heap of {@code --heap} MB. Exits with code 1 if a threshold is missed or a row is missing.
   */
  public static void main(String[] arguments) throws Exception {
    Options options =
        new Options(arguments, Map.of("runs", 5, "blocks", 20, "long", 1_000, "heap", 64));
    boolean holds;
    try (BenchCluster cluster = BenchCluster.threeNodes()) {
      EventStore bench = new EventStore(cluster.session(), options);
      Report report = new Report("EventStore", BenchCluster.THREE_NODES, options);
      bench.compare(report);
      LongRun.Figures figures =
          LongRun.inProcess(
              cluster.firstAddress(), options.of("heap"), bench.nextBlock, options.of("long"));
      figures.report(report, options.of("heap"));
      bench.nextBlock += options.of("long");
      bench.requireAllRows(report);
      holds = report.write();
    }
    System.exit(holds ? 0 : 1);
  }

  private void compare(Report report) throws Exception {
    Map<String, Samples> results = new LinkedHashMap<>();
    WAYS.forEach(way -> results.put(way, new Samples()));
    try (BatchWriter writer = BatchWriter.over(session)) {
      for (String way : WAYS) {
        measure(writer, way, Math.min(5, options.of("blocks")), new Samples());
      }
      for (int run = 0; run < options.of("runs"); run++) {
        for (String way : WAYS) {
          measure(writer, way, options.of("blocks"), of(results, way));
        }
      }
    }
    List<List<String>> rows = new ArrayList<>();
    results.forEach(
        (way, samples) ->
            rows.add(
                List.of(
                    way,
                    Report.millis(samples.percentile(50)),
                    Report.millis(samples.percentile(95)),
                    Report.millis(samples.percentile(99)),
                    Report.number(samples.medianRate()),
                    Report.number(samples.leastRate()),
                    Report.number(samples.mostRate()),
                    Report.number(samples.count()))));
    report.table(
        "Blocks of 250 events, one after the other",
        List.of("way", "p50 ms", "p95 ms", "p99 ms", "rows/s", "least", "most", "blocks"),
        rows);
    report.atLeast(
        "The bulk write against one by one",
        of(results, "bulk").medianRate() / of(results, "one by one").medianRate(),
        BULK_BAR);
  }

  private static Samples of(Map<String, Samples> results, String way) {
    return Objects.requireNonNull(results.get(way));
  }

  private void measure(BatchWriter writer, String way, int blocks, Samples samples)
      throws Exception {
    long rows = 0;
    long began = System.nanoTime();
    for (int i = 0; i < blocks; i++) {
      long started = System.nanoTime();
      List<EventRow> block = Events.block(nextBlock++);
      write(writer, block, way);
      samples.add(System.nanoTime() - started);
      rows += block.size();
    }
    samples.endRun(rows * 1e9 / (System.nanoTime() - began));
  }

  private void write(BatchWriter writer, List<EventRow> block, String way) throws Exception {
    switch (way) {
      case "one by one" -> block.forEach(row -> session.execute(events.bind(row)));
      case "bulk" -> Events.writeInBulk(writer, block);
      default -> writeAtOnce(block.stream().map(events::bind).toList());
    }
  }

  private void writeAtOnce(List<BoundStatement> rows) throws Exception {
    Semaphore places = new Semaphore(IN_FLIGHT);
    List<CompletableFuture<AsyncResultSet>> answers = new ArrayList<>(rows.size());
    for (BoundStatement row : rows) {
      places.acquire();
      answers.add(
          session
              .executeAsync(row)
              .whenComplete((done, failed) -> places.release())
              .toCompletableFuture());
    }
    CompletableFuture.allOf(answers.toArray(new CompletableFuture<?>[0])).get();
  }

  /** Counts the rows of all tables at the end. */
  private void requireAllRows(Report report) {
    long expected = 0;
    for (long block = 0; block < nextBlock; block++) {
      expected += Events.block(block).size();
    }
    long found = 0;
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      for (Events.Table table : Events.Table.values()) {
        found += operator.count(BenchCluster.KEYSPACE, table.tableName()).execute().rows();
      }
    }
    report.check(
        String.format(Locale.ROOT, "All rows are there (%,d of %,d)", found, expected),
        found == expected);
  }
}
