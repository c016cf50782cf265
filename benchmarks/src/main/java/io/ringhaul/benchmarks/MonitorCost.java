package io.ringhaul.benchmarks;

import io.ringhaul.ExportRequest;
import io.ringhaul.ImportRequest;
import io.ringhaul.OperationRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.benchmarks.cluster.BenchCluster;
import io.ringhaul.benchmarks.data.Dataset;
import io.ringhaul.benchmarks.data.Folders;
import io.ringhaul.benchmarks.data.RowsInFiles;
import io.ringhaul.benchmarks.floors.RowsInTable;
import io.ringhaul.benchmarks.measure.ClientClock;
import io.ringhaul.benchmarks.measure.Contest;
import io.ringhaul.benchmarks.measure.Measurement;
import io.ringhaul.benchmarks.measure.Quartiles;
import io.ringhaul.benchmarks.measure.Series;
import io.ringhaul.benchmarks.measure.SeriesTable;
import io.ringhaul.benchmarks.measure.ThreadsCpu;
import io.ringhaul.benchmarks.report.Options;
import io.ringhaul.benchmarks.report.Report;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Client cost of monitoring: the same work in a warm process with and without monitoring,
 * alternating. The counters of requests, pages and stages run in both cases.
 *
 * <p>All other monitoring runs in separate threads. The client's time varies by far more than 1 %
 * between runs, so additional runs measure the CPU time of these threads directly.
 */
public final class MonitorCost {

  private static final double MOST_SHARE = 0.01;
  private static final int RUNS_OF_THREADS = 5;

  /** The threads that take samples, detect bottlenecks and store metrics. */
  private static final Set<String> THREADS = Set.of("ringhaul-monitor", "ringhaul-telemetry");

  private static final String WITH = "with";
  private static final String WITHOUT = "without";
  private static final String SOURCE = "lake.source";

  private final Options options;
  private final Report report;
  private final BenchCluster cluster;
  private final TokenAwareBulkOperator operator;
  private final JobOptions job;
  private final Path folder;
  private final List<List<String>> differences = new ArrayList<>();
  private int tables;

  private MonitorCost(
      Options options,
      Report report,
      BenchCluster cluster,
      TokenAwareBulkOperator operator,
      JobStore store,
      Path folder) {
    this.options = options;
    this.report = report;
    this.cluster = cluster;
    this.operator = operator;
    this.job = JobOptions.in(store);
    this.folder = folder;
  }

