package io.ringhaul.internal.request;

import com.datastax.oss.driver.api.core.cql.Statement;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/**
 * A statement and how to go on when it fails.
 *
 * @param statement what to send
 * @param again what to send instead after a passing failure, for instance with smaller pages
 * @param retryable which of the passing failures are worth another attempt
 * @param isForOneNode whether each attempt is for one node alone, chosen by the sender: after some
 *     failures the driver sends even what is not idempotent to another node, without asking
 * @param isInParts whether a read that was too much, and is not worth another attempt, is asked for
 *     in parts
 */
public record Request(
    Statement<?> statement,
    BiFunction<Statement<?>, Throwable, Statement<?>> again,
    Predicate<Throwable> retryable,
    boolean isForOneNode,
    boolean isInParts) {

  /** A request that the driver may send from node to node. */
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

  /** Returns this read as one that is divided if it is too large. */
  public Request inParts() {
    return new Request(statement, again, retryable, isForOneNode, true);
  }

  /** A request that is sent again as it is. */
  public static Request of(Statement<?> statement) {
    return new Request(statement, (same, failure) -> same, failure -> true);
  }
}
