package io.ringhaul.benchmarks;

import com.datastax.oss.driver.api.core.CqlSession;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Ringhaul's command line beside DSBulk, Spark and bare scans, each in processes of their own. */
public final class Processes {

  private static final String ALL_WORKS = "all";

  private Processes() {}

  /**
   * Takes {@code --rows=N}, {@code --runs=N}, {@code --work=NAME} (default: all), {@code --heap=MB}
   * for all programs (default: what Java takes) and {@code --launcher=1} for the command line as
   * its script starts it; ends with exit code 1 if a bar is missed.
   */
  public static void main(String[] arguments) throws Exception {
    Options options =
        new Options(
            arguments,
            Map.of("rows", 1_000_000, "runs", 5, "heap", 0, "launcher", 0),
            Map.of("work", ALL_WORKS));
    boolean good;
    try (BenchCluster cluster = BenchCluster.oneNode()) {
      good = run(cluster.session(), cluster.firstAddress(), options);
    }
    System.exit(good ? 0 : 1);
  }

  /** Whether all bars are met. */
  static boolean run(CqlSession session, InetSocketAddress node, Options options)
      throws Exception {
    String work = options.text("work");
    boolean isAll = work.equals(ALL_WORKS);
    Report report =
        new Report(isAll ? "Processes" : "Processes-" + work, BenchCluster.ONE_NODE, options);
    ProcessContestants contestants = contestants(session, node, options);
    fill(contestants);
    ProcessContests contests = new ProcessContests(contestants, report, options.of("runs"));
    for (String each : isAll ? ProcessContests.WORKS : List.of(work)) {
      contests.run(each);
    }
    contestants.removed("");
    return report.write();
  }

  private static ProcessContestants contestants(
      CqlSession session, InetSocketAddress node, Options options) throws Exception {
    int heap = options.of("heap");
    // A relative folder: a system's temporary folder may be held in memory.
    Path folder =
        Files.createTempDirectory(
            Files.createDirectories(Path.of("target").toAbsolutePath()), "processes-");
    Path ringhaul = folder.resolve("ringhaul");
    return new ProcessContestants(
        session,
        folder,
        options.of("rows"),
        options.of("launcher") == 0
            ? RinghaulProcess.ofClasses(node, ringhaul, heap)
            : RinghaulProcess.ofLauncher(node, ringhaul, heap),
        new DsbulkProcess(node, folder.resolve("dsbulk"), heap),
        new SparkProcess(node, folder.resolve("spark"), heap));
  }

  private static void fill(ProcessContestants contestants) throws InterruptedException {
    OrdersTable orders = new OrdersTable(contestants.session());
    for (String table :
        List.of(ProcessContestants.ORDERS, ProcessContestants.COPY, ProcessContestants.TEN)) {
      orders.create(table);
    }
    orders.fill(ProcessContestants.ORDERS, contestants.rows());
    orders.fill(ProcessContestants.TEN, 10);
  }
}
