package io.ringhaul.benchmarks;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.benchmarks.cluster.BenchCluster;
import io.ringhaul.benchmarks.data.Dataset;
import io.ringhaul.benchmarks.data.Folders;
import io.ringhaul.benchmarks.data.RowsInFiles;
import io.ringhaul.benchmarks.floors.RowsInTable;
import io.ringhaul.benchmarks.measure.Contest;
import io.ringhaul.benchmarks.measure.Measurement;
import io.ringhaul.benchmarks.measure.Series;
import io.ringhaul.benchmarks.measure.SeriesTable;
import io.ringhaul.benchmarks.process.Jvm;
import io.ringhaul.benchmarks.process.RepeatedRun;
import io.ringhaul.benchmarks.process.RinghaulProcess;
import io.ringhaul.benchmarks.process.SparkProcess;
import io.ringhaul.benchmarks.report.Options;
import io.ringhaul.benchmarks.report.Report;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Ringhaul on Spark compared with Spark's Cassandra connector, cold and warm, on the same cores.
 */
public final class OnSpark {

  private static final String RINGHAUL = "Ringhaul on Spark";
  private static final String CONNECTOR = "Spark Cassandra Connector";
  private static final String COPY = "orders_copy";
  private static final List<String> WORKS =
      List.of("count", "export-parquet", "export-iceberg", "import-parquet", "import-iceberg");
  private static final double LEAST = 1.5;

  /** Times in one session; the last one is measured. */
  private static final int WARM_TIMES = 3;

  private final CqlSession session;
  private final Path folder;
  private final long rows;
  private final Map<String, SparkProcess> contenders;

  private OnSpark(
      CqlSession session, Path folder, long rows, Map<String, SparkProcess> contenders) {
    this.session = session;
    this.folder = folder;
    this.rows = rows;
    this.contenders = contenders;
  }

  /**
   * Options: {@code --rows=N}, {@code --runs=N}, {@code --work=NAME} (several separated by commas;
   * default: all). Exits with code 1 if a threshold is missed.
   */
  public static void main(String[] arguments) throws Exception {
    Options options =
        new Options(arguments, Map.of("rows", 1_000_000, "runs", 3), Map.of("work", "all"));
    String chosen = options.text("work");
    List<String> works = chosen.equals("all") ? WORKS : List.of(chosen.split(",", -1));
    if (!WORKS.containsAll(works)) {
      throw new IllegalArgumentException("There is no work " + chosen + ": " + WORKS);
    }
    Report report =
        new Report(
            "OnSpark" + (chosen.equals("all") ? "" : "-" + chosen.replace(',', '-')),
            BenchCluster.ONE_NODE,
            options);
    try (BenchCluster cluster = BenchCluster.oneNode()) {
      InetSocketAddress node = cluster.firstAddress();
      Path folder = Folders.temporary("on-spark");
      Jvm jvm = Jvm.in("", 0);
      OnSpark contests =
          new OnSpark(
              cluster.session(),
              folder,
              options.of("rows"),
              Map.of(
                  RINGHAUL,
                  SparkProcess.ringhaul(node, folder.resolve("ringhaul"), jvm),
                  CONNECTOR,
                  SparkProcess.connector(node, folder.resolve("connector"), jvm)));
      Dataset.ORDERS.create(cluster.session(), COPY);
      Dataset.ORDERS.fill(cluster, options.of("rows"));
      for (String work : works) {
        contests.hold(report, work, 1, options.of("runs"));
        contests.hold(report, work, WARM_TIMES, options.of("runs"));
      }
    }
    System.exit(report.write() ? 0 : 1);
  }

  private void hold(Report report, String work, int times, int rounds) throws Exception {
    String title = work + (times == 1 ? ", whole processes" : ", the third time in one session");
    Contest contest = new Contest(title);
    contest.add(RINGHAUL, () -> run(RINGHAUL, work, times));
    contest.add(CONNECTOR, () -> run(CONNECTOR, work, times));
    Map<String, Series> results = contest.run(1, rounds);
    Series connector = Objects.requireNonNull(results.get(CONNECTOR));
    SeriesTable.add(report, title, results.values(), connector);
    Series ringhaul = Objects.requireNonNull(results.get(RINGHAUL));
    report.atLeast(
        String.format(Locale.ROOT, "%s, against Spark's Cassandra connector", title),
        connector.timeOver(ringhaul),
        LEAST);
  }

  private Measurement run(String contender, String work, int times) throws Exception {
    boolean imports = work.startsWith("import");
    String format = work.substring(work.indexOf('-') + 1);
    Path files = folder.resolve(contender.replace(' ', '-') + "-" + format);
    if (imports) {
      if (!files.toFile().exists()) {
        process(contender).run("export-" + format, Dataset.ORDERS.table(), files, 1);
      }
      session.execute("TRUNCATE " + BenchCluster.KEYSPACE + "." + COPY);
    } else {
      Folders.delete(files);
    }
    RepeatedRun run =
        process(contender).run(work, imports ? COPY : Dataset.ORDERS.table(), files, times);
    if (imports) {
      RinghaulProcess.requireRows(work, rows, RowsInTable.in(session, COPY));
    } else if (work.equals("count")) {
      RinghaulProcess.requireRows(work, rows, run.rows());
    } else {
      // Spark replaces the Parquet files of the time before.
      boolean replaces = contender.equals(CONNECTOR) && format.equals("parquet");
      RinghaulProcess.requireRows(work, rows * (replaces ? 1 : times), RowsInFiles.in(files));
    }
    return times == 1 ? run.whole().handling(rows) : run.lastTime(rows);
  }

  private SparkProcess process(String contender) {
    return Objects.requireNonNull(contenders.get(contender));
  }
}
