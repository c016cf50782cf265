package io.ringhaul.internal.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class OperatorThreadsTest {

  /** Waits until it is interrupted. */
  private static void waitForInterrupt(CountDownLatch begun, CompletableFuture<Boolean> ended) {
    begun.countDown();
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      ended.complete(true);
    }
  }

  @Test
  void closeEndsTasksAndLeavesTheExecutorOfTheApplication() throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(1);
    try {
      OperatorThreads threads = OperatorThreads.over(executor);
      CountDownLatch begun = new CountDownLatch(1);
      CompletableFuture<Boolean> ended = new CompletableFuture<>();
      threads.execute(() -> waitForInterrupt(begun, ended));
      begun.await();
      threads.close();
      assertThat(ended).isCompletedWithValue(true);
      assertThat(executor.isShutdown()).isFalse();
      Future<Boolean> next = executor.submit(Thread::interrupted);
      assertThat(next.get()).as("interrupt that the operator left").isFalse();
      assertThatThrownBy(() -> threads.execute(() -> {}))
          .isInstanceOf(RejectedExecutionException.class)
          .hasMessage("The operator was closed");
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void closeEndsOwnThreads() throws Exception {
    OperatorThreads threads = OperatorThreads.over(null);
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<Boolean> ended = new CompletableFuture<>();
    threads.execute(
        () -> {
          thread.complete(Thread.currentThread());
          waitForInterrupt(begun, ended);
        });
    begun.await();
    assertThat(thread.get().isDaemon()).isTrue();
    threads.close();
    assertThat(ended).isCompletedWithValue(true);
    thread.get().join();
  }

  /** An application that was interrupted closes the session next, which the tasks still use. */
  @Test
  void closeOfAnInterruptedThreadWaitsForTheTasks() throws Exception {
    ExecutorService executor = Executors.newCachedThreadPool();
    try {
      for (Executor application : Arrays.asList(null, executor)) {
        OperatorThreads threads = OperatorThreads.over(application);
        CountDownLatch begun = new CountDownLatch(1);
        AtomicBoolean ended = new AtomicBoolean();
        threads.execute(
            () -> {
              begun.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                LockSupport.parkNanos(200_000_000);
                ended.set(true);
              }
            });
        begun.await();
        Thread.currentThread().interrupt();
        threads.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(ended).isTrue();
      }
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void closeWaitsForOperationsOnThreadsOfTheApplication() throws Exception {
    OperatorThreads threads = OperatorThreads.over(null);
    CountDownLatch begun = new CountDownLatch(1);
    AtomicBoolean ended = new AtomicBoolean();
    CompletableFuture<Boolean> isInterrupted = new CompletableFuture<>();
    Thread application =
        new Thread(
            () -> {
              threads.here(
                  () -> {
                    CompletableFuture<Boolean> interrupt = new CompletableFuture<>();
                    waitForInterrupt(begun, interrupt);
                    ended.set(interrupt.join());
                    return "";
                  });
              isInterrupted.complete(Thread.interrupted());
            });
    application.start();
    begun.await();
    threads.close();
    assertThat(ended).isTrue();
    assertThat(isInterrupted.get()).as("interrupt that the operator left").isFalse();
    assertThatThrownBy(() -> threads.here(() -> ""))
        .isInstanceOf(RejectedExecutionException.class)
        .hasMessage("The operator was closed");
  }

  /** Its operation waits for its workers, one of which may close the operator in a listener. */
  @Test
  void taskThatClosesTheOperatorDoesNotWaitForTheOthers() throws Exception {
    OperatorThreads threads = OperatorThreads.over(null);
    CompletableFuture<Void> closed = new CompletableFuture<>();
    CompletableFuture<Void> waited = new CompletableFuture<>();
    threads.execute(
        () -> {
          closed.join();
          waited.complete(null);
        });
    threads.execute(
        () -> {
          threads.close();
          closed.complete(null);
        });
    waited.get();
  }

  @Test
  void namesTheExecutorThatRefusesTasks() {
    ExecutorService executor = Executors.newSingleThreadExecutor();
    executor.shutdown();
    assertThatThrownBy(() -> OperatorThreads.over(executor).execute(() -> {}))
        .isInstanceOf(RejectedExecutionException.class)
        .hasMessageContaining("The operator's executor refuses a task");
  }
}
