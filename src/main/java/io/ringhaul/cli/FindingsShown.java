package io.ringhaul.cli;

import io.ringhaul.monitor.Finding;
import io.ringhaul.monitor.FindingListener;
import io.ringhaul.monitor.LimitingFactor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Keeps what holds an operation back, for its line of progress and its report. */
final class FindingsShown implements FindingListener {

  private final Map<String, Finding> open = new LinkedHashMap<>();
  private Optional<LimitingFactor> limitedBy = Optional.empty();

  @Override
  public synchronized void found(Finding finding) {
    open.put(finding.id(), finding);
  }

  @Override
  public synchronized void ended(Finding finding) {
    open.remove(finding.id());
  }

  @Override
  public synchronized void limitedBy(LimitingFactor factor) {
    limitedBy = Optional.of(factor);
  }

  /** What holds the operation back just now; empty for nothing. */
  synchronized String note() {
    return open.values().stream()
        .min(Finding.BY_WEIGHT)
        .map(finding -> "held back: " + finding)
        .orElse("");
  }

  /** What took most of the operation's time, once it has ended. */
  synchronized Optional<LimitingFactor> limitingFactor() {
    return limitedBy;
  }
}
