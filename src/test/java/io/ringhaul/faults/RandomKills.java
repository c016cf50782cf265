package io.ringhaul.faults;

import io.ringhaul.job.JobFigures;
import java.io.IOException;
import java.time.Duration;
import java.util.Random;

/** Kills jobs at random moments and checks the result of each job. */
final class RandomKills {

  /** Supplies work that has not run yet. */
  @FunctionalInterface
  interface WorkSupply {
    Work next() throws IOException, InterruptedException;
  }

  /** Of 24 tasks, or of the tasks that remain in a resumed import. */
  private static final int MAX_TASKS = 12;

  private static final int MAX_MILLIS = 200;

  private final FaultBench bench;
  private final WorkSupply supply;
  private final Random random;
  private int jobs;
  private int killed;
  private int killedAmidTasks;

  RandomKills(FaultBench bench, WorkSupply supply, Random random) {
    this.bench = bench;
    this.supply = supply;
    this.random = random;
  }

  /**
   * Kills the given number of processes and starts a new job whenever one completes first. Moments
   * are random in tasks done and in time, because time alone depends on the load of the machine.
   */
  RandomKills run(int kills) throws IOException, InterruptedException {
    while (killed < kills) {
      Work work = supply.next();
      KilledJob job = bench.job(work);
      jobs++;
      while (killed < kills
          && job.killAfter(
              random.nextInt(MAX_TASKS), Duration.ofMillis(random.nextInt(MAX_MILLIS)))) {
        killed++;
        JobFigures figures = job.stored().figures();
        if (figures.done() > 0 && figures.done() < figures.partitions()) {
          killedAmidTasks++;
        }
      }
      job.finish();
      work.assertExact(job.id());
    }
    return this;
  }

  /** Returns the number of jobs and kills for the test report. */
  String summary() {
    return String.format(
        "%d processes of %d jobs were killed, %d of them between their first and last task; every"
            + " result is exact",
        killed, jobs, killedAmidTasks);
  }
}
