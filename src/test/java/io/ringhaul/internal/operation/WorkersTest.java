package io.ringhaul.internal.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.OperationCancelledException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Additional workers start at once, surplus workers end between tasks, and a run waits for all
 * workers.
 */
@Timeout(30)
class WorkersTest {

  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void endThreads() throws InterruptedException {
    threads.shutdownNow();
    assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void startsAdditionalWorkersDuringARun() throws InterruptedException {
    Workers workers = new Workers(threads, 1);
    CountDownLatch four = new CountDownLatch(4);
    workers.run(
        () -> {
          four.countDown();
          workers.count(4);
          // No worker ends before the last has started.
          four.await();
        });
    assertThat(four.getCount()).isZero();
    assertThat(workers.count()).isEqualTo(4);
  }

  @Test
  void closedOperatorCancelsWhatStartsItsWorkers() {
    OperatorThreads closed = OperatorThreads.over(null);
    closed.close();
    assertThatThrownBy(() -> new Workers(closed, 2).run(() -> {}))
        .isInstanceOf(OperationCancelledException.class)
        .hasMessage("The operator was closed");
  }

  @Test
  void reportsOutOfMemoryAndRethrowsOtherErrors() {
    assertThatThrownBy(
            () ->
                new Workers(threads, 2)
                    .run(
                        () -> {
                          throw new OutOfMemoryError("Java heap space");
                        }))
        .isInstanceOf(BulkOperationException.class)
        .hasMessageMatching(
            "The operation ran out of memory \\(Java heap space; the heap is \\d+ MiB\\)\\."
                + " Increase the heap .*")
        .hasCauseInstanceOf(OutOfMemoryError.class);
    assertThatThrownBy(
            () ->
                new Workers(threads, 2)
                    .run(
                        () -> {
                          throw new StackOverflowError("deep");
                        }))
        .isInstanceOf(StackOverflowError.class);
  }

  @Test
  void endsSurplusWorkersBetweenTasks() throws InterruptedException {
    Workers workers = new Workers(threads, 5);
    CountDownLatch begun = new CountDownLatch(5);
    CountDownLatch left = new CountDownLatch(3);
    AtomicInteger tasks = new AtomicInteger(100);
    AtomicInteger surplus = new AtomicInteger();
    workers.run(
        () -> {
          begun.countDown();
          begun.await();
          workers.count(2);
          while (true) {
            if (workers.isSurplus()) {
              surplus.incrementAndGet();
              left.countDown();
              return;
            }
            left.await();
            if (tasks.getAndDecrement() <= 0) {
              return;
            }
          }
        });
    assertThat(surplus).hasValue(3);
    assertThat(tasks.get()).isLessThanOrEqualTo(0);
  }

  @Test
  void replacesALeavingWorker() throws InterruptedException {
    Workers workers = new Workers(threads, 2);
    AtomicInteger begun = new AtomicInteger();
    CountDownLatch three = new CountDownLatch(3);
    workers.run(
        () -> {
          three.countDown();
          if (begun.incrementAndGet() == 1) {
            workers.count(1);
            assertThat(workers.isSurplus()).isTrue();
            workers.count(2);
            return;
          }
          three.await();
        });
    assertThat(begun).hasValue(3);
  }

  @Test
  void endsAllWorkersIfAnAddedWorkerFails() {
    Workers workers = new Workers(threads, 1);
    AtomicInteger begun = new AtomicInteger();
    CountDownLatch interrupted = new CountDownLatch(1);
    assertThatThrownBy(
            () ->
                workers.run(
                    () -> {
                      if (begun.incrementAndGet() == 2) {
                        throw new BulkOperationException("the second");
                      }
                      workers.count(2);
                      try {
                        Thread.sleep(TimeUnit.MINUTES.toMillis(1));
                      } finally {
                        interrupted.countDown();
                      }
                    }))
        .isInstanceOf(BulkOperationException.class)
        .hasMessage("the second");
    assertThat(interrupted.getCount()).isZero();
    workers.count(8);
    assertThat(begun).hasValue(2);
  }
}
