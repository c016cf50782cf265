package io.ringhaul.interop;

import io.ringhaul.cli.sandbox.ForeignClassPath;
import io.ringhaul.cluster.TestCluster;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs DSBulk from Maven Central on the test cluster, through its command line. */
final class DsBulk {

  private static final String VERSION = "1.10.0";

  private final JavaProgram program;

  /**
   * Resolves DSBulk.
   *
   * @param folder the folder for DSBulk's logs
   */
  DsBulk(Path folder) {
    List<String> artifacts = new ArrayList<>();
    for (String name :
        List.of(
            "runner",
            "workflow-load",
            "workflow-unload",
            "connectors-csv",
            "connectors-json",
            "batcher-reactor",
            "executor-reactor")) {
      artifacts.add("com.datastax.oss:dsbulk-" + name + ":" + VERSION);
    }
    program =
        new JavaProgram(
            ForeignClassPath.of("DSBulk", artifacts.toArray(new String[0])),
            List.of("-Xmx512m", "-Dfile.encoding=UTF-8"),
            "com.datastax.oss.dsbulk.runner.DataStaxBulkLoader",
            folder);
  }

  /**
   * Unloads a table. Fails unless DSBulk succeeds.
   *
   * @param connector {@code csv} or {@code json}
   */
  void unload(String keyspace, String table, String connector, Path to, String... more)
      throws IOException, InterruptedException {
    run("unload", keyspace, table, connector, to, more).requireExit(0);
  }

  /** Unloads the rows of a query as CSV. Fails unless DSBulk succeeds. */
  void query(String cql, Path to) throws IOException, InterruptedException {
    InetSocketAddress contact = TestCluster.get().contactPoints().get(0);
    program
        .run(
            "unload",
            "-h",
            contact.getHostString(),
            "-port",
            String.valueOf(contact.getPort()),
            "-query",
            cql,
            "-c",
            "csv",
            "-url",
            to.toString())
        .requireExit(0);
  }

  /**
   * Loads into a table and returns the exit code: 0, or 1 if DSBulk rejected some records.
   *
   * @param connector {@code csv} or {@code json}
   */
  JavaProgram.Run load(String keyspace, String table, String connector, Path from, String... more)
      throws IOException, InterruptedException {
    return run("load", keyspace, table, connector, from, more);
  }

  private JavaProgram.Run run(
      String command, String keyspace, String table, String connector, Path url, String... more)
      throws IOException, InterruptedException {
    InetSocketAddress contact = TestCluster.get().contactPoints().get(0);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                command,
                "-h",
                contact.getHostString(),
                "-port",
                String.valueOf(contact.getPort()),
                "-k",
                keyspace,
                "-t",
                table,
                "-c",
                connector,
                "-url",
                url.toString()));
    arguments.addAll(List.of(more));
    return program.run(arguments.toArray(new String[0]));
  }
}
