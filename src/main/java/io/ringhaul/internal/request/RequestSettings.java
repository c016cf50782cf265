package io.ringhaul.internal.request;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import io.ringhaul.limits.Balancing;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * How requests are sent. Everything here is set on each statement; the caller's session keeps its
 * own settings.
 *
 * @param parallelism the largest number of requests in flight, 1 or more
 * @param consistency the consistency level of requests that have none of their own
 * @param timeout how long the driver waits for one request, its own retries included
 * @param maxAttempts how often one request is sent at the most, 1 or more
 * @param executionProfile the name of the driver's execution profile to start from; empty for its
 *     default profile
 * @param limits what is never exceeded, whatever the cluster could take
 * @param retriesNonIdempotent whether statements that are not idempotent are sent again after any
 *     passing failure, as all others are, so that they may take effect twice; false by default
 * @param balancing which replica coordinates a request
 */
public record RequestSettings(
    int parallelism,
    ConsistencyLevel consistency,
    Duration timeout,
    int maxAttempts,
    Optional<String> executionProfile,
    RequestLimits limits,
    boolean retriesNonIdempotent,
    Balancing balancing) {

  /**
   * Settings by which no statement that is not idempotent takes effect twice, and the driver
   * chooses the coordinators.
   */
  public RequestSettings(
      int parallelism,
      ConsistencyLevel consistency,
      Duration timeout,
      int maxAttempts,
      Optional<String> executionProfile,
      RequestLimits limits) {
    this(
        parallelism,
        consistency,
        timeout,
        maxAttempts,
        executionProfile,
        limits,
        false,
        Balancing.DRIVER);
  }

  /** Creates settings without limits. */
  public RequestSettings(
      int parallelism,
      ConsistencyLevel consistency,
      Duration timeout,
      int maxAttempts,
      Optional<String> executionProfile) {
    this(parallelism, consistency, timeout, maxAttempts, executionProfile, RequestLimits.NONE);
  }

  /** A read at one of these sees every acknowledged write at the same. */
  private static final Set<ConsistencyLevel> STRONG =
      Set.of(
          DefaultConsistencyLevel.LOCAL_QUORUM,
          DefaultConsistencyLevel.QUORUM,
          DefaultConsistencyLevel.EACH_QUORUM,
          DefaultConsistencyLevel.ALL);

  /** Returns settings for reads that see every acknowledged write made with these settings. */
  public RequestSettings seeingEveryWrite() {
    return STRONG.contains(consistency) ? this : withConsistency(DefaultConsistencyLevel.ALL);
  }

  /** Returns these settings with another parallelism. */
  public RequestSettings withParallelism(int requests) {
    return new RequestSettings(
        requests,
        consistency,
        timeout,
        maxAttempts,
        executionProfile,
        limits,
        retriesNonIdempotent,
        balancing);
  }

  /** Returns these settings with another consistency level. */
  public RequestSettings withConsistency(ConsistencyLevel level) {
    return new RequestSettings(
        parallelism,
        level,
        timeout,
        maxAttempts,
        executionProfile,
        limits,
        retriesNonIdempotent,
        balancing);
  }

  /** Same, with another time-out of a request. */
  public RequestSettings withTimeout(Duration other) {
    return new RequestSettings(
        parallelism,
        consistency,
        other,
        maxAttempts,
        executionProfile,
        limits,
        retriesNonIdempotent,
        balancing);
  }

  /** Same, with another number of attempts. */
  public RequestSettings withMaxAttempts(int attempts) {
    return new RequestSettings(
        parallelism,
        consistency,
        timeout,
        attempts,
        executionProfile,
        limits,
        retriesNonIdempotent,
        balancing);
  }

  /** Same, starting from an execution profile of the driver. */
  public RequestSettings withExecutionProfile(String name) {
    return new RequestSettings(
        parallelism,
        consistency,
        timeout,
        maxAttempts,
        Optional.of(name),
        limits,
        retriesNonIdempotent,
        balancing);
  }

  /**
   * Returns these settings for statements that may take effect twice though they are not
   * idempotent.
   */
  public RequestSettings retryingNonIdempotent() {
    return new RequestSettings(
        parallelism, consistency, timeout, maxAttempts, executionProfile, limits, true, balancing);
  }

  /** Returns these settings with another balancing. */
  public RequestSettings withBalancing(Balancing how) {
    return new RequestSettings(
        parallelism,
        consistency,
        timeout,
        maxAttempts,
        executionProfile,
        limits,
        retriesNonIdempotent,
        how);
  }
}
