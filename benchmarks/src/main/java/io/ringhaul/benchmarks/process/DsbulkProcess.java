package io.ringhaul.benchmarks.process;

import io.ringhaul.benchmarks.cluster.BenchCluster;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs DSBulk's command line in a new process. */
public final class DsbulkProcess {

  private static final String MAIN_CLASS = "com.datastax.oss.dsbulk.runner.DataStaxBulkLoader";

  /** DSBulk's default number of rows per batch, all of one partition. */
  public static final String BATCH_ROWS = "32";

  /** More concurrent files and queries than DSBulk selects itself on two cores. */
  public static final List<String> TUNED_UNLOAD =
      List.of("-maxConcurrentFiles", "2", "-maxConcurrentQueries", "8");

  /** The same tuning for {@code load}. */
  public static final List<String> TUNED_LOAD =
      List.of("-maxConcurrentFiles", "2", "-maxConcurrentQueries", "64");

  private final InetSocketAddress node;
  private final Path folder;
  private final JavaCommand java;

  /** DSBulk's launcher sets no JVM options. */
  public DsbulkProcess(InetSocketAddress node, Path folder, Jvm jvm)
      throws IOException, InterruptedException {
    this.node = node;
    this.folder = folder;
    this.java = new JavaCommand(jvm, List.of(), PeerClassPath.of("dsbulk"));
  }

  /**
   * Runs {@code load} or {@code unload} with CSV files.
   *
   * @param files the folder of the files
   * @param settings additional DSBulk settings
   */
  public MeasuredProcess.Outcome run(
      String workflow, String table, Path files, List<String> settings)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of(workflow));
    all.addAll(List.of("-h", node.getHostString(), "-port", String.valueOf(node.getPort())));
    all.addAll(List.of("-k", BenchCluster.KEYSPACE, "-t", table, "-url", files.toString()));
    all.addAll(List.of("-cl", "LOCAL_ONE", "-logDir", folder.resolve("logs").toString()));
    all.addAll(settings);
    return new MeasuredProcess(java.of(MAIN_CLASS, all), folder).run();
  }
}
