package io.ringhaul.benchmarks;

import io.ringhaul.benchmarks.cluster.BenchCluster;
import io.ringhaul.benchmarks.data.Dataset;
import io.ringhaul.benchmarks.data.Folders;
import io.ringhaul.benchmarks.measure.Series;
import io.ringhaul.benchmarks.measure.SeriesTable;
import io.ringhaul.benchmarks.report.Options;
import io.ringhaul.benchmarks.report.Report;
import io.ringhaul.benchmarks.warm.Works;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Counts, exports and imports in a warm process, each beside the plain driver. */
public final class Warm {

  private static final double MOST_OF_COUNT = 1.15;
  private static final double MOST_OF_CSV = 1.25;
  private static final double MOST_OF_OTHER_EXPORTS = 1.4;
  private static final double LEAST_OF_IMPORT = 0.9;

  private Warm() {}

  /**
   * Takes {@code --rows}, {@code --runs}, {@code --warm-ups} and {@code --dataset}; ends with exit
   * code 1 if a bar is missed.
   */
  public static void main(String[] arguments) throws Exception {
    Options options =
        new Options(
            arguments,
            Map.of("rows", 1_000_000, "runs", 7, "warm-ups", 3),
            Map.of("dataset", Dataset.ORDERS.table()));
    Dataset dataset = Dataset.named(options.text("dataset"));
    // The bars are for the orders; other tables have results of their own beside theirs.
    String name = dataset == Dataset.ORDERS ? "Warm" : "Warm-" + dataset.table();
    Report report = new Report(name, BenchCluster.ONE_NODE, options);
    try (BenchCluster cluster = BenchCluster.oneNode()) {
      dataset.fill(cluster, options.of("rows"));
      try (Works works = new Works(cluster.session(), dataset, Folders.temporary("warm"))) {
        Results results = new Results(works, options, report);
        results.run("Count", Works.COUNT_FLOOR, Works.COUNT, Works.KEYS_FLOOR);
        results.run(
            "Export", Works.SCAN_FLOOR, Works.CSV, Works.JSON, Works.PARQUET, Works.ICEBERG);
        results.run("Import", Works.SEND_FLOOR, Works.IMPORT_ICEBERG, Works.IMPORT_CSV);
        if (dataset == Dataset.ORDERS) {
          bars(results, report);
        }
      }
    }
    System.exit(report.write() ? 0 : 1);
  }

  private static void bars(Results results, Report report) {
    report.atMost("Count, time over its floor's", results.time(Works.COUNT), MOST_OF_COUNT);
    report.atMost("Export to CSV over the scan floor", results.time(Works.CSV), MOST_OF_CSV);
    report.atMost(
        "Export to JSON over the scan floor", results.time(Works.JSON), MOST_OF_OTHER_EXPORTS);
    report.atMost(
        "Export to Parquet over the scan floor",
        results.time(Works.PARQUET),
        MOST_OF_OTHER_EXPORTS);
    report.atMost(
        "Export to Iceberg over the scan floor",
        results.time(Works.ICEBERG),
        MOST_OF_OTHER_EXPORTS);
    report.atLeast(
        "Import from Iceberg, rows per second over the send floor's",
        1 / results.time(Works.IMPORT_ICEBERG),
        LEAST_OF_IMPORT);
  }

  /** The contests, each run as it comes, and their times over the first contender's. */
  private static final class Results {
    private final Works works;
    private final Options options;
    private final Report report;
    private final Map<String, Double> times = new HashMap<>();

    private Results(Works works, Options options, Report report) {
      this.works = works;
      this.options = options;
      this.report = report;
    }

    private void run(String title, String... names) throws Exception {
      Map<String, Series> results =
          works.contest(title, List.of(names)).run(options.of("warm-ups"), options.of("runs"));
      Series floor = Objects.requireNonNull(results.get(names[0]));
      SeriesTable.add(report, title, results.values(), floor);
      results.forEach((name, series) -> times.put(name, series.timeOver(floor)));
    }

    private double time(String name) {
      return Objects.requireNonNull(times.get(name));
    }
  }
}
