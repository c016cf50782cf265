package io.ringhaul.internal.operation;

import io.ringhaul.internal.batch.StreamWriter;
import io.ringhaul.internal.metrics.OperationMetrics;
import io.ringhaul.internal.metrics.ProgressMeter;
import io.ringhaul.internal.request.RequestSender;
import io.ringhaul.monitor.Progress;
import java.util.List;

/**
 * An operation that writes to a table.
 *
 * @param looks sends what is read of the table meanwhile
 */
record SteeredImport(
    OperationMetrics metrics,
    ProgressMeter meter,
    StreamWriter writer,
    RequestSender looks,
    OperationParameters parameters)
    implements SteeredOperation {

  @Override
  public Progress progress() {
    return meter.progress().withRequests(inFlight(), retries(), unanswered());
  }

  @Override
  public List<RequestSender> senders() {
    return List.of(writer.requests(), looks);
  }

  @Override
  public void pageCeiling(long bytes) {
    // Its pages are those of files.
  }

  @Override
  public long queued() {
    return writer.queued();
  }
}
