package io.ringhaul.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Ringhaul's command line, and programs on its library, each run in a process of its own. */
final class RinghaulProcess {

  private static final Path LAUNCHER = Path.of("scripts", "ringhaul");

  /** A line of the launcher that gives Java an option which is always the same. */
  private static final Pattern OPTION = Pattern.compile("(?m)^ +(-[XD][^$\\s]+) \\\\$");

  private final InetSocketAddress node;
  private final Path folder;
  private final int heapMegabytes;
  private final JavaCommand java;
  private final boolean asLaunched;

  private RinghaulProcess(
      InetSocketAddress node, Path folder, int heapMegabytes, boolean asLaunched)
      throws IOException {
    this.node = node;
    this.folder = folder;
    this.heapMegabytes = heapMegabytes;
    this.java = new JavaCommand(launcherOptions(), heapMegabytes, classPath());
    this.asLaunched = asLaunched;
  }

  /** The command line from the classes as they are now, with the launcher's options of Java. */
  static RinghaulProcess ofClasses(InetSocketAddress node, Path folder, int heapMegabytes)
      throws IOException {
    return new RinghaulProcess(node, folder, heapMegabytes, false);
  }

  /** The command line through its launcher, which is first asked to build what it runs. */
  static RinghaulProcess ofLauncher(InetSocketAddress node, Path folder, int heapMegabytes)
      throws IOException, InterruptedException {
    return ofClasses(node, folder, heapMegabytes).launched();
  }

  /** The same command line through its launcher, which is first asked to build what it runs. */
  RinghaulProcess launched() throws IOException, InterruptedException {
    new MeasuredProcess(
            List.of(LAUNCHER.toAbsolutePath().toString(), "--version"), folder.resolve("build"))
        .run();
    return new RinghaulProcess(node, folder, heapMegabytes, true);
  }

  private static List<String> launcherOptions() throws IOException {
    List<String> options =
        OPTION.matcher(Files.readString(LAUNCHER)).results().map(MatchResult::group).toList();
    List<String> result = new ArrayList<>(options.stream().map(RinghaulProcess::option).toList());
    result.add("-Dringhaul.terminal=false");
    return result;
  }

  private static String option(String line) {
    return line.strip().split(" ", 2)[0];
  }

  /** Ours without the tests' classes. */
  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> !entry.endsWith("test-classes"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /**
   * What a command came to.
   *
   * @param tasks into which it divided its work
   */
  record Run(Measurement measured, int tasks) {}

  /** Runs a command; what it says of rows must be so. */
  Measurement run(String command, String table, long rows, String... arguments)
      throws IOException, InterruptedException {
    return runForTasks(command, table, rows, arguments).measured();
  }

  /** The same, which also says how it divided its work. */
  Run runForTasks(String command, String table, long rows, String... arguments)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of(command, BenchCluster.KEYSPACE + "." + table));
    all.add("--contact-point=" + node.getHostString() + ":" + node.getPort());
    all.addAll(List.of("--consistency=LOCAL_ONE", "--json"));
    all.addAll(List.of(arguments));
    List<String> started;
    if (asLaunched) {
      started = new ArrayList<>(List.of(LAUNCHER.toAbsolutePath().toString()));
      started.addAll(all);
    } else {
      started = java.of("io.ringhaul.cli.Main", all);
    }
    MeasuredProcess process =
        new MeasuredProcess(started, folder)
            .with("RINGHAUL_JOB_STORE", folder.resolve("jobs.db").toString());
    if (heapMegabytes > 0) {
      process.with("RINGHAUL_JAVA_OPTS", "-Xmx" + heapMegabytes + "m");
    }
    MeasuredProcess.Outcome outcome = process.run();
    JsonNode result = new ObjectMapper().readTree(outcome.lastLine());
    requireRows(command, rows, result.path("rows").asLong(-1));
    return new Run(outcome.handling(rows), result.path("tasks").asInt());
  }

  /** Runs a program of the benchmarks, with the node's address before its arguments. */
  MeasuredProcess.Outcome program(Class<?> mainClass, String... arguments)
      throws IOException, InterruptedException {
    JavaCommand withOurs =
        new JavaCommand(launcherOptions(), heapMegabytes, System.getProperty("java.class.path"));
    List<String> all =
        new ArrayList<>(List.of(node.getHostString(), String.valueOf(node.getPort())));
    all.addAll(List.of(arguments));
    return new MeasuredProcess(withOurs.of(mainClass.getName(), all), folder).run();
  }

  static void requireRows(String what, long expected, long found) {
    if (found != expected) {
      throw new IllegalStateException(what + ": " + found + " rows, and not " + expected);
    }
  }
}
