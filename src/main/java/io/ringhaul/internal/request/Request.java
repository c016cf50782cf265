package io.ringhaul.internal.request;

import com.datastax.oss.driver.api.core.cql.Statement;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/**
 * A statement and how to retry it.
 *
 * @param statement the statement to send
 * @param again returns the statement to send after a transient failure, for instance with smaller
 *     pages
 * @param retryable selects the transient failures that are worth another attempt
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
    boolean isForOneNode,
    boolean isInParts) {

  /** Creates a request that the driver may send to several nodes in turn. */
  public Request(
      Statement<?> statement,
      BiFunction<Statement<?>, Throwable, Statement<?>> again,
      Predicate<Throwable> retryable) {
    this(statement, again, retryable, false, false);
  }

  /** Returns this request with each attempt sent to one node only. */
  public Request toOneNode() {
    return new Request(statement, again, retryable, true, isInParts);
  }

  /** Returns this read as one that the caller divides if it is too large. */
  public Request inParts() {
    return new Request(statement, again, retryable, isForOneNode, true);
  }

  /** Creates a request that is retried unchanged. */
  public static Request of(Statement<?> statement) {
    return new Request(statement, (same, failure) -> same, failure -> true);
  }
}
