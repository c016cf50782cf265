package io.ringhaul.faults;

import io.ringhaul.job.Job;
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
   * Kills so many processes amid their work; a job that ends before is followed by another. Each
   * process may work as long as an undisturbed one did.
   */
  RandomKills run(int kills) throws IOException, InterruptedException {
    long longest = undisturbed().toNanos();
    while (killed < kills) {
      Work work = supply.next();
      KilledJob job = bench.job(work);
      jobs++;
      while (killed < kills && job.killAfter(Duration.ofNanos(random.nextLong(longest)))) {
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

  private Duration undisturbed() throws IOException, InterruptedException {
    Work work = supply.next();
    KilledJob job = bench.job(work);
    job.finish();
    work.assertExact(job.id());
    Job done = job.stored();
    return Duration.between(done.started().orElseThrow(), done.completed().orElseThrow());
  }
}
