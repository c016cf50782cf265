package io.ringhaul.exceptions;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Operations that were handed over as one unit and could not all be acknowledged. */
public final class BatchFailedException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  /** What is known of operations whose acknowledgement is missing. */
  public enum Outcome {

    /** None of them was applied: they may be sent again. */
    NOT_APPLIED,

    /**
     * They may have been applied, wholly or in part, or not at all. So it is if a LOGGED batch
     * times out before enough replicas of the batch log have it ({@code WriteType.BATCH_LOG}).
     */
    UNKNOWN,

    /**
     * They are in the batch log and will all be applied, if they are not yet: a LOGGED batch that
     * timed out in its write phase ({@code WriteType.BATCH}).
     */
    WILL_BE_APPLIED
  }

  private final Outcome outcome;
  private final List<Integer> operations;

  /**
   * @param message what failed, what is known of it and what to do
   * @param outcome what is known of the operations named
   * @param operations the indexes, from 0, of those that were not acknowledged
   */
  public BatchFailedException(
      String message, @Nullable Throwable cause, Outcome outcome, List<Integer> operations) {
    super(message, cause);
    this.outcome = outcome;
    this.operations = List.copyOf(operations);
  }

  /** What is known of the {@linkplain #operations() operations}. */
  public Outcome outcome() {
    return outcome;
  }

  /** The indexes of the operations that were not acknowledged, from 0, in the order given. */
  public List<Integer> operations() {
    return operations;
  }
}
