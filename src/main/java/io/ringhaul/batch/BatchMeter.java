package io.ringhaul.batch;

import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts what a writer does; recording takes well under a microsecond. Thread-safe. */
final class BatchMeter {

  private final LongAdder operations = new LongAdder();

  /**
   * A request was acknowledged.
   *
   * @param rows as how many rows its statements count
   * @param nanos from its sending on
   * @param warned whether the server found it too large
   */
  void acknowledged(Shape shape, long rows, long nanos, boolean warned) {
    operations.add(shape.operations());
  }

  /** A request failed in the end. */
  void failed(Throwable failure) {}

  /** A refused batch is sent again statement by statement. */
  void fallback() {}

  /** A unit of operations went out as one request, or else one by one. */
  void unit(boolean isAtomic) {}

  /** All of it, with what others count. */
  BatchMetrics snapshot(long retries, long inFlight, long queued) {
    return new BatchMetrics(
        java.time.Duration.ZERO,
        operations.sum(),
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        retries,
        0,
        Map.of(),
        inFlight,
        queued,
        new BatchMetrics.Distribution(0, 0, 0, 0, 0),
        new BatchMetrics.Distribution(0, 0, 0, 0, 0));
  }

  /**
   * Begins anew.
   *
   * @param retries the requests sent again so far, which count no more
   */
  void reset(long retries) {
    operations.reset();
  }
}
