package io.ringhaul.cli.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.internal.jobstore.JobRun;
import io.ringhaul.internal.jobstore.JobRuns;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Tests how long an ending process waits for its job. */
class StopOnSignalTest {

  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final UUID id = UUID.randomUUID();
  private final JobStore store = JobStore.inMemory();
  private final AtomicBoolean late = new AtomicBoolean();

  @Test
  void waitsWhileRowsProgress() throws InterruptedException {
    Duration patience = PATIENCE.multipliedBy(3);
    StopOnSignal stop = new StopOnSignal(store, id, () -> late.set(true), patience);
    Thread hook = new Thread(stop::stop);
    hook.start();
    for (int rows = 1; rows <= 10; rows++) {
      Thread.sleep(patience.toMillis() / 6);
      stop.progressed(rows);
    }
    assertThat(hook.isAlive()).isTrue();
    stop.close();
    hook.join();
    assertThat(late).isFalse();
  }

  @Test
  void endsWaitWithoutProgress() throws InterruptedException {
    StopOnSignal stop = new StopOnSignal(store, id, () -> late.set(true), PATIENCE);
    stop.progressed(7);
    Thread hook = new Thread(stop::stop);
    hook.start();
    for (int look = 0; look < 20 && hook.isAlive(); look++) {
      Thread.sleep(250);
      stop.progressed(7);
    }
    assertThat(late).isTrue();
    hook.join();
  }

  @Test
  void stopsJobThatStartsAfterSignal() throws InterruptedException {
    store.create(
        Job.pending(
            id,
            "slow",
            "",
            Map.of(),
            JobKind.EXPORT,
            new JobDefinition(Map.of(), Map.of(), List.of())));
    JobRuns.of(store).begin(id).stopped();
    StopOnSignal stop = new StopOnSignal(store, id, () -> late.set(true), Duration.ofMinutes(1));
    Thread hook = new Thread(stop::stop);
    hook.start();
    // The first request comes while no process runs the job.
    Thread.sleep(500);
    try (JobRun run = JobRuns.of(store).begin(id)) {
      while (!run.beat()) {
        Thread.sleep(20);
      }
    }
    stop.close();
    hook.join();
    assertThat(late).isFalse();
  }
}
