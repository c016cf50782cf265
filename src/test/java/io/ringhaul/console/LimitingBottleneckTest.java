package io.ringhaul.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.BottleneckKind;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A job counts as limited by a bottleneck that held for a considerable share of its time. */
class LimitingBottleneckTest {

  private static final Instant BEGIN = Instant.parse("2026-01-31T10:00:00Z");
  private static final int EIGHT_HOURS = 8 * 3_600;

  @Test
  void spikeDoesNotLimitLongJob() {
    List<Bottleneck> spike = List.of(bottleneck("SERVER_OVERLOAD", 10, 13));
    assertThat(LimitingBottleneck.reason(spike, EIGHT_HOURS)).isEmpty();
    assertThat(LimitingBottleneck.reason(spike, 9)).contains("SERVER_OVERLOAD from 10 to 13");
    assertThat(LimitingBottleneck.reason(spike, 0)).isEmpty();
    assertThat(LimitingBottleneck.reason(List.of(), EIGHT_HOURS)).isEmpty();
  }

  @Test
  void onlyCausesLimit() {
    assertThat(
            LimitingBottleneck.reason(
                List.of(
                    bottleneck("LATENCY_SPIKE", 0, 100),
                    bottleneck("QUEUE_GROWTH", 0, 90),
                    bottleneck("THROUGHPUT_DROP", 0, 80),
                    bottleneck("DISK", 0, 40)),
                100))
        .contains("DISK from 0 to 40");
  }

  @Test
  void reportsKindWithLongestTime() {
    assertThat(
            LimitingBottleneck.reason(
                List.of(
                    bottleneck("DISK", 0, 40),
                    bottleneck("CLIENT_CPU", 0, 20),
                    bottleneck("CLIENT_CPU", 30, 55)),
                100))
        .contains("CLIENT_CPU from 30 to 55");
  }

  @Test
  void simultaneousBottlenecksCountOnce() {
    List<Bottleneck> nodes =
        List.of(
            bottleneck("SKEW", 5, 30),
            bottleneck("SKEW", 0, 25),
            bottleneck("SKEW", 10, 20),
            bottleneck("SKEW", 2, 27));
    assertThat(LimitingBottleneck.reason(nodes, 91)).isEmpty();
    assertThat(LimitingBottleneck.reason(nodes, 90)).isPresent();
  }

  /**
   * Returns a bottleneck that held from one second of the job to another.
   *
   * @param from the first second
   * @param until the last second
   */
  private static Bottleneck bottleneck(String kind, int from, int until) {
    return new Bottleneck(
        kind + "-" + from,
        BottleneckKind.valueOf(kind),
        "cluster",
        Map.of(),
        kind + " from " + from + " to " + until,
        "Wait.",
        Optional.empty(),
        BEGIN.plusSeconds(from),
        BEGIN.plusSeconds(until),
        false);
  }
}
