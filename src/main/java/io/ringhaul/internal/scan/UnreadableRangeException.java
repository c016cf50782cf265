package io.ringhaul.internal.scan;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.internal.request.Excess;
import io.ringhaul.internal.request.Failures;
import io.ringhaul.schema.TokenRange;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Thrown if a range cannot be read with the allowed number of attempts in the smallest parts. */
public final class UnreadableRangeException extends BulkOperationException {

  private static final long serialVersionUID = 2;

  private final TokenRange range;
  private final @Nullable Excess excess;

  private UnreadableRangeException(
      TokenRange range, @Nullable Excess excess, String message, Throwable cause) {
    super(message, cause);
    this.range = range;
    this.excess = excess;
  }

  /**
   * Creates the exception for a range.
   *
   * @param table name of the table, for the message
   * @param failure the failure of the last attempt
   */
  static UnreadableRangeException of(TokenRange range, String table, Throwable failure) {
    Optional<Excess> excess = Excess.of(failure);
    String message =
        excess
            .map(
                known ->
                    String.format(
                        "Token range %s of %s cannot be read, even in the smallest parts: %s. %s"
                            + " (%s)",
                        range, table, known.words(), remedy(known), Failures.describe(failure)))
            .orElseGet(
                () ->
                    String.format(
                        "Token range %s of %s cannot be read: %s",
                        range, table, Failures.describe(failure)));
    return new UnreadableRangeException(
        range, excess.orElse(null), message, Failures.unwrap(failure));
  }

  /**
   * Returns the range, which does not wrap; a single token only if the failure could be narrowed
   * down to it.
   */
  public TokenRange range() {
    return range;
  }

  /**
   * Returns the limit that the read exceeded; empty after any other failure, such as nodes that are
   * down.
   */
  public Optional<Excess> excess() {
    return Optional.ofNullable(excess);
  }

  private static String remedy(Excess excess) {
    return switch (excess) {
      case TIME ->
          "Raise range_request_timeout on the nodes, or the request timeout if that is shorter, and"
              + " run the operation again";
      case TOMBSTONES ->
          "Compact the table once gc_grace_seconds have passed, or raise"
              + " tombstone_failure_threshold on the nodes, and run the operation again";
      case SIZE ->
          "Raise local_read_size_fail_threshold and row_index_read_size_fail_threshold on the"
              + " nodes, and run the operation again";
    };
  }
}
