package io.ringhaul.internal.operation;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.internal.scan.ScanTask;
import io.ringhaul.schema.TokenRange;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Workers wait for tasks split from running tasks, unless the workers are surplus. */
@Timeout(30)
class TaskQueueTest {

  private static final ScanTask TASK = task(0);

  private final TaskQueue queue = new TaskQueue(List.of(TASK));

  private static ScanTask task(int number) {
    return new ScanTask(number, List.of(new TokenRange(number, number + 1L)), List.of());
  }

  private CompletableFuture<@Nullable ScanTask> taking(AtomicBoolean leaves) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return queue.take(leaves::get);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private void awaitTakers(int count) throws InterruptedException {
    while (queue.takers() != count) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  @Test
  void releasesAWaitingWorkerThatBecomesSurplus() throws InterruptedException {
    assertThat(queue.take(() -> false)).isEqualTo(TASK);
    AtomicBoolean leaves = new AtomicBoolean();
    CompletableFuture<@Nullable ScanTask> waiting = taking(leaves);
    awaitTakers(1);
    leaves.set(true);
    assertThat(waiting.join()).isNull();
    assertThat(queue.takers()).isZero();
    assertThat(queue.running()).isEqualTo(1);
  }

  @Test
  void givesNoTaskToASurplusWorker() throws InterruptedException {
    assertThat(queue.take(() -> true)).isNull();
    assertThat(queue.take(() -> false)).isEqualTo(TASK);
  }

  @Test
  void givesAddedTasksToWaitingWorkersAndReleasesThemAtTheEnd() throws InterruptedException {
    assertThat(queue.take(() -> false)).isEqualTo(TASK);
    CompletableFuture<@Nullable ScanTask> waiting = taking(new AtomicBoolean());
    awaitTakers(1);
    ScanTask given = task(7);
    queue.add(List.of(given));
    assertThat(waiting.join()).isEqualTo(given);
    CompletableFuture<@Nullable ScanTask> last = taking(new AtomicBoolean());
    awaitTakers(1);
    queue.ended();
    queue.ended();
    assertThat(last.join()).isNull();
  }
}
