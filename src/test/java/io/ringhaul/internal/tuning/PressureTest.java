package io.ringhaul.internal.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.internal.tuning.HillClimber.Pressure;
import org.junit.jupiter.api.Test;

/** Tests the signs of overload. */
class PressureTest {

  private final Pressure pressure = new Pressure();

  @Test
  void singleFailureIsNoOverload() {
    assertThat(pressure.of(TunedSample.of(100).overloads(1).sample())).isEmpty();
    assertThat(pressure.of(TunedSample.of(1_000).overloads(5).sample())).isEmpty();
    assertThat(pressure.of(TunedSample.of(100).overloads(2).sample()))
        .contains("2 requests met an overloaded node or timed out");
  }

  @Test
  void reportsFullCollectionOnce() {
    TunedSample full = TunedSample.of(100).heap(0.95, 0.97);
    assertThat(pressure.of(full.sample())).isEmpty();
    assertThat(pressure.of(full.sample())).isPresent();
    for (int i = 0; i < 20; i++) {
      assertThat(pressure.of(full.sample())).as("no other collection").isEmpty();
    }
    TunedSample again = TunedSample.of(100).heap(0.94, 0.97);
    assertThat(pressure.of(again.sample())).isEmpty();
    assertThat(pressure.of(again.sample())).isPresent();
  }

  @Test
  void ignoresFullHeapAfterItShrank() {
    TunedSample emptied = TunedSample.of(100).heap(0.95, 0.3);
    for (int i = 0; i < 5; i++) {
      assertThat(pressure.of(emptied.sample())).isEmpty();
    }
  }
}
