package io.ringhaul.benchmarks.events;

import com.datastax.oss.driver.api.core.CqlSession;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.benchmarks.cluster.BenchCluster;
import io.ringhaul.benchmarks.events.Events.EventRow;
import io.ringhaul.benchmarks.report.Report;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes many blocks of events in a new process and records its heap use. */
public final class LongRun {

  /** Allowed growth of the used heap from the first fifth to the end. */
  private static final double GROWTH_MEGABYTES = 4;

  private static final int LOOKS = 10;

  private LongRun() {}

  /**
   * The result of a long run.
   *
   * @param usedMegabytes the used heap after each collection, in order
   */
  public record Figures(long rows, double seconds, List<Double> usedMegabytes) {

    public void report(Report report, int heapMegabytes) {
      List<List<String>> lines = new ArrayList<>();
      for (int i = 0; i < usedMegabytes.size(); i++) {
        lines.add(
            List.of(
                (i + 1) * 100 / usedMegabytes.size() + " %", Report.millis(usedMegabytes.get(i))));
      }
      report.table(
          "Heap in use after a collection, of " + heapMegabytes + " MB",
          List.of("done", "MB"),
          lines);
      report.table(
          "The long run",
          List.of("rows", "seconds", "rows/s"),
          List.of(
              List.of(
                  Report.number((double) rows),
                  Report.number(seconds),
                  Report.number(rows / seconds))));
      double early = usedMegabytes.get(Math.min(1, usedMegabytes.size() - 1));
      double late = usedMegabytes.get(usedMegabytes.size() - 1);
      report.check(
          "The heap in use grows by less than 4 MB after the first fifth",
          late - early < GROWTH_MEGABYTES);
    }
  }

  /** Runs a process with the given heap and fails unless its exit code is 0. */
  public static Figures inProcess(InetSocketAddress contactPoint, int heap, long first, int blocks)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap + "m",
                "-XX:+UseSerialGC",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                System.getProperty("java.class.path"),
                LongRun.class.getName(),
                contactPoint.getHostString(),
                String.valueOf(contactPoint.getPort()),
                String.valueOf(first),
                String.valueOf(blocks))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException("The long run ended with exit code " + process.exitValue());
    }
    JsonNode result = new ObjectMapper().readTree(out);
    List<Double> used = new ArrayList<>();
    result.path("used").forEach(each -> used.add(each.asDouble()));
    return new Figures(
        result.path("rows").asLong(), result.path("seconds").asDouble(), List.copyOf(used));
  }

  /**
   * Arguments: host, port, number of the first block, number of blocks. Prints one line of JSON.
   */
  public static void main(String[] arguments) throws Exception {
    InetSocketAddress contactPoint =
        new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1]));
    long first = Long.parseLong(arguments[2]);
    int blocks = Integer.parseInt(arguments[3]);
    List<Double> used = new ArrayList<>();
    long rows = 0;
    long started = System.nanoTime();
    long looking = 0;
    try (CqlSession session = BenchCluster.connect(List.of(contactPoint));
        BatchWriter writer = BatchWriter.over(session)) {
      for (int i = 0; i < blocks; i++) {
        List<EventRow> block = Events.block(first + i);
        Events.writeInBulk(writer, block);
        rows += block.size();
        if ((i + 1) % Math.max(1, blocks / LOOKS) == 0) {
          long look = System.nanoTime();
          used.add(usedMegabytes());
          looking += System.nanoTime() - look;
        }
      }
    }
    double seconds = (System.nanoTime() - started - looking) / 1e9;
    System.out.println(
        new ObjectMapper()
            .writeValueAsString(Map.of("rows", rows, "seconds", seconds, "used", used)));
  }

  private static double usedMegabytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / (double) (1 << 20);
  }
}
