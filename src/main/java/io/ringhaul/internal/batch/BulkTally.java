package io.ringhaul.internal.batch;

import io.ringhaul.batch.BulkResult;
import io.ringhaul.batch.BulkResult.Reject;
import io.ringhaul.batch.TableRow;
import io.ringhaul.exceptions.BulkOperationException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Counts the rows of a bulk write. Any thread may call {@link #written} and {@link #rejected}; the
 * other methods belong to the calling thread of the bulk write.
 */
final class BulkTally {

  /** Bounds the memory of the result. */
  private static final int MOST_KEPT = 1_000;

  /**
   * A row of the bulk write.
   *
   * @param number its index among the given rows, from 0
   */
  record Given(long number, TableRow row) {}

  /** Whether a written row existed before. */
  enum Effect {
    NOT_ASKED,
    CREATED,
    UPDATED,
    UNDETERMINED
  }

  private final Consumer<Reject> consumer;
  private final Queue<Reject> refused = new ConcurrentLinkedQueue<>();
  private final List<Reject> kept = new ArrayList<>();
  private final LongAdder written = new LongAdder();
  private final LongAdder created = new LongAdder();
  private final LongAdder updated = new LongAdder();
  private final LongAdder undetermined = new LongAdder();
  private long given;
  private long rejected;

  BulkTally(Consumer<Reject> consumer) {
    this.consumer = consumer;
  }

  /** Counts a given row. */
  Given take(TableRow row) {
    return new Given(given++, row);
  }

  /** Counts a row that the cluster acknowledged. */
  void written(Effect effect) {
    written.increment();
    switch (effect) {
      case CREATED -> created.increment();
      case UPDATED -> updated.increment();
      case UNDETERMINED -> undetermined.increment();
      case NOT_ASKED -> {}
    }
  }

  /** Adds a rejected row, which {@link #tell} passes to the consumer. */
  void rejected(Given row, BulkOperationException reason) {
    refused.add(new Reject(row.number(), row.row(), reason));
  }

  /** Passes the rows rejected since the last call to the consumer. */
  void tell() {
    for (Reject next = refused.poll(); next != null; next = refused.poll()) {
      rejected++;
      if (kept.size() < MOST_KEPT) {
        kept.add(next);
      }
      consumer.accept(next);
    }
  }

  /**
   * Returns the counts after the last row.
   *
   * @throws BulkOperationException if the counts do not add up
   */
  BulkResult result() {
    tell();
    if (written.sum() + rejected != given) {
      throw new BulkOperationException(
          String.format(
              "The counts of the bulk write do not add up: %,d rows given, %,d written, %,d"
                  + " rejected. Read the tables and compare",
              given, written.sum(), rejected));
    }
    kept.sort(Comparator.comparingLong(Reject::number));
    return new BulkResult(
        given, written.sum(), created.sum(), updated.sum(), undetermined.sum(), rejected, kept);
  }
}
