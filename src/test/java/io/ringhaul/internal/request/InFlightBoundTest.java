package io.ringhaul.internal.request;

import static io.ringhaul.internal.request.InFlight.InFlightBound.GROWTH_NANOS;
import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.internal.request.InFlight.InFlightBound;
import org.junit.jupiter.api.Test;

/**
 * Checks that the bound halves once for each burst of overloads and rises by a step each half
 * second.
 */
class InFlightBoundTest {

  @Test
  void halvesDownToOne() {
    InFlightBound bound = new InFlightBound(10);
    int[] expected = {5, 2, 1, 1};
    for (int i = 0; i < expected.length; i++) {
      bound.overloaded(10 * i + 5, 10 * i + 6);
      assertThat(bound.get()).isEqualTo(expected[i]);
    }
  }

  @Test
  void ignoresRequestsSentBeforeTheLastChange() {
    InFlightBound bound = new InFlightBound(64);
    bound.overloaded(100, 200);
    bound.overloaded(150, 210);
    bound.overloaded(200, 220);
    assertThat(bound.get()).isEqualTo(32);
    bound.overloaded(201, 230);
    assertThat(bound.get()).isEqualTo(16);
    assertThat(bound.succeeded(230, 230 + GROWTH_NANOS)).isFalse();
    assertThat(bound.get()).isEqualTo(16);
  }

  @Test
  void risesByASmallStepEachInterval() {
    InFlightBound bound = new InFlightBound(64);
    bound.overloaded(0, 0);
    bound.overloaded(1, 1);
    assertThat(bound.get()).isEqualTo(16);
    assertThat(bound.succeeded(2, GROWTH_NANOS)).isFalse();
    assertThat(bound.succeeded(2, 1 + GROWTH_NANOS)).isTrue();
    assertThat(bound.get()).isEqualTo(18);
    long time = 1 + GROWTH_NANOS;
    for (int i = 0; i < 100; i++) {
      time += GROWTH_NANOS;
      bound.succeeded(time - 1, time);
    }
    assertThat(bound.get()).isEqualTo(64);
    assertThat(bound.succeeded(time + 1, time + GROWTH_NANOS)).isFalse();
  }

  @Test
  void raisesASmallBoundByOne() {
    InFlightBound bound = new InFlightBound(3);
    bound.overloaded(0, 0);
    assertThat(bound.get()).isEqualTo(1);
    assertThat(bound.succeeded(1, GROWTH_NANOS)).isTrue();
    assertThat(bound.get()).isEqualTo(2);
  }
}
