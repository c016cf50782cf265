package io.ringhaul.internal.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringhaul.internal.limits.ManagedJob.CpuBudget;
import io.ringhaul.internal.request.Throttle;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Tests that the process uses its share of CPU regardless of the cost of its work. */
class CpuBudgetTest {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /** A simulated process with one worker; time passes while it works and sleeps. */
  private static final class Simulated implements CpuBudget.Time {
    private long now = 42;
    private long used = 7;
    private long slept;

    @Override
    public long nanos() {
      return now;
    }

    @Override
    public void sleep(long nanos) {
      now += nanos;
      slept += nanos;
    }

    /** Simulates work that takes time and uses this many cores. */
    void work(long nanos, double cores) {
      now += nanos;
      used += (long) (cores * nanos);
    }
  }

  private final Simulated process = new Simulated();

  private CpuBudget budget(double cores) {
    return new CpuBudget(cores, () -> process.used, process);
  }

  @Test
  void keepsShareForSmallAndLargeSteps() throws InterruptedException {
    for (double cores : new double[] {0.1, 0.5, 1.2}) {
      for (long step : new long[] {10_000, 3_000_000, 200_000_000}) {
        CpuBudget budget = budget(cores);
        long start = process.now;
        long usedBefore = process.used;
        while (process.now - start < 60 * SECOND) {
          process.work(step, 2);
          budget.await();
        }
        assertThat((double) (process.used - usedBefore) / (process.now - start))
            .as("%s cores, steps of %d ns", cores, step)
            .isCloseTo(cores, within(0.01 * cores));
      }
    }
  }

  @Test
  void keepsShareForChangingCost() throws InterruptedException {
    Random random = new Random(3);
    CpuBudget budget = budget(0.2);
    long start = process.now;
    long usedBefore = process.used;
    while (process.now - start < 60 * SECOND) {
      process.work(random.nextInt(20_000_000), 2 * random.nextDouble());
      budget.await();
    }
    assertThat((double) (process.used - usedBefore) / (process.now - start))
        .isCloseTo(0.2, within(0.005));
  }

  @Test
  void doesNotWaitBelowTheShare() throws InterruptedException {
    CpuBudget budget = budget(0.5);
    for (int i = 0; i < 1_000; i++) {
      process.work(10_000_000, 0.4);
      budget.await();
    }
    assertThat(process.slept).isZero();
    // At most a quarter of a second is saved.
    process.work(SECOND, 1.5);
    budget.await();
    assertThat(process.slept).isBetween(SECOND * 3 / 4, SECOND * 7 / 4 + 20_000_000);
  }

  /** The application's threads use more than the share, and the job still makes progress. */
  @Test
  void continuesOnceASecondUnderForeignLoad() throws InterruptedException {
    List<Long> steps = new ArrayList<>();
    CpuBudget.Time hungry =
        new CpuBudget.Time() {
          @Override
          public long nanos() {
            return process.now;
          }

          @Override
          public void sleep(long nanos) {
            process.work(nanos, 2);
          }
        };
    CpuBudget budget = new CpuBudget(0.2, () -> process.used, hungry);
    process.work(SECOND, 2);
    for (int i = 0; i < 5; i++) {
      budget.await();
      steps.add(process.now);
      process.work(1_000_000, 1);
    }
    for (int i = 1; i < steps.size(); i++) {
      assertThat(steps.get(i) - steps.get(i - 1)).isBetween(SECOND, SECOND + 30_000_000);
    }
  }

  /** Limits this process with two busy threads, which would otherwise use two cores. */
  @Test
  void limitsThisProcess() throws InterruptedException {
    double share = 0.25;
    CpuBudget budget = (CpuBudget) CpuBudget.of(share);
    long start = System.nanoTime();
    long usedBefore = CpuBudget.processNanos();
    Thread[] workers = new Thread[2];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Thread(() -> burn(budget, start + 3 * SECOND));
      workers[i].start();
    }
    for (Thread worker : workers) {
      worker.join();
    }
    double used = (double) (CpuBudget.processNanos() - usedBefore) / (System.nanoTime() - start);
    double ofAll = used / Runtime.getRuntime().availableProcessors();
    // On a loaded machine the share may not be available.
    assertThat(ofAll).isPositive().isLessThan(1.15 * share);
  }

  private static void burn(CpuBudget budget, long until) {
    Random random = new Random(5);
    long sum = 0;
    try {
      while (System.nanoTime() < until) {
        for (int i = 0; i < 200_000; i++) {
          sum += random.nextInt();
        }
        budget.await();
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    assertThat(sum).isNotZero();
  }

  @Test
  void fullShareNeedsNoBudget() {
    assertThat(CpuBudget.of(1)).isSameAs(Throttle.FREE);
  }
}
