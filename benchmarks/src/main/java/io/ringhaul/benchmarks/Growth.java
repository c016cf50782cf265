package io.ringhaul.benchmarks;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.benchmarks.cluster.BenchCluster;
import io.ringhaul.benchmarks.data.Dataset;
import io.ringhaul.benchmarks.data.Folders;
import io.ringhaul.benchmarks.data.RowsInFiles;
import io.ringhaul.benchmarks.floors.RingPieces;
import io.ringhaul.benchmarks.floors.RowsInTable;
import io.ringhaul.benchmarks.floors.ScanFloor;
import io.ringhaul.benchmarks.measure.ClientClock;
import io.ringhaul.benchmarks.measure.Measurement;
import io.ringhaul.benchmarks.measure.Series;
import io.ringhaul.benchmarks.process.Jvm;
import io.ringhaul.benchmarks.process.RinghaulProcess;
import io.ringhaul.benchmarks.report.Options;
import io.ringhaul.benchmarks.report.Report;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Time and memory per row of a large table compared with a small one, for the command line in
 * processes with little heap. The heap has a fixed size: with a small table, a growing heap would
 * not reach its bound, and its growth would hide the additional memory of a large table. The two
 * tables alternate.
 */
public final class Growth {

  private static final double MOST_TIME = 1.10;
  private static final double MOST_MEMORY = 1.15;
  private static final String SMALL = "orders_small";
  private static final String LARGE = "orders_large";
  private static final String COPY = "orders_copy";
  private static final String ICEBERG = "--format=iceberg";
  private static final int SPLITS_OF_THE_FLOOR = 8;
  private static final double MICROS = 1e6;

  /** One work on one of the tables. */
  private interface Sized {
    Measurement run(String table, int rows) throws Exception;
  }

  private final BenchCluster cluster;
  private final RinghaulProcess process;
  private final Path folder;
  private final Options options;
  private final Report report;

  private Growth(BenchCluster cluster, Path folder, Options options, Report report)
      throws Exception {
    this.cluster = cluster;
    this.process =
        RinghaulProcess.built(
            cluster.firstAddress(), folder, Jvm.withWholeHeap(options.of("heap")));
    this.folder = folder;
    this.options = options;
    this.report = report;
  }

  /**
   * Options: {@code --small} and {@code --large} in rows, {@code --runs}, and {@code --heap} in MB.
   * Exits with code 1 if time or memory grow too much.
   */
  public static void main(String[] arguments) throws Exception {
    Options options =
        new Options(
            arguments, Map.of("small", 1_000_000, "large", 10_000_000, "runs", 3, "heap", 256));
    Report report = new Report("Growth", BenchCluster.ONE_NODE, options);
    try (BenchCluster cluster = BenchCluster.oneNode()) {
      Dataset.ORDERS.create(cluster.session(), COPY);
      Dataset.ORDERS.fill(cluster, SMALL, options.of("small"), Dataset.DEFAULT_SEED);
      Dataset.ORDERS.fill(cluster, LARGE, options.of("large"), Dataset.DEFAULT_SEED);
      new Growth(cluster, Folders.temporary("growth"), options, report).run();
    }
    System.exit(report.write() ? 0 : 1);
  }

  private void run() throws Exception {
    List<Pair> works = new ArrayList<>();
    // Shows additional cost of the server; has no threshold.
    Pair floor = measure("scan floor in this process", this::scanFloor);
    works.add(measure("count", (table, rows) -> process.run("count", table, rows)));
    works.add(measure("export to CSV", (table, rows) -> export(table, rows, "--format=csv")));
    works.add(measure("export to Iceberg", (table, rows) -> export(table, rows, ICEBERG)));
    // Each task has one open file for each of the five years.
    works.add(
        measure(
            "export to Iceberg by year",
            (table, rows) -> export(table, rows, ICEBERG, "--partition-by=year(order_date)")));
    works.add(measure("import from Iceberg", this::importIceberg));
    List<List<String>> lines = new ArrayList<>(floor.lines());
    works.forEach(work -> lines.addAll(work.lines()));
    report.table("Time and memory", Pair.COLUMNS, lines);
    for (Pair work : works) {
      report.atMost(work.name() + ", time to a row of the large table", work.time(), MOST_TIME);
      report.atMost(work.name() + ", peak memory of the large table", work.memory(), MOST_MEMORY);
    }
  }

