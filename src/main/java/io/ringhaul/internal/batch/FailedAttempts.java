package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.cql.ExecutionInfo;
import io.ringhaul.internal.request.Failures;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The failures of all attempts of a request. The outcome depends on each attempt, not only on the
 * last. Thread-safe.
 */
final class FailedAttempts {

  private final boolean isConditional;
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

  /**
   * @param isConditional whether the request has conditions
   */
  FailedAttempts(boolean isConditional) {
    this.isConditional = isConditional;
  }

  /** Whether the failure implies that nothing was applied, for a request that is one mutation. */
  boolean isSurelyNotApplied(Throwable failure) {
    return isConditional
        ? LostConditions.isSurelyNotApplied(failure)
        : Failures.isSurelyNotApplied(failure);
  }

  /** Adds a failure after which the request is sent again. */
  void add(Throwable failure) {
    failures.add(failure);
  }

  /** Returns the failures of all attempts, including the driver's own retries. */
  List<Throwable> with(Throwable last) {
    List<Throwable> all = new ArrayList<>();
    failures.forEach(each -> addTo(all, each));
    addTo(all, last);
    return all;
  }

  private static void addTo(List<Throwable> all, Throwable failure) {
    all.add(failure);
    ExecutionInfo info = failure instanceof DriverException ours ? ours.getExecutionInfo() : null;
    if (info != null) {
      info.getErrors().stream().map(Map.Entry::getValue).forEach(all::add);
    }
  }
}
