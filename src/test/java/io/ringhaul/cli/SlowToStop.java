package io.ringhaul.cli;

import io.ringhaul.cli.jobs.StopOnSignal;
import io.ringhaul.internal.jobstore.JobRun;
import io.ringhaul.internal.jobstore.JobRuns;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobStore;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A process with a job that ignores the request to stop. */
final class SlowToStop {

  private SlowToStop() {}

  public static void main(String[] arguments) throws InterruptedException {
    UUID id = UUID.randomUUID();
    JobStore store = JobStore.inMemory();
    try (StopOnSignal signals = StopOnSignal.of(store, id, () -> {})) {
      System.out.println("listening");
      // A signal may arrive before the store has the job.
      Thread.sleep(500);
      store.create(
          Job.pending(
              id,
              "slow",
              "",
              Map.of(),
              JobKind.EXPORT,
              new JobDefinition(Map.of(), Map.of(), List.of())));
      JobRun run = JobRuns.of(store).begin(id);
      while (!run.beat()) {
        Thread.sleep(50);
      }
      System.out.println("asked to stop");
      Thread.sleep(60_000);
    }
  }
}
