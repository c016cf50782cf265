package io.ringhaul.internal.request;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import io.ringhaul.limits.Balancing;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Settings of requests. The sender sets all of them on each statement; the session's own settings
 * stay unchanged.
 *
 * @param parallelism maximum number of requests in flight, 1 or more
 * @param consistency consistency level of requests without their own
 * @param timeout driver timeout of one request, including the driver's retries
 * @param maxAttempts maximum number of attempts of one request, 1 or more
 * @param executionProfile name of the driver's execution profile to start from. Default: the
 *     driver's default profile.
 * @param limits limits on rates and on requests for each node
 * @param retriesNonIdempotent whether statements that are not idempotent are retried after any
 *     transient failure, so that they may take effect twice. Default: false.
 * @param balancing selects the replica that coordinates a request
 * @param datacenter the only data centre whose nodes coordinate. Default: the driver's policy
 *     chooses
 */
public record RequestSettings(
    int parallelism,
    ConsistencyLevel consistency,
    Duration timeout,
    int maxAttempts,
    Optional<String> executionProfile,
    RequestLimits limits,
    boolean retriesNonIdempotent,
    Balancing balancing,
    Optional<String> datacenter) {

  /**
   * Creates settings that never apply a non-idempotent statement twice and let the driver select
   * the coordinators.
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
        Balancing.DRIVER,
        Optional.empty());
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

  /** A read at one of these levels sees every write acknowledged at the same level. */
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
        balancing,
        datacenter);
  }

  /** Returns these settings with other limits. */
  public RequestSettings withLimits(RequestLimits others) {
    return new RequestSettings(
        parallelism,
        consistency,
        timeout,
        maxAttempts,
        executionProfile,
        others,
        retriesNonIdempotent,
        balancing,
        datacenter);
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
        balancing,
        datacenter);
  }

  /** Returns these settings with another timeout. */
  public RequestSettings withTimeout(Duration other) {
    return new RequestSettings(
        parallelism,
        consistency,
        other,
        maxAttempts,
        executionProfile,
        limits,
        retriesNonIdempotent,
        balancing,
        datacenter);
  }

  /** Returns these settings with another number of attempts. */
  public RequestSettings withMaxAttempts(int attempts) {
    return new RequestSettings(
        parallelism,
        consistency,
        timeout,
        attempts,
        executionProfile,
        limits,
        retriesNonIdempotent,
        balancing,
        datacenter);
  }

  /** Returns these settings with an execution profile of the driver. */
  public RequestSettings withExecutionProfile(String name) {
    return new RequestSettings(
        parallelism,
        consistency,
        timeout,
        maxAttempts,
        Optional.of(name),
        limits,
        retriesNonIdempotent,
        balancing,
        datacenter);
  }

  /**
   * Returns these settings with retries of non-idempotent statements, which may then take effect
   * twice.
   */
  public RequestSettings retryingNonIdempotent() {
    return new RequestSettings(
        parallelism,
        consistency,
        timeout,
        maxAttempts,
        executionProfile,
        limits,
        true,
        balancing,
        datacenter);
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
        how,
        datacenter);
  }

  /** Returns these settings with coordinators of one data centre only. */
  public RequestSettings withDatacenter(String name) {
    return new RequestSettings(
        parallelism,
        consistency,
        timeout,
        maxAttempts,
        executionProfile,
        limits,
        retriesNonIdempotent,
        balancing,
        Optional.of(name));
  }
}
