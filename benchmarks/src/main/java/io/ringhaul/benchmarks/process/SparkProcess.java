package io.ringhaul.benchmarks.process;

import io.ringhaul.benchmarks.cluster.BenchCluster;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Runs Spark with two cores in a new process, with its Cassandra connector or with Ringhaul. */
public final class SparkProcess {

  private static final String LAUNCHER_OPTIONS = "org.apache.spark.launcher.JavaModuleOptions";

  private final InetSocketAddress node;
  private final Path folder;
  private final JavaCommand java;
  private final String mainClass;

  private SparkProcess(InetSocketAddress node, Path folder, Jvm jvm, String peer, String mainClass)
      throws IOException, InterruptedException, ReflectiveOperationException {
    this.node = node;
    this.folder = folder;
    String classPath = PeerClassPath.of(peer);
    this.java = new JavaCommand(jvm, moduleOptions(classPath), classPath);
    this.mainClass = mainClass;
  }

  /** Spark with its Cassandra connector. */
  public static SparkProcess connector(InetSocketAddress node, Path folder, Jvm jvm)
      throws IOException, InterruptedException, ReflectiveOperationException {
    return new SparkProcess(node, folder, jvm, "spark", "io.ringhaul.peers.SparkPeer");
  }

  /** Spark with Ringhaul, whose jar for Spark must be in {@code target}. */
  public static SparkProcess ringhaul(InetSocketAddress node, Path folder, Jvm jvm)
      throws IOException, InterruptedException, ReflectiveOperationException {
    return new SparkProcess(node, folder, jvm, "ringhaul-spark", "io.ringhaul.peers.RinghaulPeer");
  }

  /** Returns the module options that Spark's own launcher uses. */
  private static List<String> moduleOptions(String classPath)
      throws IOException, ReflectiveOperationException {
    List<URL> jars = new ArrayList<>();
    for (String entry : classPath.split(File.pathSeparator, -1)) {
      jars.add(Path.of(entry).toUri().toURL());
    }
    try (URLClassLoader spark =
        new URLClassLoader(jars.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      return Arrays.asList(
          spark
              .loadClass(LAUNCHER_OPTIONS)
              .getMethod("defaultModuleOptions")
              .invoke(null)
              .toString()
              .split(" ", -1));
    }
  }

  /**
   * Repeats a work in one session.
   *
   * @param work the name of the work in the Spark program
   * @param files the folder of the files, or the warehouse
   */
  public RepeatedRun run(String work, String table, Path files, int times)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of(work));
    all.addAll(List.of(node.getHostString(), String.valueOf(node.getPort())));
    all.addAll(List.of(BenchCluster.KEYSPACE, table, files.toString(), String.valueOf(times)));
    return RepeatedRun.of(new MeasuredProcess(java.of(mainClass, all), folder).run());
  }
}
