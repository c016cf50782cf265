package io.ringhaul.benchmarks.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ringhaul.benchmarks.cluster.BenchCluster;
import io.ringhaul.benchmarks.measure.Measurement;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs Ringhaul's command line, through its launcher, and programs that use its library, each in a
 * new process.
 */
public final class RinghaulProcess {

  private static final Path LAUNCHER = Path.of("scripts", "ringhaul");

  /** The line of the launcher that selects the garbage collector. */
  private static final Pattern COLLECTOR = Pattern.compile("(?m)^collector=\\((.+)\\)$");

  private final InetSocketAddress node;
  private final Path folder;
  private final Jvm jvm;

  private RinghaulProcess(InetSocketAddress node, Path folder, Jvm jvm) {
    this.node = node;
    this.folder = folder;
    this.jvm = jvm;
  }

  /** Creates the runner after the launcher has built the jars and its archives for later starts. */
  public static RinghaulProcess built(InetSocketAddress node, Path folder, Jvm jvm)
      throws IOException, InterruptedException {
    new MeasuredProcess(
            List.of(LAUNCHER.toAbsolutePath().toString(), "jobs", "--help"),
            folder.resolve("build"))
        .with("JAVA_HOME", jvm.home().toString())
        .run();
    return new RinghaulProcess(node, folder, jvm);
  }

  private static List<String> collector() throws IOException {
    Matcher line = COLLECTOR.matcher(Files.readString(LAUNCHER));
    if (!line.find()) {
      throw new IllegalStateException(LAUNCHER + " has no line that matches " + COLLECTOR);
    }
    return List.of(line.group(1).split(" ", -1));
  }

  /**
   * The result of a command.
   *
   * @param tasks the number of tasks of the operation
   */
  public record Run(Measurement measured, int tasks) {}

  /** Runs a command and checks the reported number of rows. */
  public Measurement run(String command, String table, long rows, String... arguments)
      throws IOException, InterruptedException {
    return runForTasks(command, table, rows, arguments).measured();
  }

  /** Runs a command like {@link #run} and also returns the number of tasks. */
  public Run runForTasks(String command, String table, long rows, String... arguments)
      throws IOException, InterruptedException {
    List<String> started =
        new ArrayList<>(
            List.of(
                LAUNCHER.toAbsolutePath().toString(),
                command,
                BenchCluster.KEYSPACE + "." + table,
                "--contact-point=" + node.getHostString() + ":" + node.getPort(),
                "--consistency=LOCAL_ONE",
                "--json"));
    started.addAll(List.of(arguments));
    MeasuredProcess process =
        new MeasuredProcess(started, folder)
            .with("JAVA_HOME", jvm.home().toString())
            .with("RINGHAUL_JAVA_OPTS", String.join(" ", jvm.options()))
            .with("RINGHAUL_JOB_STORE", folder.resolve("jobs.db").toString());
    MeasuredProcess.Outcome outcome = process.run();
    JsonNode result = new ObjectMapper().readTree(outcome.lastLine());
    requireRows(command, rows, result.path("rows").asLong(-1));
    return new Run(outcome.handling(rows), result.path("tasks").asInt());
  }

  /**
   * Runs a benchmark program with the node's address before its arguments and with the launcher's
   * garbage collector. The program has no class data archive, because archives require jars.
   */
  public MeasuredProcess.Outcome program(Class<?> mainClass, String... arguments)
      throws IOException, InterruptedException {
    JavaCommand java = new JavaCommand(jvm, collector(), System.getProperty("java.class.path"));
    List<String> all =
        new ArrayList<>(List.of(node.getHostString(), String.valueOf(node.getPort())));
    all.addAll(List.of(arguments));
    return new MeasuredProcess(java.of(mainClass.getName(), all), folder).run();
  }

  public static void requireRows(String what, long expected, long found) {
    if (found != expected) {
      throw new IllegalStateException(what + ": " + found + " rows instead of " + expected);
    }
  }
}
