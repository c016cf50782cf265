package io.ringhaul.internal.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.internal.scan.TaskScan.RingSpeed;
import org.junit.jupiter.api.Test;

/** Checks that the last pages determine the estimate of the rest. */
class RingSpeedTest {

  private static final long SECOND = 1_000_000_000L;

  @Test
  void returnsUnknownAfterFewPages() {
    RingSpeed speed = new RingSpeed(0, 1_000);
    assertThat(speed.rest(SECOND, 3, 900)).isEqualTo(ScanRest.UNKNOWN);
    assertThat(speed.rest(SECOND, 4, 900)).isEqualTo(new ScanRest(9, 36));
  }

  @Test
  void usesTheLastPages() {
    RingSpeed speed = new RingSpeed(0, 1_000);
    // The speed falls to a hundredth.
    assertThat(speed.rest(SECOND, 100, 500)).isEqualTo(new ScanRest(1, 100));
    for (int page = 101; page <= 120; page++) {
      speed.rest(page * SECOND, page, 500 - (page - 100));
    }
    assertThat(speed.rest(121 * SECOND, 121, 479)).isEqualTo(new ScanRest(479, 479));
  }

  @Test
  void isStuckWithoutProgress() {
    RingSpeed speed = new RingSpeed(0, 1_000);
    speed.rest(SECOND, 10, 600);
    assertThat(speed.rest(2 * SECOND, 11, 600).isStuck()).isFalse();
    for (int page = 12; page < 20; page++) {
      speed.rest(page * SECOND, page, 600);
    }
    assertThat(speed.rest(20 * SECOND, 20, 600).isStuck()).isTrue();
    // Tokens handed over do not count as progress.
    speed.given(20 * SECOND, 20, 10);
    assertThat(speed.rest(21 * SECOND, 23, 9)).isEqualTo(ScanRest.UNKNOWN);
    assertThat(speed.rest(22 * SECOND, 24, 6)).isEqualTo(new ScanRest(3, 6));
  }
}
