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
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A request to go on importing what is added to a source, in micro-batches, made by {@link
 * ImportRequest#follow()} with a copy of the import's settings. Not thread-safe.
 *
 * <p>Each micro-batch is an import and a job of its own: it has what was added since the one
 * before. With a durable {@link ImportRequest#job job store} and a {@link ImportRequest#jobId job
 * id}, the same request goes on after a crash where it was: a batch that was cut off is resumed,
 * with just the rows that it had, and then comes what was added since. A batch that fails ends the
 * following; what it has done is kept as for any import.
 *
 * <p>Rejected rows of each micro-batch go to a file of its own, with its number in the name: with
 * {@link ImportRequest#rejectsTo rejectsTo} {@code rejects.jsonl} those of the second to {@code
 * rejects.2.jsonl}. Keep them apart from files that are followed. A table of counters must be empty
 * before the first micro-batch unless counters are to be {@linkplain ImportRequest#addToCounters
 * added to}; each of the others adds to it.
 *
 * <p>The job of the last micro-batch that has begun to import cannot be forgotten: it has how far
 * the following is. An id is that of one following, of one source into one table.
 *
 * <p>Of a folder each file is imported once, by its name: move files there when they are complete.
 * What changes in a file later is not seen. One that is taken away just before its import begins
 * ends the following; the next one goes on without it, and imports it if it comes back. Of an
 * Iceberg table rows that are added are imported, and a snapshot that takes rows away ends the
 * following.
 */
public final class FollowRequest {

  private final TokenAwareBulkOperator operator;
  private final ImportBlueprint blueprint;
  private final GrowingSource source;
  private final UUID id;
  private final JobOptions options;
  private Duration period = Duration.ofSeconds(10);
  private Duration patience = Duration.ofSeconds(Long.MAX_VALUE);
  private Consumer<ImportResult> listener = result -> {};

  FollowRequest(
      TokenAwareBulkOperator operator,
      ImportBlueprint blueprint,
      GrowingSource source,
      UUID id,
      JobOptions options) {
    this.operator = operator;
    this.blueprint = blueprint;
    this.source = source;
    this.id = id;
    this.options = options;
  }

  /**
   * How long it waits before it looks at the source again when it has found nothing new. Default:
   * 10 s.
   *
   * @throws InvalidSettingException if it is not positive
   */
  public FollowRequest every(Duration time) {
    this.period = positive("every", time);
    return this;
  }

  /**
   * Ends when nothing was added for so long. Default: never; the following ends when it is
   * cancelled, when its calling thread is interrupted, or when it fails.
   *
   * @throws InvalidSettingException if it is not positive
   */
  public FollowRequest untilIdleFor(Duration time) {
    this.patience = positive("untilIdleFor", time);
    return this;
  }

  /**
   * Hears of each micro-batch at its end, on the thread that follows. What it throws ends the
   * following. Default: nobody does.
   */
  public FollowRequest onBatch(Consumer<ImportResult> action) {
    this.listener = Objects.requireNonNull(action);
    return this;
  }

  /**
   * Follows in the calling thread. An interrupt cancels it.
   *
   * @throws BulkOperationException if a micro-batch fails, or if it is cancelled; it carries what
   *     that batch has done
   */
  public FollowResult run() {
    return operator.call(operation());
  }

  /** Follows in the background. Cancelling the future cancels it. */
  public CompletableFuture<FollowResult> runAsync() {
    return operator.start(operation());
  }

  private FollowOperation operation() {
    return new FollowOperation(
        blueprint,
        source,
        new FollowedBatches(options, id, blueprint.subject(source)),
        period,
        patience,
        listener);
  }

  private static Duration positive(String setting, Duration time) {
    if (time.isNegative() || time.isZero()) {
      throw new InvalidSettingException(
          setting, setting + " is " + time + "; it takes a positive duration");
    }
    return time;
  }
}
