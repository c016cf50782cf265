package io.ringhaul.batch;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.batch.StreamWriter;
import io.ringhaul.internal.batch.UnitLimits;
import io.ringhaul.internal.metrics.OperationMetrics;
import io.ringhaul.internal.request.RequestSettings;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** Settings of a {@link BatchWriter}. Not thread-safe. */
public final class BatchWriterBuilder {

  private static final RequestSettings DEFAULT_REQUESTS =
      new RequestSettings(
          64, DefaultConsistencyLevel.LOCAL_QUORUM, Duration.ofMinutes(2), 10, Optional.empty());

  private final CqlSession session;
  private RequestSettings requests = DEFAULT_REQUESTS;
  private BatchLimits limits = BatchLimits.DEFAULT;
  private OptionalInt maxSharedBytes = OptionalInt.empty();
  private OptionalInt maxSharedPartitions = OptionalInt.empty();
  private Grouping grouping = Grouping.REPLICA_SET;
  private Duration maxAge = Duration.ofSeconds(1);
  private UnitLimits unitLimits = UnitLimits.DEFAULT;
  private WriteListener listener = (statements, bytes) -> {};
  private Optional<RequestListener> requestListener = Optional.empty();
  private Consumer<BulkResult.Reject> rejects = reject -> {};

  BatchWriterBuilder(CqlSession session) {
    this.session = session;
  }

  /** Sets the maximum requests in flight, 1 or more. Default: 64. */
  public BatchWriterBuilder parallelism(int most) {
    if (most < 1) {
      throw new InvalidSettingException(
          "parallelism", "parallelism is " + most + "; it takes 1 or more");
    }
    requests = requests.withParallelism(most);
    return this;
  }

  /**
   * Sets the consistency level of statements without a level of their own. Default: LOCAL_QUORUM.
   * Statements of different levels never share a batch.
   */
  public BatchWriterBuilder consistency(ConsistencyLevel level) {
    requests = requests.withConsistency(level);
    return this;
  }

  /**
   * Sets the timeout of a request, including the driver's own retries. Default: 2 minutes.
   *
   * @throws InvalidSettingException if the timeout is not positive
   */
  public BatchWriterBuilder requestTimeout(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new InvalidSettingException(
          "requestTimeout", "requestTimeout is " + timeout + "; it must be positive");
    }
    requests = requests.withTimeout(timeout);
    return this;
  }

  /**
   * Sets the maximum attempts of a request, 1 to 100. Default: 10.
   *
   * @throws InvalidSettingException if the number is out of bounds
   */
  public BatchWriterBuilder maxAttempts(int attempts) {
    if (attempts < 1 || attempts > 100) {
      throw new InvalidSettingException(
          "maxAttempts", "maxAttempts is " + attempts + "; it takes 1 to 100");
    }
    requests = requests.withMaxAttempts(attempts);
    return this;
  }

  /**
   * Sets the driver's execution profile of the requests. Settings of this builder take precedence.
   * Default: the driver's default profile.
   */
  public BatchWriterBuilder executionProfile(String name) {
    requests = requests.withExecutionProfile(Objects.requireNonNull(name));
    return this;
  }

  /**
   * Sets the limits of a batch of the stream. Default: {@link BatchLimits#DEFAULT}, 100 statements,
   * 64 KiB, and 10,000 statements in open batches.
   */
  public BatchWriterBuilder limits(BatchLimits batches) {
    limits = batches;
    return this;
  }

  /**
   * Sets the maximum bytes of a batch of the stream with several partitions, as with {@link
   * Grouping#REPLICA_SET}. Default: {@link BatchLimits#maxBytes()}, but at most the server's {@code
   * batch_size_warn_threshold}, above which the server logs a warning. This setting may exceed that
   * threshold, but batches never exceed {@code batch_size_fail_threshold}, above which the server
   * rejects them. If the role cannot read the server's settings, the default thresholds apply, 5
   * KiB and 50 KiB. The bytes are an upper bound of the server's count: rows with the overhead of
   * their cells.
   *
   * @param most 1 or more
   */
  public BatchWriterBuilder maxSharedBytes(int most) {
    if (most < 1) {
      throw new InvalidSettingException(
          "maxSharedBytes", "maxSharedBytes is " + most + "; it takes 1 or more");
    }
    maxSharedBytes = OptionalInt.of(most);
    return this;
  }

  /**
   * Sets the maximum partitions of a batch of the stream with {@link Grouping#REPLICA_SET}.
   * Default: the server's {@code unlogged_batch_across_partitions_warn_threshold}, above which the
   * server logs a warning; 10 if the role cannot read the server's settings.
   *
   * @param most 1 or more
   */
  public BatchWriterBuilder maxSharedPartitions(int most) {
    if (most < 1) {
      throw new InvalidSettingException(
          "maxSharedPartitions", "maxSharedPartitions is " + most + "; it takes 1 or more");
    }
    maxSharedPartitions = OptionalInt.of(most);
    return this;
  }

  /**
   * Sets what the statements of a batch of the stream share. Default: {@link Grouping#REPLICA_SET}.
   */
  public BatchWriterBuilder grouping(Grouping by) {
    grouping = by;
    return this;
  }

  /**
   * Sets the maximum age of an open batch of the stream. Zero keeps it open until it is full or
   * flushed. Default: 1 second.
   */
  public BatchWriterBuilder maxAge(Duration age) {
    if (age.isNegative()) {
      throw new InvalidSettingException("maxAge", "maxAge is " + age + "; it takes zero or more");
    }
    maxAge = age;
    return this;
  }

  /**
   * Sets the maximum operations of a unit of {@link BatchWriter#execute}, 1 to 65,535. A unit of at
   * least half as many operations is logged as a warning. Default: 100.
   */
  public BatchWriterBuilder maxOperations(int most) {
    unitLimits = unitLimits.withMaxOperations(most);
    return this;
  }

  /**
   * Splits UNLOGGED units with too many operations into several batches instead of rejecting them.
   * LOGGED units are never split, because a split would break their atomicity. Default: no split.
   */
  public BatchWriterBuilder autoSplit() {
    unitLimits = unitLimits.splitting();
    return this;
  }

  /** Sets the listener for acknowledged requests of the stream. Default: no listener. */
  public BatchWriterBuilder listener(WriteListener hearing) {
    listener = hearing;
    return this;
  }

  /**
   * Sets the listener for each request of the writer, of the stream and of units. Default: no
   * listener.
   */
  public BatchWriterBuilder onRequest(RequestListener action) {
    requestListener = Optional.of(action);
    return this;
  }

  /**
   * Sets what is called for each row that a bulk method leaves out, because it cannot be bound or
   * the cluster rejects its content. Called on the thread that calls the bulk method; an exception
   * from it ends the bulk write. Default: no action; the result has the number of these rows and
   * the first 1,000 of them.
   */
  public BatchWriterBuilder onReject(Consumer<BulkResult.Reject> action) {
    rejects = Objects.requireNonNull(action);
    return this;
  }

  /** Returns a writer with these settings. */
  public BatchWriter build() {
    return new BatchWriter(
        new StreamWriter(
            session,
            new StreamWriter.Settings(
                requests,
                limits,
                maxSharedBytes,
                maxSharedPartitions,
                grouping,
                maxAge,
                listener,
                requestListener,
                new OperationMetrics())),
        unitLimits,
        rejects);
  }
}
