package io.ringhaul;

import io.ringhaul.monitor.OperationTotals;
import java.time.Duration;

/** The result of a successful operation. */
public sealed interface OperationResult
    permits CountResult,
        DeleteResult,
        ExportResult,
        ImportResult,
        KeyspaceResult,
        ReadResult,
        RepairResult,
        TableProfile,
        VerifyResult {

  /** All figures. */
  OperationTotals totals();

  /** See {@link OperationTotals#rows()}. */
  default long rows() {
    return totals().rows();
  }

  /** See {@link OperationTotals#bytes()}. */
  default long bytes() {
    return totals().bytes();
  }

  /** See {@link OperationTotals#rangesPlanned()}. */
  default int rangesPlanned() {
    return totals().rangesPlanned();
  }

  /** See {@link OperationTotals#rangesDone()}. */
  default int rangesDone() {
    return totals().rangesDone();
  }

  /** See {@link OperationTotals#tasks()}. */
  default int tasks() {
    return totals().tasks();
  }

  /** See {@link OperationTotals#retries()}. */
  default long retries() {
    return totals().retries();
  }

  /** See {@link OperationTotals#duration()}. */
  default Duration duration() {
    return totals().duration();
  }

  /** See {@link OperationTotals#rowsPerSecond()}. */
  default double rowsPerSecond() {
    return totals().rowsPerSecond();
  }
}
