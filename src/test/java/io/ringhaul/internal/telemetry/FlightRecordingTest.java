package io.ringhaul.internal.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Selector;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recordings contain working threads and omit waiting ones. */
class FlightRecordingTest {

  @TempDir private Path folder;
  private volatile boolean ended;
  private volatile long last;

  @Test
  void recordsOnlyWorkingThreads() throws Exception {
    try (Selector selector = Selector.open()) {
      Thread waiting =
          new Thread(
              () -> {
                try {
                  selector.select();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      Thread working = new Thread(this::work);
      waiting.start();
      working.start();
      String stacks = FlightProfile.FlightRecording.stacks(2, folder).json();
      ended = true;
      selector.wakeup();
      waiting.join();
      working.join();
      assertThat(last).as("result of the work").isNotZero();
      assertThat(stacks).contains("FlightRecordingTest.work").doesNotContain("Selector.select");
    }
    assertThat(folder).isEmptyDirectory();
  }

  private void work() {
    SplittableRandom random = new SplittableRandom(7);
    while (!ended) {
      last = random.nextLong();
    }
  }
}
