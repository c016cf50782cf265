package io.ringhaul.benchmarks.commits;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.benchmarks.cluster.BenchCluster;
import io.ringhaul.benchmarks.data.Dataset;
import io.ringhaul.benchmarks.data.Folders;
import io.ringhaul.benchmarks.data.RowsInFiles;
import io.ringhaul.benchmarks.floors.RowsInTable;
import io.ringhaul.benchmarks.measure.Measurement;
import io.ringhaul.benchmarks.process.RinghaulProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The works for one commit's command line: count, exports and imports of the orders, each a whole
 * process. Results are deleted after the clock has stopped.
 */
public final class CommitWorks {

  private static final String ORDERS = BenchCluster.KEYSPACE + "." + Dataset.ORDERS.table();
  private static final String COPY = Dataset.ORDERS.table() + "_copy";

  /** A work that runs with any commit. */
  @FunctionalInterface
  public interface Work {
    Measurement run(Checkout commit) throws Exception;
  }

  private final CqlSession session;
  private final InetSocketAddress node;
  private final Path folder;
  private final long rows;
  private final Map<String, Work> all = new LinkedHashMap<>();

  /**
   * Prepares the files to import.
   *
   * @param folder an empty folder on a real disk
   * @param rows the number of filled orders
   * @param writer writes the files that all commits import; must be the older commit, so that both
   *     can read them
   */
  public CommitWorks(BenchCluster cluster, Path folder, long rows, Checkout writer)
      throws IOException, InterruptedException {
    this.session = cluster.session();
    this.node = cluster.firstAddress();
    this.folder = folder;
    this.rows = rows;
    Dataset.ORDERS.create(session, COPY);
    all.put("count", commit -> commit.run(node, rows, "count", ORDERS));
    for (String format : List.of("csv", "json", "parquet", "iceberg")) {
      all.put("export to " + format, commit -> export(commit, format));
    }
    for (String format : List.of("csv", "iceberg")) {
      writer.run(node, rows, "export", ORDERS, "--format=" + format, "--path=" + source(format));
    }
    all.put("import from csv", commit -> importing(commit, "csv"));
    all.put(
        "import from iceberg", commit -> importing(commit, "iceberg", "--iceberg-table=" + ORDERS));
  }

  /** Returns all works by name. */
  public Map<String, Work> all() {
    return all;
  }

  private Measurement export(Checkout commit, String format) throws Exception {
    Path target = folder.resolve("target");
    Measurement measured =
        commit.run(node, rows, "export", ORDERS, "--format=" + format, "--path=" + target);
    RinghaulProcess.requireRows("export to " + format, rows, RowsInFiles.in(target));
    Folders.delete(target);
    return measured;
  }

  private Measurement importing(Checkout commit, String format, String... more) throws Exception {
    session.execute("TRUNCATE " + BenchCluster.KEYSPACE + "." + COPY);
    List<String> command = new ArrayList<>();
    command.addAll(List.of("import", BenchCluster.KEYSPACE + "." + COPY));
    command.addAll(List.of("--format=" + format, "--path=" + source(format)));
    command.addAll(List.of(more));
    Measurement measured = commit.run(node, rows, command.toArray(String[]::new));
    RinghaulProcess.requireRows("import from " + format, rows, RowsInTable.in(session, COPY));
    return measured;
  }

  private Path source(String format) {
    return folder.resolve("source-" + format);
  }
}
