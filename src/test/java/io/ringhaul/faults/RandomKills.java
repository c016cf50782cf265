package io.ringhaul.faults;

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
  private final Duration longest;
  private int jobs;

  /**
   * @param longest how long a process may work at the most before it is killed
   */
  RandomKills(FaultBench bench, WorkSupply supply, Random random, Duration longest) {
    this.bench = bench;
    this.supply = supply;
    this.random = random;
    this.longest = longest;
  }

  /**
   * Kills so many processes amid their work; a job that ends before is followed by another.
   *
   * @return how many jobs it took
   */
  int run(int kills) throws IOException, InterruptedException {
    int killed = 0;
    while (killed < kills) {
      Work work = supply.next();
      KilledJob job = bench.job(work);
      jobs++;
      boolean alive = true;
      while (alive && killed < kills) {
        alive = job.killAfter(Duration.ofNanos(random.nextLong(longest.toNanos())));
        killed += alive ? 1 : 0;
      }
      job.finish();
      work.assertExact(job.id());
    }
    return jobs;
  }
}
