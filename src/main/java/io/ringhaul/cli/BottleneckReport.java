package io.ringhaul.cli;

import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.BottleneckListener;
import io.ringhaul.monitor.LimitingFactor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Keeps what holds an operation back, for its line of progress and its report. */
final class BottleneckReport implements BottleneckListener {

  private final Map<String, Bottleneck> open = new LinkedHashMap<>();
  private Optional<LimitingFactor> limitedBy = Optional.empty();

  @Override
  public synchronized void found(Bottleneck bottleneck) {
    open.put(bottleneck.id(), bottleneck);
  }

  @Override
  public synchronized void ended(Bottleneck bottleneck) {
    open.remove(bottleneck.id());
  }

  @Override
  public synchronized void limitedBy(LimitingFactor factor) {
    limitedBy = Optional.of(factor);
  }

  /** What holds the operation back just now; empty for nothing. */
  synchronized String note() {
    return open.values().stream()
        .min(Bottleneck.BY_WEIGHT)
        .map(bottleneck -> "held back: " + bottleneck)
        .orElse("");
  }

  /** What took most of the operation's time, once it has ended. */
  synchronized Optional<LimitingFactor> limitingFactor() {
    return limitedBy;
  }
}
