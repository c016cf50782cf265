package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.servererrors.DefaultWriteType;
import com.datastax.oss.driver.api.core.servererrors.QueryValidationException;
import com.datastax.oss.driver.api.core.servererrors.WriteTimeoutException;
import com.datastax.oss.driver.api.core.servererrors.WriteType;
import com.datastax.oss.driver.api.core.type.codec.CodecNotFoundException;
import io.ringhaul.exceptions.BatchFailedException;
import io.ringhaul.exceptions.BatchFailedException.Outcome;
import io.ringhaul.internal.request.Failures;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** What went wrong in a unit, and what is known of the operations that have no answer. */
final class UnitFailure {

  private final List<Integer> operations = new ArrayList<>();
  private @Nullable Throwable first;
  private @Nullable Outcome outcome;

  /**
   * Looks at the answer to a batch whose first operation has that index.
   *
   * @param isOneMutation whether it is one for the server
   */
  void add(
      CompletableFuture<?> answer,
      FailedAttempts earlier,
      int index,
      WriteUnit batch,
      boolean isOneMutation) {
    Throwable failed = failure(answer);
    if (failed != null) {
      for (int i = 0; i < batch.statements().size(); i++) {
        operations.add(index + i);
      }
      note(failed, outcome(earlier, failed, batch.type(), isOneMutation));
    }
  }

  /**
   * Looks at the answer to a single operation.
   *
   * @param isOneMutation whether it is one for the server
   */
  void add(CompletableFuture<?> answer, FailedAttempts earlier, int index, boolean isOneMutation) {
    Throwable failed = failure(answer);
    if (failed != null) {
      operations.add(index);
      note(failed, outcome(earlier, failed, BatchType.UNLOGGED, isOneMutation));
    }
  }

  /**
   * Ends the unit if anything failed.
   *
   * @param all how many operations it has
   */
  void throwIfAny(int all) {
    Throwable cause = first;
    if (cause == null || outcome == null) {
      return;
    }
    throw new BatchFailedException(
        String.format(
            "%,d of %,d operations were not acknowledged: %s. %s",
            operations.size(), all, Failures.describe(cause), advice(outcome)),
        cause,
        outcome,
        operations);
  }

  private void note(Throwable failed, Outcome of) {
    first = first == null ? failed : first;
    // Of several that differ nothing is known but that.
    outcome = outcome == null || outcome == of ? of : Outcome.UNKNOWN;
  }

  private static @Nullable Throwable failure(CompletableFuture<?> answer) {
    try {
      answer.join();
      return null;
    } catch (CompletionException e) {
      return Failures.unwrap(e);
    }
  }

  /** What is known after all attempts: one that may have been applied is enough. */
  private static Outcome outcome(
      FailedAttempts attempts, Throwable last, BatchType type, boolean isOneMutation) {
    Outcome known = Outcome.NOT_APPLIED;
    for (Throwable failed : attempts.with(last)) {
      Outcome of = ofAttempt(attempts, failed, type, isOneMutation);
      if (of == Outcome.WILL_BE_APPLIED) {
        return of;
      }
      known = of == Outcome.UNKNOWN ? of : known;
    }
    return known;
  }

  private static Outcome ofAttempt(
      FailedAttempts attempts, Throwable failed, BatchType type, boolean isOneMutation) {
    if (failed instanceof WriteTimeoutException late) {
      WriteType phase = late.getWriteType();
      return phase == DefaultWriteType.BATCH && type == BatchType.LOGGED
          ? Outcome.WILL_BE_APPLIED
          : Outcome.UNKNOWN;
    }
    // The mutations of other batches are sent one after another: one may be under way when the
    // coordinator finds too few replicas for the next.
    boolean isWhole = isOneMutation || type == BatchType.LOGGED;
    return failed instanceof QueryValidationException
            || failed instanceof CodecNotFoundException
            || (isWhole && attempts.isSurelyNotApplied(failed))
        ? Outcome.NOT_APPLIED
        : Outcome.UNKNOWN;
  }

  private static String advice(Outcome outcome) {
    return switch (outcome) {
      case NOT_APPLIED -> "They were not applied and may be sent again";
      case UNKNOWN ->
          "They may or may not have been applied: read the rows, or send them again if doing them"
              + " twice does no harm";
      case WILL_BE_APPLIED ->
          "They are in the batch log and will be applied; do not send them again";
    };
  }
}
