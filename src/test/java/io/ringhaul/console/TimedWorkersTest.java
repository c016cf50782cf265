package io.ringhaul.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A worker waits for a client so long and no longer. */
class TimedWorkersTest {

  private static final Duration SHORT = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofMinutes(10);

  @Test
  void whoSendsNothingLosesTheConnection() throws Exception {
    Pipe silent = Pipe.open();
    try (TimedWorkers workers = new TimedWorkers("test", 1, SHORT, LONG)) {
      assertThat(result(workers, () -> end(silent))).isInstanceOf(ClosedByInterruptException.class);
      assertThat(silent.source().isOpen()).isFalse();
      assertThat(result(workers, Thread::interrupted))
          .as("the next starts afresh")
          .isEqualTo(false);
    }
  }

  @Test
  void theTimeBeginsAnewWhereTheClientHasDoneItsPart() throws Exception {
    Pipe silent = Pipe.open();
    try (TimedWorkers workers = new TimedWorkers("test", 1, LONG, SHORT)) {
      assertThat(
              result(
                  workers,
                  () -> {
                    workers.renew();
                    return end(silent);
                  }))
          .isInstanceOf(ClosedByInterruptException.class);
    }
    try (TimedWorkers workers = new TimedWorkers("test", 1, SHORT, LONG)) {
      assertThat(
              result(
                  workers,
                  () -> {
                    workers.renew();
                    return isLeftAlone();
                  }))
          .isEqualTo(true);
    }
  }

  @Test
  void whatTheConsoleItselfDoesMayTakeLonger() throws Exception {
    Pipe silent = Pipe.open();
    try (TimedWorkers workers = new TimedWorkers("test", 1, SHORT, SHORT)) {
      assertThat(result(workers, () -> workers.working(TimedWorkersTest::isLeftAlone)))
          .isEqualTo(true);
      assertThat(
              result(
                  workers,
                  () -> {
                    workers.working(() -> true);
                    return end(silent);
                  }))
          .as("from then on the client has its time")
          .isInstanceOf(ClosedByInterruptException.class);
    }
  }

  @Test
  void aTaskIsDoneAgainByAWorker() throws Exception {
    AtomicInteger times = new AtomicInteger();
    CompletableFuture<String> second = new CompletableFuture<>();
    try (TimedWorkers workers = new TimedWorkers("test", 1, LONG, LONG)) {
      workers.execute(
          () -> {
            if (times.incrementAndGet() == 1) {
              new Thread(workers.again(), "other").start();
            } else {
              second.complete(Thread.currentThread().getName());
            }
          });
      assertThat(second.get(1, TimeUnit.MINUTES)).startsWith("ringhaul-test-");
      assertThat(times).hasValue(2);
    }
  }

  private static boolean isLeftAlone() {
    try {
      Thread.sleep(2_500);
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  /** How waiting for a byte ends. */
  private static Object end(Pipe pipe) {
    try {
      return pipe.source().read(ByteBuffer.allocate(1));
    } catch (IOException e) {
      return e;
    }
  }

  private static Object result(TimedWorkers workers, Callable<?> task)
      throws InterruptedException, ExecutionException, TimeoutException {
    CompletableFuture<Object> result = new CompletableFuture<>();
    workers.execute(
        () -> {
          try {
            result.complete(task.call());
          } catch (Exception e) {
            result.completeExceptionally(e);
          }
        });
    return result.get(1, TimeUnit.MINUTES);
  }
}
