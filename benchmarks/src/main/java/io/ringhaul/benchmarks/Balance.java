package io.ringhaul.benchmarks;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.benchmarks.cluster.BenchCluster;
import io.ringhaul.benchmarks.data.Dataset;
import io.ringhaul.benchmarks.data.Folders;
import io.ringhaul.benchmarks.data.RowsInFiles;
import io.ringhaul.benchmarks.measure.ClientClock;
import io.ringhaul.benchmarks.measure.Contest;
import io.ringhaul.benchmarks.measure.Measurement;
import io.ringhaul.benchmarks.measure.Series;
import io.ringhaul.benchmarks.measure.SeriesTable;
import io.ringhaul.benchmarks.report.Options;
import io.ringhaul.benchmarks.report.Report;
import io.ringhaul.cluster.DelayedLink;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.limits.Balancing;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Duration of a count and an export for each balancing of coordinators, with equal nodes and with
 * one slow node.
 */
public final class Balance {

  private final Path folder;
  private final Options options;
  private final Report report;

  private Balance(Path folder, Options options, Report report) {
    this.folder = folder;
    this.options = options;
    this.report = report;
  }

  /**
   * Options: {@code --rows}, {@code --delay} of the slow node in milliseconds, {@code --runs} and
   * {@code --warm-ups}.
   */
  public static void main(String[] arguments) throws Exception {
    Options options =
        new Options(arguments, Map.of("rows", 300_000, "delay", 20, "runs", 5, "warm-ups", 1));
    Report report = new Report("Balance", BenchCluster.THREE_NODES, options);
    Balance balance = new Balance(Folders.temporary("balance").resolve("target"), options, report);
    try (BenchCluster cluster = BenchCluster.threeNodes()) {
      Dataset.ORDERS.fill(cluster, options.of("rows"));
      balance.measure(cluster.session(), "");
      int delay = options.of("delay");
      try (DelayedLink link = DelayedLink.to(cluster.lastAddress(), delay);
          CqlSession uneven = BenchCluster.connect(List.of(link.address()))) {
        balance.measure(uneven, ", one node answers " + delay + " ms later");
      }
    }
    System.exit(report.write() ? 0 : 1);
  }

  private void measure(CqlSession session, String where) throws Exception {
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      Contest counts = new Contest("Count" + where);
      Contest exports = new Contest("Export to CSV" + where);
      for (Balancing balancing : Balancing.values()) {
        counts.add(balancing.name(), () -> count(operator, balancing));
        exports.add(balancing.name(), () -> export(operator, balancing));
      }
      compare(counts);
      compare(exports);
    }
  }

  private void compare(Contest contest) throws Exception {
    Map<String, Series> results = contest.run(options.of("warm-ups"), options.of("runs"));
    SeriesTable.add(
        report,
        contest.work(),
        results.values(),
        Objects.requireNonNull(results.get(Balancing.DRIVER.name())));
  }

  private static Measurement count(TokenAwareBulkOperator operator, Balancing balancing)
      throws Exception {
    return ClientClock.measure(
        () ->
            operator
                .count(BenchCluster.KEYSPACE, Dataset.ORDERS.table())
                .balancing(balancing)
                .execute()
                .rows());
  }

  private Measurement export(TokenAwareBulkOperator operator, Balancing balancing)
      throws Exception {
    Measurement measured =
        ClientClock.measure(
            () ->
                operator
                    .export(BenchCluster.KEYSPACE, Dataset.ORDERS.table())
                    .to(CsvTarget.folder(folder))
                    .balancing(balancing)
                    .execute()
                    .rows());
    if (RowsInFiles.in(folder) != measured.rows()) {
      throw new IllegalStateException("The files do not contain the exported rows");
    }
    Folders.delete(folder);
    return measured;
  }
}
