package io.ringhaul.benchmarks;

import io.ringhaul.benchmarks.cluster.BenchCluster;
import io.ringhaul.benchmarks.commits.Checkout;
import io.ringhaul.benchmarks.commits.CommitWorks;
import io.ringhaul.benchmarks.data.Dataset;
import io.ringhaul.benchmarks.data.Folders;
import io.ringhaul.benchmarks.measure.Contest;
import io.ringhaul.benchmarks.measure.Measurement;
import io.ringhaul.benchmarks.measure.Series;
import io.ringhaul.benchmarks.report.BarChart;
import io.ringhaul.benchmarks.report.Options;
import io.ringhaul.benchmarks.report.Report;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Compares two commits of this repository to find regressions: their command lines alternate on one
 * node with the same data.
 */
public final class Commits {

  private final Checkout base;
  private final Checkout head;
  private final Options options;
  private final List<List<String>> lines = new ArrayList<>();

  private Commits(Checkout base, Checkout head, Options options) {
    this.base = base;
    this.head = head;
    this.options = options;
  }

  /**
   * Options: {@code --base} and {@code --head} as git names, {@code --rows} of the orders, measured
   * {@code --runs} and {@code --warm-ups}. Exits with code 1 if the median time of any work is more
   * than {@code --tolerance} percent longer with the head.
   */
  public static void main(String[] arguments) throws Exception {
    Options options =
        new Options(
            arguments,
            Map.of("rows", 300_000, "runs", 7, "warm-ups", 1, "tolerance", 10),
            Map.of("base", "HEAD~1", "head", "HEAD"));
    Path folder = Folders.temporary("commits");
    Checkout base = Checkout.of(options.text("base"), folder.resolve("base"));
    Checkout head = Checkout.of(options.text("head"), folder.resolve("head"));
    Report report = new Report("Commits", BenchCluster.ONE_NODE, options);
    try (BenchCluster cluster = BenchCluster.oneNode()) {
      int rows = options.of("rows");
      Dataset.ORDERS.fill(cluster, rows);
      new Commits(base, head, options)
          .compare(new CommitWorks(cluster, folder.resolve("files"), rows, base), report);
    }
    System.exit(report.write() ? 0 : 1);
  }

  private void compare(CommitWorks works, Report report) throws Exception {
    String baseName = "base " + base.shortHash();
    String headName = "head " + head.shortHash();
    double most = 1 + options.of("tolerance") / 100.0;
    BarChart chart = new BarChart("Head over base", "times as long as the base");
    Map<String, Double> ratios = new LinkedHashMap<>();
    for (Map.Entry<String, CommitWorks.Work> work : works.all().entrySet()) {
      Map<String, Series> results =
          new Contest(work.getKey())
              .add(baseName, () -> work.getValue().run(base))
              .add(headName, () -> work.getValue().run(head))
              .run(options.of("warm-ups"), options.of("runs"));
      Series before = Objects.requireNonNull(results.get(baseName));
      Series after = Objects.requireNonNull(results.get(headName));
      lines.add(line(work.getKey(), before, after));
      ratios.put(work.getKey(), after.timeOver(before));
      chart.bar(
          work.getKey(),
          after.timeOver(before),
          least(before, after),
          greatest(before, after),
          most);
    }
    report.table(
        "Whole processes of " + headName + " over those of " + baseName,
        List.of(
            "work",
            "base s",
            "head s",
            "head / base",
            "least",
            "most",
            "CPU head / base",
            "base MB",
            "head MB"),
        lines);
    report.chart(chart);
    ratios.forEach((work, ratio) -> report.atMost(work + ", head over base", ratio, most));
  }

  private static List<String> line(String work, Series before, Series after) {
    return List.of(
        work,
        Report.millis(before.median(Measurement::seconds)),
        Report.millis(after.median(Measurement::seconds)),
        Report.millis(after.timeOver(before)),
        Report.millis(least(before, after)),
        Report.millis(greatest(before, after)),
        Report.millis(after.ratio(before, Measurement::cpuSeconds)),
        Report.number(before.median(Measurement::peakMegabytes)),
        Report.number(after.median(Measurement::peakMegabytes)));
  }

  private static double least(Series before, Series after) {
    return after.ratios(before, Measurement::seconds).min().orElse(Double.NaN);
  }

  private static double greatest(Series before, Series after) {
    return after.ratios(before, Measurement::seconds).max().orElse(Double.NaN);
  }
}
