package io.ringhaul;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.operation.ExportFollowOperation;
import io.ringhaul.internal.operation.ExportOperation;
import io.ringhaul.internal.operation.FollowedBatches;
import io.ringhaul.job.JobOptions;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A request to follow a table: to export its changes again and again. {@link ExportRequest#follow}
 * creates it with a copy of the export's settings. Not thread-safe.
 *
 * <p>Each micro-batch is an {@linkplain ExportRequest#incremental incremental export} with its own
 * job and its own snapshot. With a durable {@link ExportRequest#job job store} and a {@link
 * ExportRequest#jobId job id}, the same request continues after a crash: it resumes the interrupted
 * micro-batch. A micro-batch that fails ends the follow; the snapshots of earlier ones stay. Each
 * micro-batch has its own file of rejected rows, with its number in the name.
 */
public final class ExportFollowRequest {

  private final TokenAwareBulkOperator operator;
  private final ExportOperation export;
  private final UUID id;
  private final Optional<JobOptions> options;
  private Duration period = Duration.ofMinutes(10);
  private Optional<Duration> comparison = Optional.empty();
  private int most = Integer.MAX_VALUE;
  private Consumer<ExportResult> listener = result -> {};

  ExportFollowRequest(
      TokenAwareBulkOperator operator,
      ExportOperation export,
      UUID id,
      Optional<JobOptions> options) {
    this.operator = operator;
    this.export = export;
    this.id = id;
    this.options = options;
  }

  /**
   * The time from the beginning of a micro-batch to the beginning of the next one, which begins at
   * once if a micro-batch takes longer. Default: 10 minutes.
   *
   * @throws InvalidSettingException if it is not positive
   */
  public ExportFollowRequest every(Duration time) {
    this.period = FollowRequest.positive("every", time);
    return this;
  }

  /**
   * Lets a micro-batch find changes {@linkplain ExportRequest#detectDeletes by comparison} if the
   * last comparison is at least this long ago, and the first one of the follow. Default: all
   * micro-batches find changes as the export does.
   *
   * @throws InvalidSettingException if it is not positive
   */
  public ExportFollowRequest detectDeletesEvery(Duration time) {
    this.comparison = Optional.of(FollowRequest.positive("detectDeletesEvery", time));
    return this;
  }

  /**
   * Ends the follow after this number of micro-batches, including a resumed one. Default: never;
   * the follow ends when it is cancelled, when its calling thread is interrupted, or when it fails.
   *
   * @throws InvalidSettingException if it is below 1
   */
  public ExportFollowRequest maxBatches(int number) {
    if (number < 1) {
      throw new InvalidSettingException(
          "maxBatches", "maxBatches is " + number + "; it must be 1 or more");
    }
    this.most = number;
    return this;
  }

  /**
   * Called at the end of each micro-batch, on the thread that runs the follow. An exception from
   * the listener ends the follow. Default: no listener.
   */
  public ExportFollowRequest onBatch(Consumer<ExportResult> action) {
    this.listener = Objects.requireNonNull(action);
    return this;
  }

  /**
   * Follows the table in the calling thread. An interrupt cancels the follow.
   *
   * @throws BulkOperationException if a micro-batch fails or is cancelled
   */
  public FollowResult execute() {
    return operator.call(operation());
  }

  /** Follows the table in the background. Cancelling the future cancels the follow. */
  public CompletableFuture<FollowResult> executeAsync() {
    return operator.start(operation());
  }

  private ExportFollowOperation operation() {
    return new ExportFollowOperation(
        export,
        new FollowedBatches(options, id, UUID.randomUUID(), export.subject()),
        period,
        comparison,
        most,
        listener);
  }
}
