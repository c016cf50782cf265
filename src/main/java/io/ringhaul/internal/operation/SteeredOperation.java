package io.ringhaul.internal.operation;

import io.ringhaul.internal.request.RequestSender;
import io.ringhaul.internal.telemetry.MonitoredOperation;
import io.ringhaul.internal.telemetry.Tunable;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;

/** An operation as those see it who watch it, tune it and hold it to its limits. */
interface SteeredOperation extends MonitoredOperation {

  /** What sends its requests; the first one is tuned. */
  List<RequestSender> senders();

  /** What may change while it runs. */
  OperationParameters parameters();

  /** Bounds the bytes of a page from now on. Does nothing for an operation without pages here. */
  void pageCeiling(long bytes);

  @Override
  default List<Tunable> tunables() {
    return parameters().tunables();
  }

  @Override
  default int inFlight() {
    return senders().stream().mapToInt(RequestSender::inFlight).sum();
  }

  @Override
  default int inFlightBound() {
    return senders().get(0).inFlightBound();
  }

  /**
   * For how long the cluster has answered nothing of what is in flight; zero if nothing is, as
   * while the operation is paused.
   */
  default Duration unanswered() {
    return senders().stream()
        .filter(sender -> sender.inFlight() > 0)
        .map(RequestSender::unanswered)
        .min(Comparator.naturalOrder())
        .orElse(Duration.ZERO);
  }

  @Override
  default long retries() {
    return senders().stream().mapToLong(RequestSender::retries).sum();
  }
}
