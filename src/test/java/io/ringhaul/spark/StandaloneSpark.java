package io.ringhaul.spark;

import io.ringhaul.interop.JavaProgram;
import io.ringhaul.lake.ServerProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A cluster of Spark on this machine: a master and two workers, each a process. */
public final class StandaloneSpark implements AutoCloseable {

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
  public static StandaloneSpark start(List<Path> spark, Path folder)
      throws IOException, InterruptedException {
    home(spark, folder);
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

  /**
   * Makes the folder of an installation in a folder, unless it exists: the jars, and the program
   * {@code spark-submit}, which Spark's archive has and Maven Central has not.
   */
  public static Path home(List<Path> spark, Path folder) throws IOException {
    Path home = folder.resolve(HOME);
    if (Files.exists(home)) {
      return home;
    }
    Path jars = Files.createDirectories(home.resolve("jars"));
    for (Path jar : spark) {
      Files.createSymbolicLink(jars.resolve(jar.getFileName()), jar);
    }
    Path submit = Files.createDirectory(home.resolve("bin")).resolve("spark-submit");
    Files.writeString(
        submit,
        "#!/bin/sh\nexec '"
            + ServerProcess.java()
            + "' -Xmx1g -cp '"
            + jars
            + "/*' "
            + JavaProgram.SPARK_OPENS.stream()
                .map(each -> "--add-opens=" + each + "=ALL-UNNAMED ")
                .collect(Collectors.joining())
            + DEPLOY
            + "SparkSubmit \"$@\"\n");
    Files.setPosixFilePermissions(submit, PosixFilePermissions.fromString("rwx------"));
    return home;
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

  public String master() {
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
