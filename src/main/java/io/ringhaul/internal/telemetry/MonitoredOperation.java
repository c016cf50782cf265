package io.ringhaul.internal.telemetry;

import io.ringhaul.internal.metrics.OperationMetrics;
import io.ringhaul.internal.metrics.WorkerState;
import io.ringhaul.monitor.Progress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** An operation as its monitor sees it; asked once a second, by the monitor's thread. */
public interface MonitoredOperation {

  /** What it counts. Only one monitor may read it. */
  OperationMetrics metrics();

  /** The figures so far. */
  Progress progress();

  /** Requests without an answer. */
  int inFlight();

  /** How many there may be; 0 while the operation is paused. */
  int inFlightBound();

  /** Requests that were sent again so far. */
  long retries();

  /** Work that waits to be done; by default what waits in the tasks under way. */
  default long queued() {
    return metrics().tasks().stream().mapToLong(WorkerState::queued).sum();
  }

  /** The folder of this machine that it writes to; need not exist. None by default. */
  default Optional<Path> folder() {
    return Optional.empty();
  }

  /** The parameters that may change while it runs; none by default. */
  default List<Tunable> tunables() {
    return List.of();
  }
}
