package io.ringhaul.internal.telemetry;

import io.ringhaul.internal.metrics.OperationMetrics;
import io.ringhaul.internal.metrics.WorkerState;
import io.ringhaul.monitor.Progress;
import io.ringhaul.monitor.Sample;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** An operation as its monitor reads it, once a second, on the monitor's thread. */
public interface MonitoredOperation {

  /** The counters. Only one monitor may read them. */
  OperationMetrics metrics();

  Progress progress();

  /** Adds a sample to the condition, and returns its progress with the condition at its end. */
  default Progress judged(Sample sample) {
    return sample.progress();
  }

  /** The number of requests in flight. */
  int inFlight();

  /** The bound on the requests in flight; 0 while the operation is paused. */
  int inFlightBound();

  /** The number of retried requests so far. */
  long retries();

  /** The size of the queue. Default: the sum over the running tasks. */
  default long queued() {
    return metrics().tasks().stream().mapToLong(WorkerState::queued).sum();
  }

  /** The local folder that the operation writes to; it need not exist. Default: none. */
  default Optional<Path> folder() {
    return Optional.empty();
  }

  /** The parameters that may change at run time. Default: none. */
  default List<Tunable> tunables() {
    return List.of();
  }
}
