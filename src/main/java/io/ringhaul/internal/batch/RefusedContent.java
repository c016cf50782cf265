package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.connection.FrameTooLongException;
import com.datastax.oss.driver.api.core.servererrors.InvalidQueryException;
import com.datastax.oss.driver.api.core.servererrors.ServerError;
import com.datastax.oss.driver.api.core.type.codec.CodecNotFoundException;
import io.ringhaul.internal.request.Failures;
import java.util.List;
import java.util.regex.Pattern;

/** Tells refusals of what a write holds from those of the write as such. */
final class RefusedContent {

  /** The table is not there, or no longer as it was: no row will do better than this one. */
  private static final Pattern OF_THE_SCHEMA =
      Pattern.compile(
          "unconfigured|does(n't| not) exist|(undefined|unknown) (column|identifier|type|keyspace)"
              + "|no keyspace|not found in table",
          Pattern.CASE_INSENSITIVE);

  /**
   * A disk has filled up, or what the operation asks of every row is no longer allowed: rejecting
   * would go through all the rest.
   */
  private static final Pattern OF_EVERY_WRITE =
      Pattern.compile(
          "guardrail (replica_disk_usage|write_consistency_levels|user_timestamps) violated"
              + "|disk usage exceeds failure threshold",
          Pattern.CASE_INSENSITIVE);

  /** Thrown by the coordinator before it begins to write, and told as an error of the server. */
  private static final String TOO_LARGE = "Rejected an oversized mutation";

  private RefusedContent() {}

  /**
   * Whether the server refuses the write for its content, or the driver cannot encode it, so that
   * others may pass. It was surely not applied then.
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

  /** The driver encodes the values of simple statements as it sends them, and throws these then. */
  private static boolean isOfEncoding(Throwable cause) {
    return cause instanceof CodecNotFoundException
        || cause instanceof IllegalArgumentException
        || (cause instanceof NullPointerException
            && String.valueOf(cause.getMessage()).endsWith("cannot be null"));
  }
}
