package io.ringhaul.benchmarks;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.ExportRequest;
import io.ringhaul.ExportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.benchmarks.cluster.BenchCluster;
import io.ringhaul.benchmarks.data.Folders;
import io.ringhaul.benchmarks.data.SkewedTables;
import io.ringhaul.benchmarks.measure.ClientClock;
import io.ringhaul.benchmarks.measure.Contest;
import io.ringhaul.benchmarks.measure.Measurement;
import io.ringhaul.benchmarks.measure.Series;
import io.ringhaul.benchmarks.measure.SeriesTable;
import io.ringhaul.benchmarks.report.Options;
import io.ringhaul.benchmarks.report.Report;
import io.ringhaul.cluster.DelayedLink;
import io.ringhaul.csv.CsvTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Duration of an export of a skewed table, with tasks that are split while they run and with fixed
 * tasks. Measured on the machine of the node, and with delayed answers, as from a distant node or
 * one with slower disks; with a delay, sequential pages dominate the time.
 */
public final class Skew {

  private static final String ADAPTIVE = "divided while running";
  private static final String FIXED = "fixed tasks";
  private static final double LEAST_GAIN = 1.5;

  private final Path folder;
  private final Options options;
  private final Report report;

  private Skew(Path folder, Options options, Report report) {
    this.folder = folder;
    this.options = options;
    this.report = report;
  }

  /**
   * Options: {@code --rows} of the skewed table, {@code --partition} for the rows of the single
   * partition, {@code --delay} in milliseconds, {@code --runs} and {@code --warm-ups}. Exits with
   * code 1 if splitting does not reach its threshold, or if a row is missing or duplicated.
   */
  public static void main(String[] arguments) throws Exception {
    Options options =
        new Options(
            arguments,
            Map.of("rows", 1_000_000, "partition", 500_000, "delay", 20, "runs", 5, "warm-ups", 1));
    Report report = new Report("Skew", BenchCluster.ONE_NODE, options);
    Skew skew = new Skew(Folders.temporary("skew").resolve("target"), options, report);
    try (BenchCluster cluster = BenchCluster.oneNode()) {
      SkewedTables.fillStretch(cluster, options.of("rows"));
      SkewedTables.fillOnePartition(cluster, options.of("partition"));
      skew.measure(cluster.session(), "", false);
      int delay = options.of("delay");
      try (DelayedLink link = DelayedLink.to(cluster.firstAddress(), delay);
          CqlSession distant = BenchCluster.connect(List.of(link.address()))) {
        skew.measure(distant, ", answers " + delay + " ms later", true);
      }
    }
    System.exit(report.write() ? 0 : 1);
  }

  private void measure(CqlSession session, String where, boolean hasBar) throws Exception {
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      for (String table : List.of(SkewedTables.STRETCH, SkewedTables.ONE_PARTITION)) {
        String work = table + where;
        Contest contest = new Contest(work);
        contest.add(ADAPTIVE, () -> export(operator, table, request -> request));
        contest.add(FIXED, () -> export(operator, table, ExportRequest::fixedTasks));
        Map<String, Series> results = contest.run(options.of("warm-ups"), options.of("runs"));
        Series adaptive = Objects.requireNonNull(results.get(ADAPTIVE));
        Series fixed = Objects.requireNonNull(results.get(FIXED));
        SeriesTable.add(report, work, results.values(), adaptive);
        if (hasBar) {
          report.atLeast(
              work + ", time of fixed tasks over tasks that are divided",
              fixed.timeOver(adaptive),
              LEAST_GAIN);
        }
      }
    }
  }

  private Measurement export(
      TokenAwareBulkOperator operator, String table, UnaryOperator<ExportRequest> how)
      throws Exception {
    ExportRequest request =
        how.apply(operator.export(BenchCluster.KEYSPACE, table).to(CsvTarget.folder(folder)));
    ExportResult[] result = new ExportResult[1];
    Measurement measured =
        ClientClock.measure(
            () -> {
              result[0] = request.execute();
              return result[0].rows();
            });
    System.out.printf("%s: %d tasks, %d files%n", table, result[0].tasks(), result[0].files());
    requireEachRowOnce(Math.toIntExact(measured.rows()));
    Folders.delete(folder);
    return measured;
  }

  /** The rows are numbered without gaps, so the number of distinct rows proves completeness. */
  private void requireEachRowOnce(int rows) throws IOException {
    BitSet seen = new BitSet(rows);
    int lines = 0;
    try (Stream<Path> all = Files.list(folder)) {
      for (Path file : all.filter(each -> each.toString().endsWith(".csv")).toList()) {
        List<String> content = Files.readAllLines(file);
        for (String line : content.subList(1, content.size())) {
          seen.set(Integer.parseInt(line.split(",", 3)[1]));
          lines++;
        }
      }
    }
    if (lines != rows || seen.cardinality() != rows || seen.length() != rows) {
      throw new IllegalStateException(
          lines + " lines have " + seen.cardinality() + " different rows of " + rows);
    }
  }
}
