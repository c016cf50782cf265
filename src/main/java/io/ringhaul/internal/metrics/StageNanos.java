package io.ringhaul.internal.metrics;

import io.ringhaul.monitor.Stage;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** Nanoseconds by stage. Not thread-safe. */
final class StageNanos {

  /** Arrays of length one, since adding to a boxed value allocates. */
  private final Map<Stage, long[]> sums = new EnumMap<>(Stage.class);

  StageNanos() {
    for (Stage stage : Stage.values()) {
      sums.put(stage, new long[1]);
    }
  }

  void add(Stage stage, long nanos) {
    Objects.requireNonNull(sums.get(stage))[0] += nanos;
  }

  void add(StageNanos others) {
    others.sums.forEach((stage, nanos) -> add(stage, nanos[0]));
  }

  /** Returns the current sums. */
  Map<Stage, Long> copy() {
    Map<Stage, Long> copy = new EnumMap<>(Stage.class);
    sums.forEach((stage, nanos) -> copy.put(stage, nanos[0]));
    return copy;
  }
}
