package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.FollowResult;
import io.ringhaul.ImportResult;
import io.ringhaul.exceptions.OperationCancelledException;
import io.ringhaul.format.GrowingSource;
import io.ringhaul.internal.operation.FollowedBatches.Batch;
import io.ringhaul.monitor.OperationTotals;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Imports the additions to a growing source in micro-batches. */
public final class FollowOperation implements BulkOperation<FollowResult> {

  private final ImportBlueprint blueprint;
  private final GrowingSource source;
  private final FollowedBatches batches;
  private final Duration period;
  private final Duration patience;
  private final Consumer<ImportResult> listener;

  /**
   * @param period the time between two polls of a source without additions
   * @param patience the operation ends after this time without additions
   */
  public FollowOperation(
      ImportBlueprint blueprint,
      GrowingSource source,
      FollowedBatches batches,
      Duration period,
      Duration patience,
      Consumer<ImportResult> listener) {
    this.blueprint = blueprint;
    this.source = source;
    this.batches = batches;
    this.period = period;
    this.patience = patience;
    this.listener = listener;
  }

  @Override
  public FollowResult run(CqlSession session, Executor threads) {
    long began = System.nanoTime();
    FollowResult result = new FollowResult(0, 0, 0);
    Batch last = batches.last();
    if (!last.isDone()) {
      result = plus(result, run(last, session, threads));
    }
    long grown = System.nanoTime();
    while (true) {
      String position = source.position(last.to());
      if (!position.equals(last.to())) {
        last = last.next(position);
        result = plus(result, run(last, session, threads));
        grown = System.nanoTime();
      } else if (Duration.ofNanos(System.nanoTime() - grown).compareTo(patience) >= 0) {
        return result;
      } else {
        pause(result, began);
      }
    }
  }

  private static FollowResult plus(FollowResult done, ImportResult batch) {
    return new FollowResult(
        done.batches() + 1, done.rows() + batch.rows(), done.rejectedRows() + batch.rejectedRows());
  }

  private ImportResult run(Batch batch, CqlSession session, Executor threads) {
    ImportResult result =
        blueprint
            .batch(
                batch.number(),
                source.between(batch.from(), batch.to()),
                batches.jobId(batch),
                batches.options(batch))
            .run(session, threads);
    batches.forgetOld();
    listener.accept(result);
    return result;
  }

  private void pause(FollowResult done, long began) {
    Duration time = period.compareTo(patience) < 0 ? period : patience;
    try {
      TimeUnit.MILLISECONDS.sleep(Math.max(1, time.toMillis()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OperationCancelledException(
          "Following the source was cancelled; the imported batches stay in the table",
          new OperationTotals(
              done.rows(),
              0,
              0,
              0,
              0,
              done.batches(),
              0,
              Duration.ofNanos(System.nanoTime() - began)));
    }
  }
}
