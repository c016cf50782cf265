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

/** Counts, exports and imports in a warm process, each compared with the plain driver. */
public final class Warm {

  private static final String ALL = "all";
  private static final List<String> WORKS = List.of(ALL, "count", "export", "import");

  private static final double MOST_OF_COUNT = 1.15;
  private static final double MOST_OF_CSV = 1.25;
  private static final double MOST_OF_OTHER_EXPORTS = 1.4;
  private static final double LEAST_OF_IMPORT = 0.9;

  private Warm() {}

  /**
   * Options: {@code --rows}, {@code --runs}, {@code --warm-ups}, {@code --dataset} and {@code
   * --work} ({@code count}, {@code export}, {@code import} or all). Exits with code 1 if a
   * threshold is missed.
   */
  public static void main(String[] arguments) throws Exception {
    Options options =
        new Options(
            arguments,
            Map.of("rows", 1_000_000, "runs", 7, "warm-ups", 3),
            Map.of("dataset", Dataset.ORDERS.table(), "work", ALL));
    Dataset dataset = Dataset.named(options.text("dataset"));
    String work = options.text("work");
    if (!WORKS.contains(work)) {
      throw new IllegalArgumentException("--work takes one of " + WORKS + ", not " + work);
    }
    Report report = new Report(name(dataset, work), BenchCluster.ONE_NODE, options);
    try (BenchCluster cluster = BenchCluster.oneNode()) {
      dataset.fill(cluster, options.of("rows"));
      try (Works works = new Works(cluster.session(), dataset, Folders.temporary("warm"))) {
        Results results = new Results(works, options, report);
        if (List.of(ALL, "count").contains(work)) {
          counts(results);
        }
        if (List.of(ALL, "export").contains(work)) {
          exports(results);
        }
        if (List.of(ALL, "import").contains(work)) {
          imports(results);
        }
      }
    }
    System.exit(report.write() ? 0 : 1);
  }

  /** Results of other tables, or of some of the works, have their own files. */
  private static String name(Dataset dataset, String work) {
    return "Warm"
        + (dataset == Dataset.ORDERS ? "" : "-" + dataset.table())
        + (work.equals(ALL) ? "" : "-" + work);
  }

  private static void counts(Results results) throws Exception {
    results.run("Count", Works.COUNT_FLOOR, Works.COUNT, Works.KEYS_FLOOR);
    results.atMost("Count, time over its floor's", Works.COUNT, MOST_OF_COUNT);
  }

  private static void exports(Results results) throws Exception {
    results.run("Export", Works.SCAN_FLOOR, Works.CSV, Works.JSON, Works.PARQUET, Works.ICEBERG);
    results.atMost("Export to CSV over the scan floor", Works.CSV, MOST_OF_CSV);
    results.atMost("Export to JSON over the scan floor", Works.JSON, MOST_OF_OTHER_EXPORTS);
    results.atMost("Export to Parquet over the scan floor", Works.PARQUET, MOST_OF_OTHER_EXPORTS);
    results.atMost("Export to Iceberg over the scan floor", Works.ICEBERG, MOST_OF_OTHER_EXPORTS);
  }

  private static void imports(Results results) throws Exception {
    results.run("Import", Works.SEND_FLOOR, Works.IMPORT_ICEBERG, Works.IMPORT_CSV);
    results.speedAtLeast(
        "Import from Iceberg, rows per second over the send floor's",
        Works.IMPORT_ICEBERG,
        LEAST_OF_IMPORT);
  }

  /** Runs the contests and collects their times relative to the first contender. */
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

    /** Applies the threshold only to the orders. */
    private void atMost(String what, String name, double most) {
      if (hasBars()) {
        report.atMost(what, time(name), most);
      }
    }

    private void speedAtLeast(String what, String name, double least) {
      if (hasBars()) {
        report.atLeast(what, 1 / time(name), least);
      }
    }

    private boolean hasBars() {
      return options.text("dataset").equals(Dataset.ORDERS.table());
    }

    private double time(String name) {
      return Objects.requireNonNull(times.get(name));
    }
  }
}
