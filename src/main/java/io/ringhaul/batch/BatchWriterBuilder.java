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

  BatchWriterBuilder(CqlSession session) {
    this.session = session;
  }

  /** How many requests may be in flight, 1 or more; 64 by default. */
  public BatchWriterBuilder parallelism(int most) {
    if (most < 1) {
      throw new InvalidSettingException("parallelism", "parallelism is " + most + "; it takes 1");
    }
    requests = requests.withParallelism(most);
    return this;
  }

  /**
   * The consistency level of statements that have none of their own; LOCAL_QUORUM by default.
   * Statements of different levels never share a batch.
   */
  public BatchWriterBuilder consistency(ConsistencyLevel level) {
    requests = requests.withConsistency(level);
    return this;
  }

  /**
   * How long the driver waits for one request, its own retries included; 2 minutes by default.
   *
   * @throws InvalidSettingException if it is not positive
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
   * How often one request is sent at most, 1 to 100; 10 by default.
   *
   * @throws InvalidSettingException if it is out of bounds
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
   * The driver's execution profile that requests start from; the settings of this builder win over
   * it. Default: the driver's default profile.
   */
  public BatchWriterBuilder executionProfile(String name) {
    requests = requests.withExecutionProfile(Objects.requireNonNull(name));
    return this;
  }

  /** When a batch of the stream is full; {@link BatchLimits#DEFAULT} by default. */
  public BatchWriterBuilder limits(BatchLimits batches) {
    limits = batches;
    return this;
  }

  /**
   * The most bytes to a batch of the stream that has several partitions, as with {@link
   * Grouping#REPLICA_SET}. By default it is what {@link BatchLimits#maxBytes()} says, and no more
   * than the server's {@code batch_size_warn_threshold}: it warns of larger ones. With this setting
   * such batches may be larger than that threshold; they never cross {@code
   * batch_size_fail_threshold}, from which on the server refuses them. Where the role may not read
   * the server's settings, the thresholds are taken as they are by default, 5 KiB and 50 KiB. The
   * bytes are counted as the server does, or more: rows with the overhead of their cells.
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
   * The most partitions to a batch of the stream with {@link Grouping#REPLICA_SET}. By default it
   * is the server's {@code unlogged_batch_across_partitions_warn_threshold}, beyond which it warns:
   * 10 unless an administrator has changed it, or where the role may not read the server's
   * settings.
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
   * What the statements of one batch of the stream share; {@link Grouping#REPLICA_SET} by default.
   */
  public BatchWriterBuilder grouping(Grouping by) {
    grouping = by;
    return this;
  }

  /**
   * How long a batch of the stream waits for more; 1 second by default. Zero lets it wait until it
   * is full or flushed.
   */
  public BatchWriterBuilder maxAge(Duration age) {
    if (age.isNegative()) {
      throw new InvalidSettingException("maxAge", "maxAge is " + age + "; it takes zero or more");
    }
    maxAge = age;
    return this;
  }

  /**
   * The most operations to a unit of {@link BatchWriter#execute}; 100 by default. One of more than
   * half of them is logged as a warning.
   */
  public BatchWriterBuilder maxOperations(int most) {
    unitLimits = unitLimits.withMaxOperations(most);
    return this;
  }

  /**
   * Splits UNLOGGED units of more operations than a unit may have into several batches, instead of
   * refusing them. LOGGED units are never split: that would break their promise.
   */
  public BatchWriterBuilder autoSplit() {
    unitLimits = unitLimits.splitting();
    return this;
  }

  /** Hears of what the stream has written. */
  public BatchWriterBuilder listener(WriteListener hearing) {
    listener = hearing;
    return this;
  }

  /** A writer with these settings. */
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
                new OperationMetrics())),
        unitLimits);
  }
}
