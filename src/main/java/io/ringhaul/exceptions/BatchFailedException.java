package io.ringhaul.exceptions;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The cluster did not acknowledge all operations of a unit that was executed as one. */
public final class BatchFailedException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  /** What is known of the unacknowledged operations. */
  public enum Outcome {

    /** None of the operations was applied: they can be sent again. */
    NOT_APPLIED,

    /**
     * The operations may have been applied fully, partly or not at all. One cause is a LOGGED batch
     * that times out before enough replicas of the batch log have it ({@code WriteType.BATCH_LOG}).
     */
    UNKNOWN,

    /**
     * The operations are in the batch log and will all be applied, if they are not yet: a LOGGED
     * batch that timed out in its write phase ({@code WriteType.BATCH}).
     */
    WILL_BE_APPLIED
  }

  private final Outcome outcome;
  private final List<Integer> operations;

  /**
   * @param message what failed, what is known of it and what to do
   * @param outcome what is known of the unacknowledged operations
   * @param operations the indexes of the unacknowledged operations, from 0
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

  /** The indexes of the unacknowledged operations, from 0, in the order of the unit. */
  public List<Integer> operations() {
    return operations;
  }
}