  /**
   * Options: {@code --rows}, {@code --rounds} and {@code --warm-ups}. Exits with code 1 if the
   * threshold is missed.
   */
  public static void main(String[] arguments) throws Exception {
    Options options = new Options(arguments, Map.of("rows", 500_000, "rounds", 11, "warm-ups", 3));
    Report report = new Report("MonitorCost", BenchCluster.ONE_NODE, options);
    Path folder = Folders.temporary("monitor-cost");
    try (BenchCluster cluster = BenchCluster.oneNode();
        JobStore store = JobStore.file(folder.resolve("jobs.db"))) {
      Dataset.ORDERS.fill(cluster, options.of("rows"));
      try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(cluster.session())) {
        new MonitorCost(options, report, cluster, operator, store, folder).run();
      }
    }
    System.exit(report.write() ? 0 : 1);
  }

  private void run() throws Exception {
    compare("Export to CSV", this::exportCsv);
    compare("Export to Iceberg", this::exportIceberg);
    exporting(IcebergTarget.warehouse(warehouse()).table(SOURCE)).withoutMonitoring().execute();
    compare("Import from Iceberg", this::importIceberg);
    report.table(
        "Client CPU with monitoring over that without, of the runs of a round",
        List.of("work", "lower quartile %", "median %", "upper quartile %"),
        differences);
  }

  /** A work that applies final changes to its request and runs it. */
  @FunctionalInterface
  private interface Work {
    Measurement run(UnaryOperator<OperationRequest<?, ?>> changes) throws Exception;
  }

  private void compare(String title, Work work) throws Exception {
    Map<String, Series> results =
        new Contest(title)
            .add(WITHOUT, () -> work.run(OperationRequest::withoutMonitoring))
            .add(WITH, () -> work.run(UnaryOperator.identity()))
            .run(options.of("warm-ups"), options.of("rounds"));
    Series without = Objects.requireNonNull(results.get(WITHOUT));
    Series with = Objects.requireNonNull(results.get(WITH));
    SeriesTable.add(report, title, results.values(), without);
    double[] ratios = with.ratios(without, Measurement::cpuSeconds).toArray();
    List<List<String>> rounds = new ArrayList<>();
    for (int round = 0; round < ratios.length; round++) {
      rounds.add(List.of(Integer.toString(round + 1), percent(ratios[round])));
    }
    report.table(title + ", round by round", List.of("round", "CPU %"), rounds);
    Quartiles quartiles = with.quartiles(without, Measurement::cpuSeconds);
    differences.add(
        List.of(
            title,
            percent(quartiles.lower()),
            percent(quartiles.median()),
            percent(quartiles.upper())));
    report.shareAtMost(
        title + ", CPU of the threads that monitor over the client's",
        shareOfThreads(work),
        MOST_SHARE);
  }

  /** Returns the median of several runs. */
  private static double shareOfThreads(Work work) throws Exception {
    double[] shares = new double[RUNS_OF_THREADS];
    for (int i = 0; i < shares.length; i++) {
      try (ThreadsCpu threads = ThreadsCpu.of(THREADS)) {
        double all = work.run(UnaryOperator.identity()).cpuSeconds();
        shares[i] = threads.seconds() / all;
      }
    }
    Arrays.sort(shares);
    return shares[shares.length / 2];
  }

  private static String percent(double ratio) {
    return Report.millis((ratio - 1) * 100);
  }

  private Measurement exportCsv(UnaryOperator<OperationRequest<?, ?>> changes) throws Exception {
    Path files = folder.resolve("target");
    return export(CsvTarget.folder(files), files, changes);
  }

  private Measurement exportIceberg(UnaryOperator<OperationRequest<?, ?>> changes)
      throws Exception {
    String table = "run" + tables++;
    return export(
        IcebergTarget.warehouse(warehouse()).table("lake." + table),
        warehouse().resolve("lake").resolve(table),
        changes);
  }

  private Measurement export(
      ExportTarget target, Path files, UnaryOperator<OperationRequest<?, ?>> changes)
      throws Exception {
    OperationRequest<?, ?> request = changes.apply(exporting(target));
    Measurement measured = measure(request);
    requireAll(measured.rows(), RowsInFiles.in(files));
    Folders.delete(files);
    return measured;
  }

  private ExportRequest exporting(ExportTarget target) {
    return operator.export(BenchCluster.KEYSPACE, Dataset.ORDERS.table()).to(target).job(job);
  }

  private Measurement importIceberg(UnaryOperator<OperationRequest<?, ?>> changes)
      throws Exception {
    String copy = Dataset.ORDERS.table() + "_copy";
    Dataset.ORDERS.create(cluster.session(), copy);
    cluster.session().execute("TRUNCATE " + BenchCluster.KEYSPACE + "." + copy);
    ImportRequest request =
        operator
            .importInto(BenchCluster.KEYSPACE, copy)
            .from(IcebergSource.warehouse(warehouse()).table(SOURCE))
            .job(job);
    Measurement measured = measure(changes.apply(request));
    requireAll(measured.rows(), RowsInTable.in(cluster.session(), copy));
    return measured;
  }

  private Measurement measure(OperationRequest<?, ?> request) throws Exception {
    return ClientClock.measure(
        () -> {
          request.execute();
          return (long) options.of("rows");
        });
  }

  private static void requireAll(long expected, long found) {
    if (expected != found) {
      throw new IllegalStateException(
          expected + " rows were expected and the number found is " + found);
    }
  }

  private Path warehouse() {
    return folder.resolve("warehouse");
  }
}
