package io.ringhaul.internal.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.monitor.Stage;
import java.util.OptionalDouble;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A worker is in one stage at a time, and no time is counted twice. */
class WorkerClockTest {

  private final OperationMetrics metrics = new OperationMetrics();

  private long nanos(Stage stage) {
    return metrics.totals().stageNanos().getOrDefault(stage, 0L);
  }

  private long steps(Stage stage) {
    return metrics.steps(stage).next().getTotalCount();
  }

  private static void pass(long millis) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(millis);
  }

  @Test
  void stopsTheOuterStageDuringAnInnerOne() throws Exception {
    long before = System.nanoTime();
    try (WorkerClock clock = metrics.work()) {
      clock.begin(Stage.ENCODE);
      pass(5);
      WorkerClock.during(Stage.WRITE, () -> pass(20));
      clock.end();
    }
    long all = System.nanoTime() - before;
    long write = nanos(Stage.WRITE);
    long encode = nanos(Stage.ENCODE);
    assertThat(write).isGreaterThanOrEqualTo(20_000_000);
    assertThat(encode).isGreaterThanOrEqualTo(5_000_000);
    assertThat(write + encode).isLessThanOrEqualTo(all);
    assertThat(metrics.totals().workerNanos()).isBetween(write + encode, all);
    assertThat(steps(Stage.WRITE)).isEqualTo(1);
    assertThat(steps(Stage.ENCODE)).isEqualTo(1);
    assertThat(steps(Stage.WAIT_CLUSTER)).isZero();
  }

  @Test
  void countsNestedWaitsAsOneStep() {
    try (WorkerClock clock = metrics.work()) {
      clock.begin(Stage.WAIT_CLUSTER);
      WorkerClock.during(Stage.WAIT_CLUSTER, () -> {});
      clock.end();
    }
    assertThat(steps(Stage.WAIT_CLUSTER)).isEqualTo(1);
  }

  @Test
  void dividesAStepBetweenTwoStages() throws Exception {
    try (WorkerClock clock = metrics.work()) {
      clock.begin(Stage.DECODE);
      pass(8);
      clock.end(Stage.ENCODE, 0.75);
    }
    long all = nanos(Stage.DECODE) + nanos(Stage.ENCODE);
    assertThat(nanos(Stage.ENCODE)).isEqualTo((long) (all * 0.75));
    assertThat(steps(Stage.DECODE)).isEqualTo(1);
    assertThat(steps(Stage.ENCODE)).isEqualTo(1);
  }

  /** The wait for a page must be visible before the page arrives. */
  @Test
  void countsRunningStages() throws Exception {
    CountDownLatch waits = new CountDownLatch(1);
    CountDownLatch comes = new CountDownLatch(1);
    Thread worker =
        new Thread(
            () -> {
              try (WorkerClock clock = metrics.work()) {
                clock.task(7, "10.0.0.1:9042", () -> 3, () -> OptionalDouble.of(0.25));
                clock.handled(11);
                clock.begin(Stage.WAIT_CLUSTER);
                waits.countDown();
                comes.await();
                clock.end();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    worker.start();
    waits.await();
    long first = nanos(Stage.WAIT_CLUSTER);
    pass(5);
    assertThat(nanos(Stage.WAIT_CLUSTER)).isGreaterThanOrEqualTo(first + 5_000_000);
    assertThat(metrics.totals().workers()).isEqualTo(1);
    WorkerState task = metrics.tasks().get(0);
    assertThat(metrics.tasks()).hasSize(1);
    assertThat(task.partition()).isEqualTo(7);
    assertThat(task.worker()).isZero();
    assertThat(task.rows()).isEqualTo(11);
    assertThat(task.queued()).isEqualTo(3);
    assertThat(task.completed()).hasValue(0.25);
    assertThat(task.replica()).isEqualTo("10.0.0.1:9042");
    comes.countDown();
    worker.join();
    assertThat(metrics.totals().workers()).isZero();
    assertThat(metrics.tasks()).isEmpty();
    assertThat(steps(Stage.WAIT_CLUSTER)).isEqualTo(1);
  }

  @Test
  void givesWorkersTheLowestFreeNumbers() throws Exception {
    WorkerClock first = metrics.work();
    Thread other =
        new Thread(
            () -> {
              try (WorkerClock second = metrics.work()) {
                assertThat(second.worker()).isEqualTo(1);
              }
            });
    other.start();
    other.join();
    first.close();
    try (WorkerClock again = metrics.work()) {
      assertThat(again.worker()).isZero();
    }
  }

  @Test
  void countsNothingForOtherThreads() throws Exception {
    WorkerClock.during(Stage.WRITE, () -> pass(1));
    assertThat(nanos(Stage.WRITE)).isZero();
    assertThat(WorkerClock.current().ownNanos()).isZero();
  }
}
