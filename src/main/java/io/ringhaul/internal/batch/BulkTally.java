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
 * Keeps account of the rows of a bulk write. Rows are written and refused on any thread; all else
 * is for the thread that gives the rows.
 */
final class BulkTally {

  /** A bound on what a result holds, however bad the rows are. */
  private static final int MOST_KEPT = 1_000;

  /**
   * A row on its way.
   *
   * @param number its place among the rows given, from 0
   */
  record Given(long number, TableRow row) {}

  /** Which rows were there before, as far as was asked. */
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

  /** Counts another row. */
  Given take(TableRow row) {
    return new Given(given++, row);
  }

  /** The cluster has acknowledged a row. */
  void written(Effect effect) {
    written.increment();
    switch (effect) {
      case CREATED -> created.increment();
      case UPDATED -> updated.increment();
      case UNDETERMINED -> undetermined.increment();
      case NOT_ASKED -> {}
    }
  }

  /** The row is not written; the consumer hears of it in {@link #tell}. */
  void rejected(Given row, BulkOperationException reason) {
    refused.add(new Reject(row.number(), row.row(), reason));
  }

  /** Tells the consumer of the rows that were refused since. */
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
   * The account, once all has ended.
   *
   * @throws BulkOperationException if it does not add up
   */
  BulkResult result() {
    tell();
    if (written.sum() + rejected != given) {
      throw new BulkOperationException(
          String.format(
              "%,d rows were given, and %,d of them were written and %,d rejected, which does not"
                  + " add up: read the tables and compare",
              given, written.sum(), rejected));
    }
    kept.sort(Comparator.comparingLong(Reject::number));
    return new BulkResult(
        given, written.sum(), created.sum(), updated.sum(), undetermined.sum(), rejected, kept);
  }
}
