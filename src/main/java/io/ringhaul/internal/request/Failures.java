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

/** Classifies failures of requests. */
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
          // A connection that breaks during a request, as the network library reports it.
          IOException.class);

  /** Failures before the request leaves the driver, or before the server starts to execute it. */
  private static final List<Class<? extends Throwable>> BEFORE_ANY_WRITE =
      List.of(
          // Checked on the coordinator and on a counter's leader before the first replica writes.
          UnavailableException.class,
          BootstrappingException.class,
          // Syntax, names, types, sizes and permissions.
          QueryValidationException.class,
          // A value that the driver cannot encode.
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

  /** Returns the failure without the wrappers that futures add. */
  public static Throwable unwrap(Throwable failure) {
    Throwable current = failure;
    while ((current instanceof CompletionException || current instanceof ExecutionException)
        && current.getCause() != null) {
      current = current.getCause();
    }
    return current;
  }

  /**
   * Returns whether the failure is transient, so that the same request may succeed later: a
   * timeout, an overload, a lost node. Invalid statements, missing permissions and a closed session
   * are not transient.
   */
  public static boolean isPassing(Throwable failure) {
    Throwable cause = unwrap(failure);
    if (cause instanceof AllNodesFailedException all) {
      // NoNodeAvailableException has an empty list: every node is down at present.
      return all.getAllErrors().values().stream()
          .flatMap(List::stream)
          .allMatch(each -> isPassing(each) || isOfChannel(each));
    }
    return PASSING.stream().anyMatch(type -> type.isInstance(cause));
  }

  /** A connection that accepted no more requests, so the driver tried the next node. */
  private static boolean isOfChannel(Throwable ofOneNode) {
    return ofOneNode instanceof IllegalStateException;
  }

  /**
   * Returns whether a write to one partition, without a condition, was certainly not applied on any
   * replica, so that sending it again cannot apply it twice. A write that timed out or lost its
   * connection may have been applied. So may a write that failed with an overload: Cassandra
   * reports overloads also during a write, and some releases send that error for the wrong request.
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

  /** Whether a node returned the failure, as opposed to a timeout of the driver. */
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
   * Whether the cluster or the driver's queue is overloaded, so that fewer concurrent requests may
   * succeed. A write timeout indicates overload, since one write is little work. A read timeout
   * does not, since the read may be too {@linkplain Excess large}.
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
   * Returns the exception for a failure that is not transient and ends the operation.
   *
   * @param doing the activity, for the message
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
   * Returns the exception for a heap that is too small. Unlike other errors, it ends only the
   * operation, not the process.
   *
   * @param doing the activity that needed the memory, for the message
   */
  public static BulkOperationException outOfMemory(OutOfMemoryError error, String doing) {
    return new BulkOperationException(
        String.format(
            "%s ran out of memory (%s; the heap is %d MiB). Increase the heap (-Xmx;"
                + " RINGHAUL_JAVA_OPTS=-Xmx2g for the command line) or lower the parallelism"
                + " (parallelism, --parallelism)",
            doing, error.getMessage(), Runtime.getRuntime().maxMemory() >> 20),
        error);
  }

  /** Whether a node or the driver timed out. */
  static boolean isOutOfTime(Throwable failure) {
    return failure instanceof ReadTimeoutException
        || failure instanceof WriteTimeoutException
        || failure instanceof DriverTimeoutException;
  }

  /** Returns the type of the failure and the message of the driver or server, for messages. */
  public static String describe(Throwable failure) {
    Throwable cause = unwrap(failure);
    return cause.getClass().getSimpleName()
        + ": "
        + Objects.requireNonNullElse(cause.getMessage(), "no message");
  }
}
