package io.ringhaul.exceptions;

import io.ringhaul.monitor.OperationTotals;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The root of all exceptions that Ringhaul throws. The message says what failed and what to do; the
 * accessors say how far the operation came. Immutable, apart from what {@link Throwable} lets
 * callers change: the {@code with} methods return copies.
 */
public class BulkOperationException extends RuntimeException implements Cloneable {

  private static final long serialVersionUID = 2;

  private final String text;
  private final List<FailedRange> failedRanges;

  // Set by constructors, and by copies before they are returned.
  private @Nullable OperationTotals partialResult;
  private String note = "";

  /** Creates an exception for a failure before any work was done. */
  public BulkOperationException(String message) {
    this(message, null);
  }

  /** Creates an exception for a failure before any work was done, with its cause. */
  public BulkOperationException(String message, @Nullable Throwable cause) {
    this(message, cause, null, List.of());
  }

  /**
   * Creates an exception for a failure of a running operation.
   *
   * @param message may hold settings as {@linkplain Setting#mark() marks}
   * @param partialResult what the operation had done; null if it had not started
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
   * Returns a copy with this partial result in place of an earlier one. The copy has the same
   * class, stack trace, cause and suppressed exceptions.
   */
  public BulkOperationException withPartialResult(OperationTotals totals) {
    BulkOperationException copy = copy();
    copy.partialResult = totals;
    return copy;
  }

  /**
   * Returns a copy whose message ends with a note on what the failed operation leaves behind, in
   * place of an earlier note. The copy has the same class, stack trace, cause and suppressed
   * exceptions.
   */
  public BulkOperationException withNote(String what) {
    BulkOperationException copy = copy();
    copy.note = "; " + what;
    return copy;
  }

  /** Clones, so that subclasses keep their class and fields without a method of their own. */
  private BulkOperationException copy() {
    try {
      return (BulkOperationException) clone();
    } catch (CloneNotSupportedException e) {
      throw new AssertionError(e);
    }
  }

  /** What failed and what to do, with settings named as in Java. */
  @Override
  public String getMessage() {
    return Setting.inJava(text + note);
  }

  /**
   * What failed and what to do, with other names for settings.
   *
   * @param names the name of each setting; {@link Setting#mark} for a message that goes into
   *     another exception
   */
  public String message(Function<Setting, String> names) {
    return Setting.named(text + note, names);
  }

  /** The token ranges that could not be read; empty if the failure is of another kind. */
  public List<FailedRange> failedRanges() {
    return failedRanges;
  }
}
