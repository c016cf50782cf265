package io.ringhaul.internal.operation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The number of workers follows the requests in flight until a number is set. */
class WorkerCountTest {

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Workers workers = new Workers(threads, 4);
  private final WorkerCount setting = new WorkerCount(workers, 16, Math::toIntExact);

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  @Test
  void followsRequestsUntilANumberIsSet() {
    setting.follow(8);
    assertThat(setting.value()).isEqualTo(8);
    assertThat(setting.isFollowing()).isTrue();
    setting.set(3);
    setting.follow(16);
    assertThat(setting.value()).isEqualTo(3);
    assertThat(setting.isFollowing()).isFalse();
  }

  @Test
  void takeBackRestoresWhetherANumberWasSet() {
    setting.set(3);
    setting.takeBack(4);
    assertThat(setting.value()).isEqualTo(4);
    setting.follow(8);
    assertThat(setting.value()).isEqualTo(8);
    setting.set(5);
    setting.set(10);
    setting.takeBack(5);
    setting.follow(16);
    assertThat(setting.value()).isEqualTo(5);
  }
}
