package io.ringhaul.internal.request;

import com.datastax.oss.driver.api.core.cql.Statement;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A statement and how to retry it.
 *
 * @param statement the statement to send
 * @param again returns the statement to send after a transient failure, for instance with smaller
 *     pages
 * @param retryable selects the transient failures that are worth another attempt
 * @param token the token whose replicas answer from their own rows; null if the statement's routing
 *     key tells it
 * @param isForOneNode whether the sender selects one node for each attempt. Otherwise the driver
 *     may try further nodes by itself after some failures, even for statements that are not
 *     idempotent
 * @param isInParts whether the caller divides a read that is too large and not worth another
 *     attempt
 */
public record Request(
    Statement<?> statement,
    BiFunction<Statement<?>, Throwable, Statement<?>> again,
    Predicate<Throwable> retryable,
    @Nullable Long token,
    boolean isForOneNode,
    boolean isInParts) {

  /** Creates a request that the driver may send to several nodes in turn. */
  public Request(
      Statement<?> statement,
      BiFunction<Statement<?>, Throwable, Statement<?>> again,
      Predicate<Throwable> retryable) {
    this(statement, again, retryable, null, false, false);
  }

  /** Returns this request for the replicas of a token. */
  public Request at(long replicated) {
    return new Request(statement, again, retryable, replicated, isForOneNode, isInParts);
  }

  /** Returns this request with each attempt sent to one node only. */
  public Request toOneNode() {
    return new Request(statement, again, retryable, token, true, isInParts);
  }

  /** Returns this read as one that the caller divides if it is too large. */
  public Request inParts() {
    return new Request(statement, again, retryable, token, isForOneNode, true);
  }

  /** Creates a request that is retried unchanged. */
  public static Request of(Statement<?> statement) {
    return new Request(statement, (same, failure) -> same, failure -> true);
  }
}
