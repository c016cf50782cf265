package io.ringhaul;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.GrowingSource;
import io.ringhaul.internal.operation.FollowOperation;
import io.ringhaul.internal.operation.FollowedBatches;
import io.ringhaul.internal.operation.ImportBlueprint;
import io.ringhaul.job.JobOptions;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A request to follow a source: to import what is added to it, in micro-batches. {@link
 * ImportRequest#follow()} creates it with a copy of the import's settings. Not thread-safe.
 *
 * <p>Each micro-batch is an import with its own job, of what was added since the previous batch.
 * With a durable {@link ImportRequest#job job store} and a {@link ImportRequest#jobId job id}, the
 * same request continues after a crash: it resumes the interrupted batch with the same rows, then
 * imports what was added since. A batch that fails ends the follow; its finished tasks are kept, as
 * for any import.
 *
 * <p>Each micro-batch has its own file of rejected rows, with its number in the name: with {@link
 * ImportRequest#rejectsTo rejectsTo} {@code rejects.jsonl}, the second batch writes {@code
 * rejects.2.jsonl}. Do not put these files into the folder that is followed. A counter table must
 * be empty before the first micro-batch unless the import {@linkplain ImportRequest#addToCounters
 * adds to counters}; later batches add to it.
 *
 * <p>The job of the last micro-batch that has started cannot be forgotten, because it stores the
 * position in the source. Use one id for one source and one table.
 *
 * <p>In a folder, each file is imported once, by its name: move files there when they are complete.
 * Later changes to a file are not imported. A file that is removed just before its import ends the
 * follow; the next follow continues without it, and imports it if it comes back. Of an Iceberg
 * table, added rows are imported; a snapshot that removes rows ends the follow.
 */
public final class FollowRequest {

  private final TokenAwareBulkOperator operator;
  private final ImportBlueprint blueprint;
  private final GrowingSource source;
  private final UUID id;
  private final Optional<JobOptions> options;
  private Duration period = Duration.ofSeconds(10);
  private Duration patience = Duration.ofSeconds(Long.MAX_VALUE);
  private Consumer<ImportResult> listener = result -> {};

  FollowRequest(
      TokenAwareBulkOperator operator,
      ImportBlueprint blueprint,
      GrowingSource source,
      UUID id,
      Optional<JobOptions> options) {
    this.operator = operator;
    this.blueprint = blueprint;
    this.source = source;
    this.id = id;
    this.options = options;
  }

  /**
   * The pause before the next look at the source after a look that found nothing new. Default: 10
   * s.
   *
   * @throws InvalidSettingException if it is not positive
   */
  public FollowRequest every(Duration time) {
    this.period = positive("every", time);
    return this;
  }

  /**
   * Ends the follow when nothing was added for this long. Default: never; the follow ends when it
   * is cancelled, when its calling thread is interrupted, or when it fails.
   *
   * @throws InvalidSettingException if it is not positive
   */
  public FollowRequest untilIdleFor(Duration time) {
    this.patience = positive("untilIdleFor", time);
    return this;
  }

  /**
   * Called at the end of each micro-batch, on the thread that runs the follow. An exception from
   * the listener ends the follow. Default: no listener.
   */
  public FollowRequest onBatch(Consumer<ImportResult> action) {
    this.listener = Objects.requireNonNull(action);
    return this;
  }

  /**
   * Follows the source in the calling thread. An interrupt cancels the follow.
   *
   * @throws BulkOperationException if a micro-batch fails or is cancelled; it carries the figures
   *     of that batch
   */
  public FollowResult execute() {
    return operator.call(operation());
  }

  /** Follows the source in the background. Cancelling the future cancels the follow. */
  public CompletableFuture<FollowResult> executeAsync() {
    return operator.start(operation());
  }

  private FollowOperation operation() {
    return new FollowOperation(
        blueprint,
        source,
        new FollowedBatches(options, id, id, blueprint.subject(source)),
        period,
        patience,
        listener);
  }

  static Duration positive(String setting, Duration time) {
    if (time.isNegative() || time.isZero()) {
      throw new InvalidSettingException(
          setting, setting + " is " + time + "; it takes a positive duration");
    }
    return time;
  }
}
