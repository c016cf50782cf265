package io.ringhaul.benchmarks;

import io.ringhaul.benchmarks.cluster.BenchCluster;
import io.ringhaul.benchmarks.contests.CountContests;
import io.ringhaul.benchmarks.contests.ExportContests;
import io.ringhaul.benchmarks.contests.ImportContests;
import io.ringhaul.benchmarks.contests.ProcessContestants;
import io.ringhaul.benchmarks.contests.ProcessRounds;
import io.ringhaul.benchmarks.data.Dataset;
import io.ringhaul.benchmarks.data.Folders;
import io.ringhaul.benchmarks.process.DsbulkProcess;
import io.ringhaul.benchmarks.process.Jvm;
import io.ringhaul.benchmarks.process.RinghaulProcess;
import io.ringhaul.benchmarks.process.SparkProcess;
import io.ringhaul.benchmarks.report.Options;
import io.ringhaul.benchmarks.report.Report;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Ringhaul's command line compared with DSBulk, Spark and bare scans, each in a separate process.
 */
public final class Processes {

  private static final String ALL = "all";

  private Processes() {}

  /** A contest. */
  private interface Work {
    void run() throws Exception;
  }

  /**
   * Options: {@code --rows=N}, {@code --runs=N}, {@code --work=NAME} (several separated by commas;
   * default: all), and for all programs {@code --heap=MB} (default: Java's) and {@code --java=HOME}
   * (default: that of this process). Exits with code 1 if a threshold is missed.
   */
  public static void main(String[] arguments) throws Exception {
    Options options =
        new Options(
            arguments,
            Map.of("rows", 1_000_000, "runs", 5, "heap", 0),
            Map.of("work", ALL, "java", ""));
    String chosen = options.text("work");
    Jvm jvm = Jvm.in(options.text("java"), options.of("heap"));
    // Results of some of the works have their own files.
    Report report =
        new Report(
            "Processes"
                + (options.text("java").isEmpty() ? "" : "-java-" + jvm.feature())
                + (chosen.equals(ALL) ? "" : "-" + chosen.replace(',', '-')),
            BenchCluster.ONE_NODE,
            options);
    try (BenchCluster cluster = BenchCluster.oneNode()) {
      Map<String, Work> works =
          works(contestants(cluster, options, jvm), new ProcessRounds(report, options.of("runs")));
      List<String> names =
          chosen.equals(ALL) ? List.copyOf(works.keySet()) : List.of(chosen.split(",", -1));
      for (String name : names) {
        if (!works.containsKey(name)) {
          throw new IllegalArgumentException("There is no work " + name + ": " + works.keySet());
        }
      }
      fill(cluster, options.of("rows"));
      for (String name : names) {
        works.getOrDefault(name, () -> {}).run();
      }
    }
    System.exit(report.write() ? 0 : 1);
  }

  private static Map<String, Work> works(ProcessContestants contestants, ProcessRounds rounds) {
    CountContests counts = new CountContests(contestants, rounds);
    ExportContests exports = new ExportContests(contestants, rounds);
    ImportContests imports = new ImportContests(contestants, rounds);
    Map<String, Work> works = new LinkedHashMap<>();
    works.put("start", counts::start);
    works.put("count", counts::count);
    works.put("csv-export", exports::csv);
    works.put("cold-exports", exports::cold);
    works.put("parquet-export", exports::parquet);
    works.put("iceberg-export", exports::iceberg);
    works.put("iceberg-warm", exports::icebergWarm);
    works.put("csv-import", imports::csv);
    works.put("iceberg-import", imports::iceberg);
    return works;
  }

  private static ProcessContestants contestants(BenchCluster cluster, Options options, Jvm jvm)
      throws Exception {
    InetSocketAddress node = cluster.firstAddress();
    Path folder = Folders.temporary("processes");
    return new ProcessContestants(
        cluster.session(),
        folder,
        options.of("rows"),
        RinghaulProcess.built(node, folder.resolve("ringhaul"), jvm),
        new DsbulkProcess(node, folder.resolve("dsbulk"), jvm),
        SparkProcess.connector(node, folder.resolve("spark"), jvm));
  }

  private static void fill(BenchCluster cluster, long rows) throws InterruptedException {
    Dataset.ORDERS.create(cluster.session(), ProcessContestants.COPY);
    Dataset.ORDERS.fill(cluster, ProcessContestants.TEN, 10, Dataset.DEFAULT_SEED);
    Dataset.ORDERS.fill(cluster, rows);
  }
}
