package io.ringhaul.benchmarks;

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
        count(works, options, report);
        export(works, options, report);
        importing(works, options, report);
      }
    }
    System.exit(report.write() ? 0 : 1);
  }

  private static void count(Works works, Options options, Report report) throws Exception {
    Map<String, Series> results =
        run(works, "Count", List.of(Works.COUNT_FLOOR, Works.COUNT, Works.KEYS_FLOOR), options);
    Series floor = of(results, Works.COUNT_FLOOR);
    SeriesTable.add(report, "Count", results.values(), floor);
    report.atMost("Count over its floor", of(results, Works.COUNT).timeOver(floor), MOST_OF_COUNT);
  }

  private static void export(Works works, Options options, Report report) throws Exception {
    Map<String, Series> results =
        run(
            works,
            "Export",
            List.of(Works.SCAN_FLOOR, Works.CSV, Works.JSON, Works.PARQUET, Works.ICEBERG),
            options);
    Series floor = of(results, Works.SCAN_FLOOR);
    SeriesTable.add(report, "Export", results.values(), floor);
    report.atMost("CSV over the scan floor", of(results, Works.CSV).timeOver(floor), MOST_OF_CSV);
    for (String name : List.of(Works.JSON, Works.PARQUET, Works.ICEBERG)) {
      report.atMost(
          name + " over the scan floor", of(results, name).timeOver(floor), MOST_OF_OTHER_EXPORTS);
    }
  }

  private static void importing(Works works, Options options, Report report) throws Exception {
    Map<String, Series> results =
        run(
            works,
            "Import",
            List.of(Works.SEND_FLOOR, Works.IMPORT_ICEBERG, Works.IMPORT_CSV),
            options);
    Series floor = of(results, Works.SEND_FLOOR);
    SeriesTable.add(report, "Import", results.values(), floor);
    report.atLeast(
        "Rows per second of the import from Iceberg over the send floor's",
        1 / of(results, Works.IMPORT_ICEBERG).timeOver(floor),
        LEAST_OF_IMPORT);
  }

  private static Map<String, Series> run(
      Works works, String title, List<String> names, Options options) throws Exception {
    return works.contest(title, names).run(options.of("warm-ups"), options.of("runs"));
  }

  private static Series of(Map<String, Series> results, String name) {
    return Objects.requireNonNull(results.get(name));
  }
}
