package io.ringhaul.internal.operation;

import io.ringhaul.internal.metrics.OperationMetrics;
import io.ringhaul.internal.request.RequestSender;
import io.ringhaul.monitor.Progress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * An operation that reads a table.
 *
 * @param pages bounds the bytes of its pages
 * @param folder where an export writes; empty if not on this machine
 */
record SteeredScan(
    TableScan scan,
    RequestSender sender,
    OperationParameters parameters,
    LongConsumer pages,
    Optional<Path> folder)
    implements SteeredOperation {

  @Override
  public OperationMetrics metrics() {
    return scan.metrics();
  }

  @Override
  public Progress progress() {
    return scan.meter().progress().withRequests(inFlight(), retries(), unanswered());
  }

  @Override
  public List<RequestSender> senders() {
    return List.of(sender);
  }

  @Override
  public void pageCeiling(long bytes) {
    pages.accept(bytes);
  }
}
