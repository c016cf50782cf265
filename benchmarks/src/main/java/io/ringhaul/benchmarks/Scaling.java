package io.ringhaul.benchmarks;

import io.ringhaul.OperationResult;
import io.ringhaul.ScanRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.benchmarks.cluster.BenchCluster;
import io.ringhaul.benchmarks.data.Dataset;
import io.ringhaul.benchmarks.data.Folders;
import io.ringhaul.benchmarks.measure.ClientClock;
import io.ringhaul.benchmarks.measure.Contest;
import io.ringhaul.benchmarks.measure.Measurement;
import io.ringhaul.benchmarks.measure.Series;
import io.ringhaul.benchmarks.measure.SeriesTable;
import io.ringhaul.benchmarks.report.LineChart;
import io.ringhaul.benchmarks.report.Options;
import io.ringhaul.benchmarks.report.Report;
import io.ringhaul.csv.CsvTarget;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Throughput of a count and a CSV export by number of tasks and of requests in flight, and of an
 * export by page size.
 */
public final class Scaling {

  private static final String DEFAULTS = "the defaults";
  private static final double MOST_OVER_THE_BEST = 1.05;
  private static final String EXPORT = "Export to CSV";
  private static final List<Integer> PAGE_SIZES = List.of(500, 1_000, 2_000, 5_000, 10_000, 20_000);
  private static final int ROUNDS_OF_TWO = 11;
  private static final int MOST_SPLITS = 512;
  private static final int MOST_IN_FLIGHT = 64;

  /**
   * One combination of settings; 0 means that Ringhaul selects the value.
   *
   * @param tasks the number of tasks
   * @param inFlight the number of requests in flight
   * @param pageSize rows per page
   */
  private record Setting(int tasks, int inFlight, int pageSize) {

    <S extends ScanRequest<S, R>, R extends OperationResult> S applyTo(S request) {
      if (tasks > 0) {
        request.taskCount(tasks);
      }
      if (pageSize > 0) {
        request.pageSize(pageSize);
      }
      return inFlight > 0 ? request.parallelism(inFlight) : request;
    }
  }

  /** One operation with one setting. */
  private interface Scaled {
    Measurement run(Setting setting) throws Exception;
  }

  private Scaling() {}

  /**
   * Options: {@code --rows}, {@code --runs}, {@code --warm-ups} and {@code --nodes} (1 or 3). Exits
   * with code 1 if the defaults are not close to the best setting.
   */
  public static void main(String[] arguments) throws Exception {
    Options options =
        new Options(arguments, Map.of("rows", 1_000_000, "runs", 5, "warm-ups", 1, "nodes", 1));
    boolean single = options.of("nodes") == 1;
    String name = single ? "Scaling" : "Scaling-3-nodes";
    String nodes = single ? BenchCluster.ONE_NODE : BenchCluster.THREE_NODES;
    Report report = new Report(name, nodes, options);
    LineChart chart = new LineChart("Throughput", "tasks or requests in flight", "rows per second");
    Path folder = Folders.temporary("scaling").resolve("target");
    try (BenchCluster cluster = single ? BenchCluster.oneNode() : BenchCluster.threeNodes()) {
      Dataset.ORDERS.fill(cluster, options.of("rows"));
      String table = Dataset.ORDERS.table();
      try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(cluster.session())) {
        measure(
            "Count",
            setting -> measured(setting.applyTo(operator.count(BenchCluster.KEYSPACE, table))),
            chart,
            options,
            report);
        measure(
            EXPORT,
            setting -> {
              Measurement run =
                  measured(
                      setting.applyTo(
                          operator
                              .export(BenchCluster.KEYSPACE, table)
                              .to(CsvTarget.folder(folder))));
              Folders.delete(folder);
              return run;
            },
            chart,
            options,
            report);
      }
    }
    report.chart(chart);
    System.exit(report.write() ? 0 : 1);
  }

  private static <S extends ScanRequest<S, R>, R extends OperationResult> Measurement measured(
      S request) throws Exception {
    return ClientClock.measure(() -> request.execute().rows());
  }

  private static void measure(
      String work, Scaled scaled, LineChart chart, Options options, Report report)
      throws Exception {
    Map<String, Setting> settings = settings(work);
    Contest contest = new Contest(work);
    settings.forEach((name, setting) -> contest.add(name, () -> scaled.run(setting)));
    Map<String, Series> results = contest.run(options.of("warm-ups"), options.of("runs"));
    Series best =
        results.values().stream()
            .filter(each -> !each.name().equals(DEFAULTS))
            .min(Comparator.comparingDouble(each -> each.median(Measurement::seconds)))
            .orElseThrow();
    SeriesTable.add(report, work, results.values(), best);
    compare(new Contest(work + " again"), scaled, best.name(), settings, report);
    settings.forEach(
        (name, setting) -> {
          Series each = Objects.requireNonNull(results.get(name));
          double rate = each.median(run -> run.rows() / run.seconds());
          if (setting.tasks() > 0) {
            chart.point(work + ", by tasks", setting.tasks(), rate);
          } else if (setting.inFlight() > 0) {
            chart.point(work + ", by requests in flight", setting.inFlight(), rate);
          }
        });
  }

  /**
   * Repeats the comparison with only the defaults and the best setting, because the best of many
   * settings is partly luck.
   */
  private static void compare(
      Contest contest, Scaled scaled, String best, Map<String, Setting> settings, Report report)
      throws Exception {
    for (String name : List.of(DEFAULTS, best)) {
      Setting setting = Objects.requireNonNull(settings.get(name));
      contest.add(name, () -> scaled.run(setting));
    }
    Map<String, Series> both = contest.run(1, ROUNDS_OF_TWO);
    Series other = Objects.requireNonNull(both.get(best));
    SeriesTable.add(report, contest.work(), both.values(), other);
    report.atMost(
        contest.work() + ", time with the defaults over the best, which is " + best,
        Objects.requireNonNull(both.get(DEFAULTS)).timeOver(other),
        MOST_OVER_THE_BEST);
  }

  private static Map<String, Setting> settings(String work) {
    Map<String, Setting> settings = new LinkedHashMap<>();
    settings.put(DEFAULTS, new Setting(0, 0, 0));
    for (int tasks : powersOfTwo(MOST_SPLITS)) {
      settings.put(tasks + " tasks", new Setting(tasks, 0, 0));
    }
    for (int inFlight : powersOfTwo(MOST_IN_FLIGHT)) {
      settings.put(inFlight + " in flight", new Setting(0, inFlight, 0));
    }
    if (work.equals(EXPORT)) {
      for (int pageSize : PAGE_SIZES) {
        settings.put("pages of " + pageSize, new Setting(0, 0, pageSize));
      }
    }
    return settings;
  }

  private static List<Integer> powersOfTwo(int most) {
    List<Integer> powers = new ArrayList<>();
    for (int power = 1; power <= most; power *= 2) {
      powers.add(power);
    }
    return powers;
  }
}
