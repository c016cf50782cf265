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
 * The failures after which a request was sent again: what one of its attempts may have done is not
 * undone by what became of the last. Thread-safe.
 */
final class FailedAttempts {

  private final boolean isConditional;
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

  /**
   * @param isConditional whether the request has conditions, which are decided before they are done
   */
  FailedAttempts(boolean isConditional) {
    this.isConditional = isConditional;
  }

  /** Whether the failure says that nothing was done; of a request that is one mutation. */
  boolean isSurelyNotApplied(Throwable failure) {
    return isConditional
        ? LostConditions.isSurelyNotApplied(failure)
        : Failures.isSurelyNotApplied(failure);
  }

  /** The request is about to be sent again after this. */
  void add(Throwable failure) {
    failures.add(failure);
  }

  /** The failures of all attempts, those of the driver's own included. */
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
