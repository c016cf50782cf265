package io.ringhaul.faults;

import io.ringhaul.job.JobFigures;
import java.io.IOException;
import java.time.Duration;
import java.util.Random;

/** Kills jobs at random moments, as often as asked, and judges each that ends. */
final class RandomKills {

  /** Gives work that nobody has done. */
  @FunctionalInterface
  interface WorkSupply {
    Work next() throws IOException, InterruptedException;
  }

  /** Of 24, or as many as are left of an import. */
  private static final int MOST_TASKS = 12;

  private static final int MOST_MILLIS = 200;

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
   * Kills so many processes amid their work; a job that ends before is followed by another. Moments
   * are random in tasks done and in time: time alone would depend on how busy the machine is.
   */
  RandomKills run(int kills) throws IOException, InterruptedException {
    while (killed < kills) {
      Work work = supply.next();
      KilledJob job = bench.job(work);
      jobs++;
      while (killed < kills
          && job.killAfter(
              random.nextInt(MOST_TASKS), Duration.ofMillis(random.nextInt(MOST_MILLIS)))) {
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

  /** For the record. */
  String summary() {
    return String.format(
        "%d processes of %d jobs were killed, %d of them between their first and last task; every"
            + " result is exact",
        killed, jobs, killedAmidTasks);
  }
}
