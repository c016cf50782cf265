package io.ringhaul.internal.request;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.DriverTimeoutException;
import com.datastax.oss.driver.api.core.NodeUnavailableException;
import com.datastax.oss.driver.api.core.RequestThrottlingException;
import com.datastax.oss.driver.api.core.connection.BusyConnectionException;
import com.datastax.oss.driver.api.core.connection.ClosedConnectionException;
import com.datastax.oss.driver.api.core.connection.HeartbeatException;
import com.datastax.oss.driver.api.core.servererrors.BootstrappingException;
import com.datastax.oss.driver.api.core.servererrors.CoordinatorException;
import com.datastax.oss.driver.api.core.servererrors.OverloadedException;
import com.datastax.oss.driver.api.core.servererrors.QueryValidationException;
import com.datastax.oss.driver.api.core.servererrors.ReadFailureException;
import com.datastax.oss.driver.api.core.servererrors.ReadTimeoutException;
import com.datastax.oss.driver.api.core.servererrors.ServerError;
import com.datastax.oss.driver.api.core.servererrors.TruncateException;
import com.datastax.oss.driver.api.core.servererrors.UnavailableException;
import com.datastax.oss.driver.api.core.servererrors.WriteFailureException;
import com.datastax.oss.driver.api.core.servererrors.WriteTimeoutException;
import com.datastax.oss.driver.api.core.type.codec.CodecNotFoundException;
import io.ringhaul.exceptions.BulkOperationException;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Tells failures of the moment from failures that will not go away. */
public final class Failures {

  private static final List<Class<? extends Throwable>> PASSING =
      List.of(
          DriverTimeoutException.class,
          ReadTimeoutException.class,
          ReadFailureException.class,
          WriteTimeoutException.class,
          WriteFailureException.class,
          OverloadedException.class,
          UnavailableException.class,
          BootstrappingException.class,
          TruncateException.class,
          ServerError.class,
          BusyConnectionException.class,
          RequestThrottlingException.class,
          ClosedConnectionException.class,
          HeartbeatException.class,
          NodeUnavailableException.class,
          // A connection that breaks under a request, as the network library reports it.
          IOException.class);

  /** What is thrown before a request leaves the driver, or before the server begins with it. */
  private static final List<Class<? extends Throwable>> BEFORE_ANY_WRITE =
      List.of(
          // Checked on the coordinator and on a counter's leader, before the first replica writes.
          UnavailableException.class,
          BootstrappingException.class,
          // Syntax, names, types, sizes and rights.
          QueryValidationException.class,
          // A value that the driver cannot write.
          CodecNotFoundException.class,
          BusyConnectionException.class,
          RequestThrottlingException.class,
          NodeUnavailableException.class);

  private static final List<Class<? extends Throwable>> OVERLOAD =
      List.of(
          OverloadedException.class,
          WriteTimeoutException.class,
          BusyConnectionException.class,
          RequestThrottlingException.class);

  private Failures() {}

  /** The failure under the wrappers that futures put around it. */
  public static Throwable unwrap(Throwable failure) {
    Throwable current = failure;
    while ((current instanceof CompletionException || current instanceof ExecutionException)
        && current.getCause() != null) {
      current = current.getCause();
    }
    return current;
  }

  /**
   * Whether the cluster or the network failed, so that the same request may succeed later: a time
   * out, an overload, a lost node. Wrong statements, missing rights and a closed session do not
   * pass.
   */
  public static boolean isPassing(Throwable failure) {
    Throwable cause = unwrap(failure);
    if (cause instanceof AllNodesFailedException all) {
      // No node at all (NoNodeAvailableException) has an empty list: every node is down just now.
      return all.getAllErrors().values().stream()
          .flatMap(List::stream)
          .allMatch(each -> isPassing(each) || isOfChannel(each));
    }
    return PASSING.stream().anyMatch(type -> type.isInstance(cause));
  }

  /** A connection that took no more requests, so that the driver went on to the next node. */
  private static boolean isOfChannel(Throwable ofOneNode) {
    return ofOneNode instanceof IllegalStateException;
  }

  /**
   * Whether a write to one partition, without a condition, was certainly not applied anywhere, so
   * that sending it again cannot apply it twice. Nothing is known of a write that timed out or
   * whose connection was lost. Nor of one that met an overload: Cassandra reports it also from the
   * middle of a write, and some releases answer the wrong request with it.
   */
  public static boolean isSurelyNotApplied(Throwable failure) {
    Throwable cause = unwrap(failure);
    if (cause instanceof AllNodesFailedException all) {
      return all.getAllErrors().values().stream()
          .flatMap(List::stream)
          .allMatch(each -> isSurelyNotApplied(each) || isOfChannel(each));
    }
    return BEFORE_ANY_WRITE.stream().anyMatch(type -> type.isInstance(cause));
  }

  /** Whether it is a node that says so, and not the driver that has waited in vain. */
  static boolean isAnswer(Throwable failure) {
    Throwable cause = unwrap(failure);
    if (cause instanceof AllNodesFailedException all) {
      return all.getAllErrors().values().stream()
          .flatMap(List::stream)
          .anyMatch(Failures::isAnswer);
    }
    return cause instanceof CoordinatorException;
  }

  /**
   * Whether the cluster, or the driver's own queue, had more to do than it can: fewer requests at
   * once may succeed. A write that is too late is a sign of it, as one write is little work; a read
   * that is too late is not, as it may just be too {@linkplain Excess large}.
   */
  static boolean isOverload(Throwable failure) {
    Throwable cause = unwrap(failure);
    if (cause instanceof AllNodesFailedException all) {
      return all.getAllErrors().values().stream()
          .flatMap(List::stream)
          .anyMatch(each -> isOverload(each) || isOfChannel(each));
    }
    return OVERLOAD.stream().anyMatch(type -> type.isInstance(cause));
  }

  /**
   * The exception for a failure that will not pass: it ends the operation.
   *
   * @param doing what was being done, for the message
   */
  public static BulkOperationException notPassing(Throwable failure, String doing) {
    Throwable cause = unwrap(failure);
    if (cause instanceof OutOfMemoryError error) {
      return outOfMemory(error, doing);
    }
    return cause instanceof BulkOperationException known
        ? known
        : new BulkOperationException(doing + " failed: " + describe(cause), cause);
  }

  /**
   * The exception for a heap that is too small: unlike other errors it ends the operation alone,
   * and not the process.
   *
   * @param doing what needed the memory, for the message
   */
  public static BulkOperationException outOfMemory(OutOfMemoryError error, String doing) {
    return new BulkOperationException(
        String.format(
            "%s ran out of memory (%s; the heap is %d MiB). Give the process a larger one (-Xmx;"
                + " RINGHAUL_JAVA_OPTS=-Xmx2g for the command line), or have less at work at once"
                + " (parallelism, --parallelism)",
            doing, error.getMessage(), Runtime.getRuntime().maxMemory() >> 20),
        error);
  }

  /** Whether a node, or the driver that waited for one, ran out of time. */
  static boolean isOutOfTime(Throwable failure) {
    return failure instanceof ReadTimeoutException
        || failure instanceof WriteTimeoutException
        || failure instanceof DriverTimeoutException;
  }

  /** One sentence for people: the kind of the failure and what the driver or server said. */
  public static String describe(Throwable failure) {
    Throwable cause = unwrap(failure);
    return cause.getClass().getSimpleName()
        + ": "
        + Objects.requireNonNullElse(cause.getMessage(), "no further word");
  }
}
