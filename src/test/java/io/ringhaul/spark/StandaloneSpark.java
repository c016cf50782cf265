package io.ringhaul.spark;

import io.ringhaul.lake.ServerProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A cluster of Spark on this machine: a master and two workers, each a process. */
final class StandaloneSpark implements AutoCloseable {

  private static final String DEPLOY = "org.apache.spark.deploy.";
  private static final String HOME = "spark";
  private static final String LOOPBACK = "127.0.0.1";

  private final String master;
  private final List<ServerProcess> processes = new ArrayList<>();

  private StandaloneSpark(String master) {
    this.master = master;
  }

  /**
   * Starts the cluster.
   *
   * @param spark the jars of Spark
   */
  static StandaloneSpark start(List<Path> spark, Path folder)
      throws IOException, InterruptedException {
    Path home = Files.createDirectory(folder.resolve(HOME));
    Path jars = Files.createDirectory(home.resolve("jars"));
    for (Path jar : spark) {
      Files.createSymbolicLink(jars.resolve(jar.getFileName()), jar);
    }
    int port = ServerProcess.freePort();
    StandaloneSpark cluster = new StandaloneSpark("spark://" + LOOPBACK + ":" + port);
    cluster.add(
        spark,
        folder,
        LOOPBACK,
        port,
        "master.Master",
        "--host",
        LOOPBACK,
        "--port",
        String.valueOf(port),
        "--webui-port",
        String.valueOf(ServerProcess.freePort()));
    for (int i = 0; i < 2; i++) {
      int own = ServerProcess.freePort();
      // Spark does not repeat a slow task on the same host.
      String host = "127.0.0." + (i + 1);
      cluster.add(
          spark,
          folder,
          host,
          own,
          "worker.Worker",
          "--host",
          host,
          "--port",
          String.valueOf(own),
          "--webui-port",
          String.valueOf(ServerProcess.freePort()),
          "--cores",
          "1",
          "--memory",
          "1g",
          "--work-dir",
          folder.resolve("work" + i).toString(),
          cluster.master);
    }
    return cluster;
  }

  private void add(
      List<Path> spark, Path folder, String host, int port, String main, String... arguments)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("-Xmx256m", DEPLOY + main));
    all.addAll(List.of(arguments));
    Map<String, String> environment =
        Map.of(
            "SPARK_HOME",
            folder.resolve(HOME).toString(),
            "SPARK_LOCAL_IP",
            host,
            // Else Spark looks for it in the folders of its build.
            "SPARK_SCALA_VERSION",
            "2.12");
    processes.add(
        ServerProcess.start(
            main,
            ServerProcess.java(),
            spark,
            all,
            environment,
            new InetSocketAddress(host, port),
            folder.resolve(main + ".log")));
  }

  String master() {
    return master;
  }

  /** The executors of all applications. */
  List<ProcessHandle> executors() {
    return processes.stream()
        .flatMap(each -> each.children().stream())
        .filter(
            each -> each.info().commandLine().orElse("").contains("CoarseGrainedExecutorBackend"))
        .toList();
  }

  @Override
  public void close() throws InterruptedException {
    for (ServerProcess process : processes) {
      process.children().forEach(ProcessHandle::destroyForcibly);
      process.close();
    }
  }
}
