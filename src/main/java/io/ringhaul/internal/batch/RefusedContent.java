package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.connection.FrameTooLongException;
import com.datastax.oss.driver.api.core.servererrors.InvalidQueryException;
import com.datastax.oss.driver.api.core.servererrors.ServerError;
import com.datastax.oss.driver.api.core.type.codec.CodecNotFoundException;
import io.ringhaul.internal.request.Failures;
import java.util.List;
import java.util.regex.Pattern;

/** Distinguishes rejections of the content of a write from other failures. */
final class RefusedContent {

  /** Schema errors: the table is missing or has changed, so that every other row would fail too. */
  private static final Pattern OF_THE_SCHEMA =
      Pattern.compile(
          "unconfigured|does(n't| not) exist|(undefined|unknown) (column|identifier|type|keyspace)"
              + "|no keyspace|not found in table",
          Pattern.CASE_INSENSITIVE);

  /**
   * Guardrails that every write of the operation violates: treating them as rejections would reject
   * all remaining rows.
   */
  private static final Pattern OF_EVERY_WRITE =
      Pattern.compile(
          "guardrail (replica_disk_usage|write_consistency_levels|user_timestamps) violated"
              + "|disk usage exceeds failure threshold",
          Pattern.CASE_INSENSITIVE);

  /** Message of a server error that the coordinator throws before it writes anything. */
  private static final String TOO_LARGE = "Rejected an oversized mutation";

  private RefusedContent() {}

  /**
   * Whether the server rejected the content of the write, or the driver cannot encode it, so that
   * other writes may succeed. Such a write was not applied.
   */
  static boolean is(Throwable failure) {
    Throwable cause = Failures.unwrap(failure);
    if (cause instanceof AllNodesFailedException all) {
      return !all.getAllErrors().isEmpty()
          && all.getAllErrors().values().stream()
              .flatMap(List::stream)
              .allMatch(RefusedContent::is);
    }
    String message = String.valueOf(cause.getMessage());
    if (cause instanceof InvalidQueryException) {
      return !OF_THE_SCHEMA.matcher(message).find() && !OF_EVERY_WRITE.matcher(message).find();
    }
    return cause instanceof FrameTooLongException
        || isOfEncoding(cause)
        || (cause instanceof ServerError && message.contains(TOO_LARGE));
  }

  /**
   * The exceptions that the driver throws when it encodes values of simple statements during
   * sending.
   */
  private static boolean isOfEncoding(Throwable cause) {
    return cause instanceof CodecNotFoundException
        || cause instanceof IllegalArgumentException
        || (cause instanceof NullPointerException
            && String.valueOf(cause.getMessage()).endsWith("cannot be null"));
  }
}
