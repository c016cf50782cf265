package io.ringhaul.exceptions;

import io.ringhaul.monitor.OperationTotals;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The root of everything Ringhaul throws. Its message names what failed and what to do about it;
 * the accessors carry what the operation had reached by then.
 */
public class BulkOperationException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private @Nullable OperationTotals partialResult;
  private final List<FailedRange> failedRanges;
  private final String text;
  private String leaves = "";

  /** A failure before any work was done. */
  public BulkOperationException(String message) {
    this(message, null);
  }

  /** A failure before any work was done, with its cause. */
  public BulkOperationException(String message, @Nullable Throwable cause) {
    this(message, cause, null, List.of());
  }

  /**
   * A failure of an operation that was under way.
   *
   * @param message may hold settings as {@linkplain Setting#mark() marks}
   * @param partialResult what was done by then; null if nothing had started
   * @param failedRanges the token ranges that could not be read
   */
  public BulkOperationException(
      String message,
      @Nullable Throwable cause,
      @Nullable OperationTotals partialResult,
      List<FailedRange> failedRanges) {
    super(null, cause);
    this.text = message;
    this.partialResult = partialResult;
    this.failedRanges = List.copyOf(failedRanges);
  }

  /** What the operation had done when it failed; empty if it had not started. */
  public Optional<OperationTotals> partialResult() {
    return Optional.ofNullable(partialResult);
  }

  /**
   * Adds how far the operation had come, unless that is known already. For whoever runs an
   * operation and sees the failure of one of its parts pass.
   *
   * @return this exception
   */
  public BulkOperationException reached(OperationTotals totals) {
    if (partialResult == null) {
      partialResult = totals;
    }
    return this;
  }

  /**
   * Adds to the message what the failed operation leaves behind. For whoever runs an operation and
   * sees the failure of one of its parts pass.
   *
   * @return this exception
   */
  public BulkOperationException leaving(String what) {
    leaves = "; " + what;
    return this;
  }

  /** What failed and what to do about it, with settings named as in Java. */
  @Override
  public String getMessage() {
    return Setting.inJava(text + leaves);
  }

  /**
   * What failed and what to do about it, for those who know the settings by other names.
   *
   * @param names the name of each setting; {@link Setting#mark} for the message of an exception
   *     that takes this one's up
   */
  public String message(Function<Setting, String> names) {
    return Setting.named(text + leaves, names);
  }

  /** The token ranges that could not be read; empty if the failure is of another kind. */
  public List<FailedRange> failedRanges() {
    return failedRanges;
  }
}
