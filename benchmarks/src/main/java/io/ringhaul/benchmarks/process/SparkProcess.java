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

/** Runs Spark with two cores in a new process. */
public final class SparkProcess {

  private static final String MAIN_CLASS = "io.ringhaul.peers.SparkPeer";
  private static final String LAUNCHER_OPTIONS = "org.apache.spark.launcher.JavaModuleOptions";

  private final InetSocketAddress node;
  private final Path folder;
  private final JavaCommand java;

  public SparkProcess(InetSocketAddress node, Path folder, Jvm jvm)
      throws IOException, InterruptedException, ReflectiveOperationException {
    this.node = node;
    this.folder = folder;
    String classPath = PeerClassPath.of("spark");
    this.java = new JavaCommand(jvm, moduleOptions(classPath), classPath);
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
    return RepeatedRun.of(new MeasuredProcess(java.of(MAIN_CLASS, all), folder).run());
  }
}
