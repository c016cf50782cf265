package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.ExportResult;
import io.ringhaul.FollowResult;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.OperationCancelledException;
import io.ringhaul.internal.operation.FollowedBatches.Batch;
import io.ringhaul.monitor.OperationTotals;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exports the changes of a table in micro-batches.
 *
 * @param export the export that each micro-batch repeats
 * @param period the time between the beginnings of two micro-batches
 * @param comparison the time between two micro-batches that compare all rows; empty if all find
 *     changes in the same way
 * @param most the number of micro-batches after which the operation ends
 */
public record ExportFollowOperation(
    ExportOperation export,
    FollowedBatches batches,
    Duration period,
    Optional<Duration> comparison,
    int most,
    Consumer<ExportResult> listener)
    implements BulkOperation<FollowResult> {

  /** The number of times that a micro-batch is planned before the follow fails. */
  private static final int MOST_PLANS = 10;

  /** The longest time before a micro-batch is planned again. */
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(ExportFollowOperation.class);

  /**
   * The position of a micro-batch in its job's labels: how it finds changes, so that it is resumed
   * the same way, and when the last comparison began.
   */
  private record Position(boolean isCompared, Instant compared) {

    private static final String COMPARED = "compared";

    static Position parse(String text) {
      int space = text.indexOf(' ');
      return space < 0
          ? new Position(false, Instant.EPOCH)
          : new Position(
              text.substring(0, space).equals(COMPARED), Instant.parse(text.substring(space + 1)));
    }

    String text() {
      return (isCompared ? COMPARED : "written") + " " + compared;
    }
  }

  @Override
  public FollowResult run(CqlSession session, Executor threads) {
    if (Distribution.sender(threads).isPresent()) {
      throw new InvalidSettingException(
          "follow", "follow is not for an export whose tasks run in other processes");
    }
    long began = System.nanoTime();
    FollowResult result = new FollowResult(0, 0, 0);
    Batch last = batches.last();
    while (true) {
      long start = System.nanoTime();
      last = last.isDone() ? last.next(next(Position.parse(last.to())).text()) : last;
      ExportResult exported = exported(last, session, threads, result, began);
      last = new Batch(last.number(), last.from(), last.to(), true);
      batches.forgetOld();
      listener.accept(exported);
      result =
          new FollowResult(
              result.batches() + 1,
              result.rows() + exported.rows(),
              result.rejectedRows() + exported.rejectedRows());
      if (result.batches() >= most) {
        return result;
      }
      pause(period.minusNanos(System.nanoTime() - start), result, began);
    }
  }

  /**
   * Runs a micro-batch, again from the table's new state if another export came first.
   *
   * @throws OutdatedPlanException if other exports came first each of {@value #MOST_PLANS} times
   */
  private ExportResult exported(
      Batch batch, CqlSession session, Executor threads, FollowResult done, long began) {
    for (int plan = 1; ; plan++) {
      try {
        return export
            .batch(
                batch.number(),
                Position.parse(batch.to()).isCompared(),
                batches.jobId(batch),
                batches.options(batch))
            .run(session, threads);
      } catch (OutdatedPlanException e) {
        if (plan == MOST_PLANS) {
          throw e;
        }
        LOG.warn("Micro-batch {} is planned again: {}", batch.number(), e.getMessage());
        pause(Collections.min(List.of(period, LONGEST_PAUSE)), done, began);
      }
    }
  }

  private Position next(Position before) {
    Instant now = Instant.now();
    boolean compares =
        comparison
            .map(time -> !now.isBefore(before.compared().plus(time)))
            .orElseGet(() -> export.detectsDeletes());
    return new Position(compares, compares ? now : before.compared());
  }

  private static void pause(Duration time, FollowResult done, long began) {
    try {
      TimeUnit.MILLISECONDS.sleep(Math.max(1, time.toMillis()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OperationCancelledException(
          "Following the table was cancelled; the snapshots of its exports stay",
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
