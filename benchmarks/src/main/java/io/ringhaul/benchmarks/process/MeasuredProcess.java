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
 * A process that is started, waited for and measured; one at a time, for its share of processor
 * time is what this process' ended children have used by then, less what they had before. It does
 * not outlive this process.
 */
public final class MeasuredProcess {

  /** Far more than any work takes; a process that hangs must not hold up the night. */
  private static final Duration MOST = Duration.ofHours(1);

  /** Resident memory can grow by what a process touches in this time without being seen. */
  private static final long LOOK_MILLIS = 10;

  private static final int LINES_OF_A_FAILURE = 30;
  private static final int LONGEST_SHOWN = 200;
  private static final Pattern PEAK = Pattern.compile("VmHWM:\\s+(\\d+) kB");

  private final List<String> command;
  private final Map<String, String> environment = new LinkedHashMap<>();
  private final Path folder;

  /**
   * @param command the program and its arguments
   * @param folder where its output goes, and where it works; made if it is missing
   */
  public MeasuredProcess(List<String> command, Path folder) {
    this.command = List.copyOf(command);
    this.folder = folder;
  }

  /** Sets a variable, beside those of this process. */
  public MeasuredProcess with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /**
   * What a process took.
   *
   * @param seconds of wall time, from its start to its end; exact to a millisecond or two
   * @param cpuSeconds of its threads, and of its own children that it waited for, in user and in
   *     kernel mode; exact to the kernel's tick, 0.01 s each
   * @param serverCpuSeconds of the cluster's nodes meanwhile
   * @param peakMegabytes its largest resident memory, but for growth in its last 10 ms
   * @param output all of its standard output
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

    /** The last line of its output, where programs that print JSON put it. */
    public String lastLine() {
      List<String> lines = output.lines().toList();
      return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
    }
  }

  /**
   * Runs it once.
   *
   * @throws IllegalStateException if it does not end by itself and with exit code 0, with the last
   *     lines of its output
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

  /** 0 if it has ended meanwhile. */
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

  /** Nobody wants to read a class path. */
  private static String shortened(String argument) {
    return argument.length() <= LONGEST_SHOWN
        ? argument
        : argument.substring(0, LONGEST_SHOWN) + "...";
  }

  /** Without stack frames, which would leave no room for what they belong to. */
  private static String lastLines(Path file) throws IOException {
    List<String> lines =
        Files.readAllLines(file).stream().filter(line -> !line.startsWith("\tat ")).toList();
    return String.join(
            "\n", lines.subList(Math.max(0, lines.size() - LINES_OF_A_FAILURE), lines.size()))
        + "\n";
  }
}