  /** Alternates both tables after one warm-up of the small one. */
  private Pair measure(String name, Sized work) throws Exception {
    Series small = new Series(name, SMALL);
    Series large = new Series(name, LARGE);
    work.run(SMALL, options.of("small"));
    for (int round = 0; round < options.of("runs"); round++) {
      small.add(shown(name, work.run(SMALL, options.of("small"))));
      large.add(shown(name, work.run(LARGE, options.of("large"))));
    }
    return new Pair(name, small, large);
  }

  private static Measurement shown(String name, Measurement run) {
    System.out.printf(
        Locale.ROOT,
        "%s: %,d rows in %.2f s, %d MB%n",
        name,
        run.rows(),
        run.seconds(),
        run.peakMegabytes());
    return run;
  }

  private Measurement scanFloor(String table, int rows) throws Exception {
    CqlSession session = cluster.session();
    ScanFloor floor =
        new ScanFloor(session, RingPieces.of(session, SPLITS_OF_THE_FLOOR), SPLITS_OF_THE_FLOOR);
    int pageSize = ScanFloor.pageSize(session, table);
    Measurement measured = ClientClock.measure(() -> floor.read(table, pageSize));
    RinghaulProcess.requireRows(table, rows, measured.rows());
    return measured;
  }

  private Measurement export(String table, int rows, String... format) throws Exception {
    Path target = folder.resolve("target");
    Measurement measured = export(table, rows, target, format);
    Folders.delete(target);
    return measured;
  }

  private Measurement export(String table, int rows, Path target, String... format)
      throws Exception {
    List<String> arguments = new ArrayList<>(List.of(format));
    arguments.add("--path=" + target);
    Measurement measured = process.run("export", table, rows, arguments.toArray(String[]::new));
    RinghaulProcess.requireRows("export", rows, RowsInFiles.in(target));
    return measured;
  }

  private Measurement importIceberg(String table, int rows) throws Exception {
    Path warehouse = folder.resolve("warehouse-" + table);
    if (!Files.exists(warehouse)) {
      export(table, rows, warehouse, ICEBERG);
    }
    cluster.session().execute("TRUNCATE " + BenchCluster.KEYSPACE + "." + COPY);
    Measurement measured =
        process.run(
            "import",
            COPY,
            rows,
            ICEBERG,
            "--path=" + warehouse,
            "--iceberg-table=" + BenchCluster.KEYSPACE + "." + table);
    RinghaulProcess.requireRows("import", rows, RowsInTable.in(cluster.session(), COPY));
    return measured;
  }

  /** One work on both tables. */
  private record Pair(String name, Series small, Series large) {

    static final List<String> COLUMNS =
        List.of(
            "work",
            "rows",
            "median s",
            "least s",
            "most s",
            "microseconds to a row",
            "client CPU microseconds to a row",
            "peak MB",
            "time to a row / small",
            "peak / small",
            "microseconds to a further row");

    double time() {
      return large.ratio(small, run -> run.seconds() / run.rows());
    }

    double memory() {
      return large.ratio(small, Measurement::peakMegabytes);
    }

    List<List<String>> lines() {
      return List.of(line(small), line(large));
    }

    private List<String> line(Series series) {
      // The memory of this process is not that of the work.
      boolean known = series.least(Measurement::peakMegabytes) > 0;
      return List.of(
          name,
          Report.number(series.median(Measurement::rows)),
          Report.millis(series.median(Measurement::seconds)),
          Report.millis(series.least(Measurement::seconds)),
          Report.millis(series.most(Measurement::seconds)),
          Report.millis(series.median(run -> run.seconds() / run.rows()) * MICROS),
          Report.millis(series.median(run -> run.cpuSeconds() / run.rows()) * MICROS),
          known ? Report.number(series.median(Measurement::peakMegabytes)) : "",
          Report.millis(series.ratio(small, run -> run.seconds() / run.rows())),
          known ? Report.millis(series.ratio(small, Measurement::peakMegabytes)) : "",
          Report.millis(further(series) * MICROS));
    }

    /**
     * Returns the seconds per additional row of the large table, which exclude the start of the
     * process.
     */
    private double further(Series series) {
      double rows = series.median(Measurement::rows) - small.median(Measurement::rows);
      double seconds = series.median(Measurement::seconds) - small.median(Measurement::seconds);
      return rows == 0 ? Double.NaN : seconds / rows;
    }
  }
}
