package io.ringhaul.lake;

import io.ringhaul.cli.sandbox.ForeignClassPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A cluster of HDFS with one data node (Hadoop's mini cluster) in a process of its own. */
public final class HdfsServer implements AutoCloseable {

  private static final int START_SECONDS = 120;

  private final ServerProcess process;
  private final int port;

  private HdfsServer(ServerProcess process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts an empty file system.
   *
   * @param folder an empty folder for the blocks and for the server's log
   */
  public static HdfsServer start(Path folder) throws IOException, InterruptedException {
    int port = ServerProcess.freePort();
    Path details = folder.resolve("details.json");
    Path log = folder.resolve("hdfs.log");
    HdfsServer server =
        new HdfsServer(
            ServerProcess.start(
                "HDFS",
                ServerProcess.java(),
                ForeignClassPath.of(
                    "HDFS",
                    "org.apache.hadoop:hadoop-client-minicluster:3.4.2",
                    "junit:junit:4.13.2"),
                List.of(
                    "-Xmx512m",
                    "-Dtest.build.data=" + folder.resolve("data"),
                    "org.apache.hadoop.test.MiniDFSClusterManager",
                    "-nnport",
                    Integer.toString(port),
                    "-datanodes",
                    "1",
                    "-format",
                    "-writeDetails",
                    details.toString()),
                Map.of(),
                ServerProcess.local(port),
                log),
            port);
    // The name node answers before the data node has registered.
    for (int i = 0; !Files.exists(details); i++) {
      if (i == START_SECONDS * 10) {
        server.close();
        throw new IOException("HDFS does not start:\n" + Files.readString(log));
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    return server;
  }

  /** Returns the URI of the root folder, without a slash at the end. */
  public String uri() {
    return "hdfs://127.0.0.1:" + port;
  }

  /** Returns the jars of the client, in the version of Ringhaul's Hadoop. */
  public static List<Path> client() {
    return ForeignClassPath.of("the client of HDFS", "org.apache.hadoop:hadoop-client:3.4.3");
  }

  @Override
  public void close() throws InterruptedException {
    process.close();
  }
}
