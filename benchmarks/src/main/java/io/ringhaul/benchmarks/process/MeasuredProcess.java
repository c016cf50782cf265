package io.ringhaul.benchmarks.process;

import io.ringhaul.benchmarks.measure.Measurement;
import io.ringhaul.benchmarks.measure.ServerCpu;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Starts a process, waits for it and measures it. Only one process runs at a time, because its CPU
 * time is the increase of the CPU time of ended children. The process does not outlive this
 * process.
 */
public final class MeasuredProcess {

  /** A limit for processes that hang, far above the time of every benchmark. */
  private static final Duration MOST = Duration.ofHours(1);

  /** Polling interval of the resident memory; growth within the last interval is missed. */
  private static final long LOOK_MILLIS = 10;

  private static final int LINES_OF_A_FAILURE = 30;
  private static final int LONGEST_SHOWN = 200;
  private static final Pattern PEAK = Pattern.compile("VmHWM:\\s+(\\d+) kB");

  private final List<String> command;
  private final Map<String, String> environment = new LinkedHashMap<>();
  private final Path folder;

  /**
   * Creates the process without starting it.
   *
   * @param command the program and its arguments
   * @param folder the working folder, which receives the output; created if missing
   */
  public MeasuredProcess(List<String> command, Path folder) {
    this.command = List.copyOf(command);
    this.folder = folder;
  }

  /** Adds an environment variable. */
  public MeasuredProcess with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /**
   * The measurement of a process.
   *
   * @param seconds wall time from start to end, exact to 1 or 2 ms
   * @param cpuSeconds user and kernel time of the process and of the children that it waited for,
   *     exact to the kernel's tick of 0.01 s each
   * @param serverCpuSeconds CPU time of the cluster's nodes during the run
   * @param peakMegabytes largest resident memory, except for growth in the last 10 ms
   * @param output the complete standard output
   */
  public record Outcome(
      double seconds,
      double cpuSeconds,
      double serverCpuSeconds,
      long peakMegabytes,
      String output) {

    public Measurement handling(long rows) {
      return new Measurement(rows, seconds, cpuSeconds, serverCpuSeconds, peakMegabytes);
    }

    /** Returns the last line of the output, which holds the JSON of programs that print JSON. */
    public String lastLine() {
      List<String> lines = output.lines().toList();
      return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
    }
  }

  /**
   * Runs the process once.
   *
   * @throws IllegalStateException with the last lines of the output, if the process times out or
   *     its exit code is not 0
   */
  public Outcome run() throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Path out = folder.resolve("stdout.txt");
    Path error = folder.resolve("stderr.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(out.toFile())
            .redirectError(error.toFile());
    builder.environment().putAll(environment);
    double cpuBefore = CpuTime.ofEndedChildren();
    double serverBefore = ServerCpu.seconds();
    long started = System.nanoTime();
    Process process = builder.start();
    Thread endsWithThisOne = new Thread(() -> end(process));
    Runtime.getRuntime().addShutdownHook(endsWithThisOne);
    long peakKilobytes = 0;
    try {
      while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        peakKilobytes = Math.max(peakKilobytes, peakKilobytes(process.pid()));
        if (System.nanoTime() - started > MOST.toNanos()) {
          throw new IllegalStateException(failure("took more than " + MOST, out, error));
        }
      }
    } finally {
      end(process);
      Runtime.getRuntime().removeShutdownHook(endsWithThisOne);
    }
    double seconds = (System.nanoTime() - started) / 1e9;
    if (process.exitValue() != 0) {
      throw new IllegalStateException(
          failure("ended with exit code " + process.exitValue(), out, error));
    }
    return new Outcome(
        seconds,
        CpuTime.ofEndedChildren() - cpuBefore,
        ServerCpu.seconds() - serverBefore,
        peakKilobytes / 1024,
        Files.readString(out));
  }

  private static void end(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  /** Returns 0 if the process has ended. */
  private static long peakKilobytes(long process) {
    try {
      Matcher peak = PEAK.matcher(Files.readString(Path.of("/proc", "" + process, "status")));
      return peak.find() ? Long.parseLong(peak.group(1)) : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  private String failure(String what, Path out, Path error) throws IOException {
    return command.stream().map(MeasuredProcess::shortened).collect(Collectors.joining(" "))
        + "\n"
        + what
        + "; the last lines of its output:\n"
        + lastLines(out)
        + lastLines(error);
  }

  /** Shortens class paths in messages. */
  private static String shortened(String argument) {
    return argument.length() <= LONGEST_SHOWN
        ? argument
        : argument.substring(0, LONGEST_SHOWN) + "...";
  }

  /** Skips stack frames, which would displace the messages. */
  private static String lastLines(Path file) throws IOException {
    List<String> lines =
        Files.readAllLines(file).stream().filter(line -> !line.startsWith("\tat ")).toList();
    return String.join(
            "\n", lines.subList(Math.max(0, lines.size() - LINES_OF_A_FAILURE), lines.size()))
        + "\n";
  }
}
