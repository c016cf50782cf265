package io.ringhaul.internal.jobstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.job.JobStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Telemetry and checkpoints of a killed process. */
class SqliteTelemetryTest {

  /** Fewer seconds than there are before anything is thinned out. */
  private static final int PARTITIONS = 500;

  private static final int KILLED_AFTER = 20;

  @TempDir Path folder;

  @Test
  void aKilledProcessLeavesWhatItHadMeasured() throws Exception {
    Path file = folder.resolve("jobs.db");
    UUID id;
    try (JobStore store = JobStore.file(file)) {
      id = JobTelemetryContract.created(store).id();
      try (JobRun run = JobRuns.of(store).begin(id)) {
        run.plan("p", Jobs.tiling(PARTITIONS, 1));
      }
    }
    Path said = folder.resolve("said");
    Process process = TelemetryProgram.start(file, id, said);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    while (Files.readString(said).lines().count() < KILLED_AFTER) {
      assertThat(System.nanoTime()).as("120 s for %s", said).isLessThan(end);
      Thread.sleep(5);
    }
    process.destroyForcibly().waitFor();
    int acknowledged = (int) Files.readString(said).lines().count();
    try (JobStore store = JobStore.file(file)) {
      int done = store.find(id).orElseThrow().figures().done();
      assertThat(done).isBetween(acknowledged, acknowledged + 1).isLessThan(PARTITIONS);
      List<Metric> metrics =
          JobTelemetry.of(store)
              .metrics(
                  new MetricQuery(
                      id,
                      MetricKind.PERFORMANCE,
                      Optional.empty(),
                      Optional.empty(),
                      Instant.MIN,
                      Instant.MAX,
                      Integer.MAX_VALUE));
      int seconds = metrics.size() / TelemetryProgram.SERIES;
      assertThat(seconds).isBetween(done, done + 1);
      // Whole seconds, each of them.
      assertThat(metrics)
          .isEqualTo(
              IntStream.range(0, seconds)
                  .mapToObj(TelemetryProgram::metrics)
                  .flatMap(List::stream)
                  .toList());
      try (JobRun run = JobRuns.of(store).begin(id)) {
        assertThat(run.partitions().stream().filter(each -> each.lastAttempt().isPresent()))
            .hasSize(done)
            .allMatch(each -> each.lastAttempt().orElseThrow().ended().isPresent());
      }
    }
  }
}
