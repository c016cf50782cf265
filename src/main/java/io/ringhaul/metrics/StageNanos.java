package io.ringhaul.metrics;

import java.util.EnumMap;
import java.util.Map;

/** How long each stage took, in nanoseconds. Not thread-safe. */
final class StageNanos {

  private final Map<Stage, Long> sums = new EnumMap<>(Stage.class);

  StageNanos() {
    for (Stage stage : Stage.values()) {
      sums.put(stage, 0L);
    }
  }

  void add(Stage stage, long nanos) {
    sums.merge(stage, nanos, Long::sum);
  }

  void add(StageNanos others) {
    others.sums.forEach(this::add);
  }

  /** The sums as they are now. */
  Map<Stage, Long> copy() {
    return new EnumMap<>(sums);
  }
}
