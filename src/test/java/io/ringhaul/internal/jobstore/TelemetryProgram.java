package io.ringhaul.internal.jobstore;

import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/** Another process that runs a job and stores metrics. Prints each completed partition. */
final class TelemetryProgram {

  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  static final int SERIES = 80;

  private TelemetryProgram() {}

  /**
   * Starts the program.
   *
   * @param said where it writes to
   */
  static Process start(Path store, UUID job, Path said) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            TelemetryProgram.class.getName(),
            store.toString(),
            job.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .redirectOutput(said.toFile())
        .start();
  }

  /** The metrics of a moment, in the order in which they are read. */
  static List<Metric> metrics(int second) {
    return IntStream.range(0, SERIES)
        .mapToObj(
            series ->
                Metric.of(
                    START.plusSeconds(second),
                    "component" + series / 10,
                    "name" + series % 10,
                    second * 100.0 + series))
        .toList();
  }

  /** Does each partition of the job, and measures a second before each. */
  @SuppressWarnings("SystemOut")
  public static void main(String[] args) {
    UUID id = UUID.fromString(args[1]);
    try (JobStore store = JobStore.file(Path.of(args[0]));
        JobRun run = JobRuns.of(store).begin(id)) {
      for (JobPartition each : run.partitions()) {
        JobTelemetry.of(store).add(id, MetricKind.PERFORMANCE, metrics(each.number()));
        run.begun(each.number());
        run.done(Jobs.checkpoint(each.number()));
        System.out.println("done " + each.number());
      }
    }
  }
}
