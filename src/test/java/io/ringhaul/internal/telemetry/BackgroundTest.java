package io.ringhaul.internal.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BackgroundTest {

  private static final Duration LONG = Duration.ofMinutes(1);

  @Test
  void repeatsTasksThatFail() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(3);
    ScheduledExecutorService clock = Background.clock("test");
    clock.scheduleAtFixedRate(
        Background.lasting(
            "A test",
            () -> {
              done.countDown();
              throw new OutOfMemoryError("of the test");
            }),
        0,
        1,
        TimeUnit.MILLISECONDS);
    assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
    clock.shutdown();
    assertThat(Background.awaitEnd(clock, LONG)).isTrue();
  }

  @Test
  void restoresAnEarlierInterrupt() {
    ExecutorService threads = Executors.newSingleThreadExecutor(Background.threads("test"));
    CountDownLatch asked = new CountDownLatch(1);
    threads.execute(asked::countDown);
    threads.shutdown();
    Thread.currentThread().interrupt();
    assertThat(Background.awaitEnd(threads, LONG)).isTrue();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(asked.getCount()).isZero();
  }

  @Test
  void waitsOnAfterAnInterrupt() {
    ExecutorService threads = Executors.newSingleThreadExecutor(Background.threads("test"));
    Thread caller = Thread.currentThread();
    CountDownLatch ran = new CountDownLatch(1);
    threads.execute(
        () -> {
          caller.interrupt();
          while (caller.isInterrupted()) {
            Thread.onSpinWait();
          }
        });
    threads.execute(ran::countDown);
    threads.shutdown();
    assertThat(Background.awaitEnd(threads, LONG)).isTrue();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(ran.getCount()).isZero();
  }

  @Test
  void interruptsThreadsThatDoNotEnd() throws InterruptedException {
    ExecutorService threads = Executors.newSingleThreadExecutor(Background.threads("test"));
    CountDownLatch interrupted = new CountDownLatch(1);
    threads.execute(
        () -> {
          try {
            Thread.sleep(LONG.toMillis());
          } catch (InterruptedException e) {
            interrupted.countDown();
          }
        });
    threads.shutdown();
    assertThat(Background.awaitEnd(threads, Duration.ZERO)).isFalse();
    assertThat(interrupted.await(60, TimeUnit.SECONDS)).isTrue();
  }
}
