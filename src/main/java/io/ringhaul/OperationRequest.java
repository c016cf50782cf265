package io.ringhaul;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.operation.BulkOperation;
import io.ringhaul.internal.operation.Monitoring;
import io.ringhaul.internal.operation.OperationLimits;
import io.ringhaul.internal.operation.OperationSettings;
import io.ringhaul.internal.request.RequestLimits;
import io.ringhaul.internal.request.RequestSettings;
import io.ringhaul.internal.ring.TokenRangeSplitter;
import io.ringhaul.limits.Balancing;
import io.ringhaul.limits.TuningMode;
import io.ringhaul.monitor.Progress;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the requests for a count, an export and an import have in common. A request is a builder:
 * {@link #run()} and {@link #runAsync()} take a copy of its settings, so that changes made later do
 * not touch an operation under way. Not thread-safe.
 *
 * @param <S> the request's own type
 * @param <R> the type of its result
 */
public abstract sealed class OperationRequest<S extends OperationRequest<S, R>, R>
    extends MonitoredRequest<S> permits ScanRequest, ImportRequest {

  private static final int MOST_PARALLELISM = 10_000;

  final TokenAwareBulkOperator operator;
  final CqlIdentifier keyspace;
  final CqlIdentifier table;
  private OptionalInt parallelism = OptionalInt.empty();
  private OptionalInt taskCount = OptionalInt.empty();
  private ConsistencyLevel consistency = DefaultConsistencyLevel.LOCAL_QUORUM;
  private Duration requestTimeout = Duration.ofMinutes(2);
  private int maxAttempts = 10;
  private @Nullable String executionProfile;
  private RequestLimits limits = RequestLimits.NONE;
  private Balancing balancing = Balancing.DRIVER;
  private Consumer<Progress> progressListener = progress -> {};
  private boolean skipsPreflight;

  OperationRequest(TokenAwareBulkOperator operator, CqlIdentifier keyspace, CqlIdentifier table) {
    this.operator = operator;
    this.keyspace = keyspace;
    this.table = table;
  }

  /**
   * The largest number of requests in flight, 1 to 10,000. There are fewer after an overload, and
   * slowly more again as requests succeed. Default: 8 for each node of the local data centre for a
   * count or an export, 16 for an import; at most 256.
   *
   * @see #maxInFlightPerNode(int)
   * @throws InvalidSettingException if it is out of bounds
   */
  public S parallelism(int requests) {
    OperationSettings.requireBetween("parallelism", requests, 1, MOST_PARALLELISM);
    this.parallelism = OptionalInt.of(requests);
    return self();
  }

  /**
   * The largest number of requests in flight that one node coordinates, 1 to 10,000, beside {@link
   * #parallelism(int)} for all together. Each request then goes to that live local replica of its
   * rows that has the fewest of this operation's; if all have as many as they may, it waits. What a
   * node does as a replica for other coordinators is not bounded by this. Default: no bound, and
   * the driver's policy chooses.
   *
   * @throws InvalidSettingException if it is out of bounds
   */
  public S maxInFlightPerNode(int requests) {
    OperationSettings.requireBetween("maxInFlightPerNode", requests, 1, MOST_PARALLELISM);
    this.limits = limits.withMaxInFlightPerNode(requests);
    return self();
  }

  /**
   * Which of the live local replicas of its rows coordinates a request. Default: {@link
   * Balancing#DRIVER}.
   */
  public S balancing(Balancing how) {
    this.balancing = Objects.requireNonNull(how);
    return self();
  }

  /**
   * How many rows a second are read or written at the most, 1 or more, by all tasks together: rows
   * of pages as they arrive, rows of a source as they are handed to the writer, and for a count the
   * rows counted, which come in lumps of a range each. Pages are no larger than what a quarter of a
   * second allows unless {@code pageSize} is set. Requests that are under way already are not held
   * up. Default: no bound.
   *
   * @throws InvalidSettingException if it is below 1
   */
  public S maxRowsPerSecond(long rows) {
    requirePositive("maxRowsPerSecond", rows);
    this.limits = limits.withMaxRowsPerSecond(rows);
    return self();
  }

  /**
   * How many bytes a second are read or written at the most, 1 or more: of an export the server's
   * responses, of an import the serialized values, both before compression on the wire. A count has
   * next to none: its rows stay on the server. Default: no bound.
   *
   * @throws InvalidSettingException if it is below 1
   */
  public S maxBytesPerSecond(long bytes) {
    requirePositive("maxBytesPerSecond", bytes);
    this.limits = limits.withMaxBytesPerSecond(bytes);
    return self();
  }

  /**
   * About how many tasks the work is divided into, 1 to 1,000,000. A table that is read has at
   * least one task for each node that must coordinate a part of the ring, a source at least one for
   * each file. Default: one for each 128 MiB of the table's estimated size for an export, 32 MiB
   * for a count, and at least as many as there may be requests in flight (four times as many for a
   * count); for an import one for each 16 MiB of the source's files.
   *
   * @throws InvalidSettingException if it is out of bounds
   */
  public S taskCount(int tasks) {
    OperationSettings.requireBetween("taskCount", tasks, 1, TokenRangeSplitter.MAX_TASK_COUNT);
    this.taskCount = OptionalInt.of(tasks);
    return self();
  }

  /** The consistency level of each request. Default: LOCAL_QUORUM. */
  public S consistency(ConsistencyLevel level) {
    this.consistency = Objects.requireNonNull(level);
    return self();
  }

  /**
   * How long the driver waits for one request. Default: 2 minutes.
   *
   * @throws InvalidSettingException if it is not positive
   */
  public S requestTimeout(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new InvalidSettingException(
          "requestTimeout", "requestTimeout is " + timeout + "; it takes a positive duration");
    }
    this.requestTimeout = timeout;
    return self();
  }

  /**
   * How often a request is sent at the most when the cluster fails in a way that may pass, 1 to
   * 100. Default: 10, with pauses of about 40 s in all.
   *
   * @throws InvalidSettingException if it is out of bounds
   */
  public S maxAttempts(int attempts) {
    OperationSettings.requireBetween("maxAttempts", attempts, 1, 100);
    this.maxAttempts = attempts;
    return self();
  }

  /**
   * The driver's execution profile that requests start from; the settings of this request win over
   * it. Default: the driver's default profile.
   */
  public S executionProfile(String name) {
    this.executionProfile = Objects.requireNonNull(name);
    return self();
  }

  /**
   * Hears of the progress twice a second and once at the end, on a thread of the operation.
   * Default: nobody does. What the listener throws is logged and does not disturb the operation.
   */
  public S onProgress(Consumer<Progress> listener) {
    this.progressListener = Objects.requireNonNull(listener);
    return self();
  }

  /**
   * Begins without looking whether the operation can go well. Default: before the first row, a few
   * small requests look whether the role has the permissions, whether it would be given masks
   * instead of values, whether guardrails of the cluster allow the page size, the consistency level
   * and the condition, and whether the target can be written and its disk has room. Whatever is
   * amiss is told at once, in a {@link io.ringhaul.exceptions.PreflightException}. Nothing is
   * written to the table for it.
   *
   * <p>Leave it out where it errs: where masking was switched off again, say, and the role cannot
   * see that.
   */
  public S skipPreflight() {
    this.skipsPreflight = true;
    return self();
  }

  /**
   * Runs the operation in the calling thread and waits for its end. An interrupt cancels it.
   *
   * @throws InvalidSettingException if settings contradict each other
   * @throws BulkOperationException if the operation fails; it carries what was done by then
   */
  public R run() {
    return operator.call(operation());
  }

  /**
   * Starts the operation in the background. Cancelling the future cancels the operation.
   *
   * @return completes with the result, or exceptionally with a {@link BulkOperationException}
   * @throws InvalidSettingException if settings contradict each other
   */
  public CompletableFuture<R> runAsync() {
    return operator.start(operation());
  }

  /** The operation with a copy of the settings. */
  abstract BulkOperation<R> operation();

  @Override
  abstract S self();

  /**
   * A copy of the settings.
   *
   * @throws InvalidSettingException if settings contradict each other
   */
  final OperationSettings settings() {
    OperationLimits its = limits(operator.resources());
    Monitoring monitoring = monitoring(its.limits(), tuning());
    return new OperationSettings(
        keyspace,
        table,
        parallelism,
        taskCount,
        new RequestSettings(
                1,
                consistency,
                requestTimeout,
                maxAttempts,
                Optional.ofNullable(executionProfile),
                limits)
            .withBalancing(balancing),
        progressListener,
        monitoring,
        its,
        monitoring.isOn() ? tuning() : tuning().in(TuningMode.OFF),
        operator.jobs(),
        skipsPreflight);
  }

  static void requirePositive(String setting, long value) {
    if (value < 1) {
      throw new InvalidSettingException(
          setting, setting + " is " + value + "; it takes at least 1");
    }
  }
}
