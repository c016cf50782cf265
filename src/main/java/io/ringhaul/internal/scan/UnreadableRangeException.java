package io.ringhaul.internal.scan;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.internal.request.Excess;
import io.ringhaul.internal.request.Failures;
import io.ringhaul.schema.TokenRange;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A range could not be read, although it was tried as often and in as small parts as allowed. */
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
   * The exception for a range.
   *
   * @param table its table, for people
   * @param failure the cluster's last word
   */
  static UnreadableRangeException of(TokenRange range, String table, Throwable failure) {
    Optional<Excess> excess = Excess.of(failure);
    String message =
        excess
            .map(
                known ->
                    String.format(
                        "Token range %s of %s cannot be read, not even in the smallest parts: %s."
                            + " %s (%s)",
                        range, table, known.words(), remedy(known), Failures.describe(failure)))
            .orElseGet(
                () ->
                    String.format(
                        "Token range %s of %s cannot be read: %s",
                        range, table, Failures.describe(failure)));
    return new UnreadableRangeException(
        range, excess.orElse(null), message, Failures.unwrap(failure));
  }

  /** The range, without a wrap. Of one token only if that could be told. */
  public TokenRange range() {
    return range;
  }

  /** In which way it was too much to read; empty if it failed otherwise, as with its nodes down. */
  public Optional<Excess> excess() {
    return Optional.ofNullable(excess);
  }

  private static String remedy(Excess excess) {
    return switch (excess) {
      case TIME ->
          "Raise range_request_timeout on the nodes, or the request's own time-out if that is the"
              + " shorter one, and run the operation again";
      case TOMBSTONES ->
          "Compact the table once gc_grace_seconds have passed, or raise"
              + " tombstone_failure_threshold on the nodes, and run the operation again";
      case SIZE ->
          "Raise local_read_size_fail_threshold and row_index_read_size_fail_threshold on the nodes,"
              + " and run the operation again";
    };
  }
}
