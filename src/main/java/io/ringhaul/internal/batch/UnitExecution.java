package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.Statement;
import com.datastax.oss.driver.api.core.servererrors.DefaultWriteType;
import com.datastax.oss.driver.api.core.servererrors.QueryValidationException;
import com.datastax.oss.driver.api.core.servererrors.WriteTimeoutException;
import com.datastax.oss.driver.api.core.servererrors.WriteType;
import com.datastax.oss.driver.api.core.type.codec.CodecNotFoundException;
import io.ringhaul.batch.BatchResult;
import io.ringhaul.batch.BatchResult.Answer;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.batch.Operation;
import io.ringhaul.batch.Operation.RowOperation;
import io.ringhaul.batch.Operation.StatementOperation;
import io.ringhaul.exceptions.BatchFailedException;
import io.ringhaul.exceptions.BatchFailedException.Outcome;
import io.ringhaul.exceptions.UnsuitableBatchException;
import io.ringhaul.internal.cql.StatementCatalog;
import io.ringhaul.internal.cql.StatementTraits;
import io.ringhaul.internal.cql.WriteKind;
import io.ringhaul.internal.request.Failures;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executes a list of operations as a unit: one batch, several after a split, or single requests if
 * there are reads. Thread-safe.
 */
public final class UnitExecution {

  private static final Logger LOG = LoggerFactory.getLogger(BatchWriter.class);

  private final BatchSender sender;
  private final BatchMeter meter;
  private final StatementCatalog catalog;
  private final RowStatements rows;
  private final UnitLimits limits;

  public UnitExecution(
      BatchSender sender,
      BatchMeter meter,
      StatementCatalog catalog,
      RowStatements rows,
      UnitLimits limits) {
    this.sender = sender;
    this.meter = meter;
    this.catalog = catalog;
    this.rows = rows;
    this.limits = limits;
  }

  /** See {@link BatchWriter#executeAsync}. */
  public CompletionStage<BatchResult> execute(List<? extends Operation> operations, BatchType type)
      throws InterruptedException {
    if (operations.isEmpty()) {
      return CompletableFuture.completedFuture(
          new BatchResult(Optional.of(type), 0, true, List.of(), List.of(), Optional.empty()));
    }
    List<BatchableStatement<?>> statements = new ArrayList<>(operations.size());
    List<StatementTraits> traits = new ArrayList<>(operations.size());
    for (Operation operation : operations) {
      BatchableStatement<?> statement = statement(operation);
      statements.add(statement);
      traits.add(catalog.traits(statement));
      StatementRules.requireBatchable(statement, traits.get(traits.size() - 1));
    }
    boolean reads = traits.stream().anyMatch(StatementTraits::isRead);
    if (reads) {
      requireFew(operations.size(), false);
      return sender.whole(() -> oneByOne(statements, traits, type));
    }
    WriteUnit unit =
        WriteUnit.of(statements, traits, BatchAttributes.of(statements, catalog), type);
    requireFew(operations.size(), unit.type() == BatchType.UNLOGGED && !unit.isConditional());
    return sender.whole(() -> asBatches(unit));
  }

  private BatchableStatement<?> statement(Operation operation) {
    return operation instanceof RowOperation row
        ? rows.bind(row)
        : ((StatementOperation) operation).statement();
  }

  private void requireFew(int operations, boolean isDivisible) {
    int most = limits.maxOperations();
    if (operations > most && !(isDivisible && limits.splits())) {
      throw new UnsuitableBatchException(
          String.format(
              "A unit of %,d operations is too large; the maximum is %,d. %s",
              operations,
              most,
              isDivisible
                  ? "Let the writer split it (autoSplit()), or add the operations to the stream"
                  : "Only UNLOGGED units of writes without conditions can be split; make the unit"
                      + " smaller"));
    }
    if (operations >= limits.warnOperations()) {
      LOG.warn(
          "A unit of {} operations is large: one coordinator holds all of them in memory",
          operations);
    }
  }

  private CompletionStage<BatchResult> asBatches(WriteUnit unit) throws InterruptedException {
    List<WriteUnit> parts = unit.split(limits.maxOperations());
    List<CompletableFuture<AsyncResultSet>> answers = new ArrayList<>(parts.size());
    List<FailedAttempts> attempts = new ArrayList<>(parts.size());
    for (WriteUnit part : parts) {
      FailedAttempts earlier = new FailedAttempts(part.isConditional());
      attempts.add(earlier);
      try {
        sender.awaitLimits(part.statements().size(), part.statements());
        answers.add(
            sender
                .send(
                    part.statements(),
                    part.type(),
                    part.attributes(),
                    part.repetition(),
                    part.statements().size(),
                    earlier)
                .thenApply(part.isConditional() ? LostConditions::requireDecided : answer -> answer)
                .toCompletableFuture());
      } catch (InterruptedException | RuntimeException e) {
        if (answers.isEmpty()) {
          throw e;
        }
        return cutOff(answers, unit.statements().size(), e);
      }
    }
    meter.unit(parts.size() == 1);
    return whenAll(answers)
        .thenApply(
            done -> {
              UnitFailure failure = new UnitFailure();
              for (int i = 0; i < parts.size(); i++) {
                WriteUnit part = parts.get(i);
                failure.add(
                    answers.get(i),
                    attempts.get(i),
                    i * limits.maxOperations(),
                    part,
                    sender.isOnePartition(part.statements()));
              }
              failure.throwIfAny(unit.statements().size());
              return result(unit, answers);
            });
  }

  private static BatchResult result(WriteUnit unit, List<CompletableFuture<AsyncResultSet>> parts) {
    boolean applied = parts.stream().allMatch(answer -> answer.join().wasApplied());
    List<Row> existing = new ArrayList<>();
    if (!applied) {
      parts.forEach(answer -> answer.join().currentPage().forEach(existing::add));
    }
    int operations = unit.statements().size();
    Answer each = new Answer(applied, operations == 1 ? existing : List.of());
    return new BatchResult(
        Optional.of(unit.type()),
        parts.size(),
        applied,
        Collections.nCopies(operations, each),
        existing,
        Optional.empty());
  }

  private CompletionStage<BatchResult> oneByOne(
      List<BatchableStatement<?>> statements, List<StatementTraits> traits, BatchType asked)
      throws InterruptedException {
    meter.unit(false);
    List<CompletableFuture<Answer>> answers = new ArrayList<>(statements.size());
    List<FailedAttempts> attempts = new ArrayList<>(statements.size());
    for (int i = 0; i < statements.size(); i++) {
      BatchableStatement<?> statement = statements.get(i);
      StatementTraits trait = traits.get(i);
      FailedAttempts earlier = new FailedAttempts(trait.isConditional());
      attempts.add(earlier);
      try {
        sender.awaitLimits(1, List.of(statement));
        answers.add(
            sender
                .send(
                    List.of(statement),
                    BatchType.UNLOGGED,
                    BatchAttributes.of(statement),
                    repetition(trait),
                    trait.isRead() ? 0 : 1,
                    earlier)
                .thenApply(trait.isConditional() ? LostConditions::requireDecided : same -> same)
                .thenCompose(first -> answer(first, trait, new ArrayList<>()))
                .toCompletableFuture());
      } catch (InterruptedException | RuntimeException e) {
        if (answers.isEmpty()) {
          throw e;
        }
        return cutOff(answers, statements.size(), e);
      }
    }
    return whenAll(answers)
        .thenApply(
            done -> {
              UnitFailure failure = new UnitFailure();
              for (int i = 0; i < answers.size(); i++) {
                failure.add(answers.get(i), attempts.get(i), i, !traits.get(i).spansPartitions());
              }
              failure.throwIfAny(statements.size());
              List<Answer> all = answers.stream().map(CompletableFuture::join).toList();
              return new BatchResult(
                  Optional.empty(),
                  all.size(),
                  all.stream().allMatch(Answer::applied),
                  all,
                  List.of(),
                  Optional.of(
                      "The operations include reads: they were sent one by one and not as a batch"
                          + " of type "
                          + asked));
            });
  }

  /**
   * Fails a unit of which only a part was sent, after the responses to that part.
   *
   * @param all number of operations of the unit
   */
  private static CompletionStage<BatchResult> cutOff(
      List<? extends CompletableFuture<?>> sent, int all, Exception why) {
    if (why instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    return whenAll(sent)
        .thenApply(
            done -> {
              throw new BatchFailedException(
                  String.format(
                      "Only a part of %,d operations was sent: %s. They may or may not have been"
                          + " applied: read the rows, or send the operations again if they are"
                          + " idempotent",
                      all, Failures.describe(why)),
                  why,
                  BatchFailedException.Outcome.UNKNOWN,
                  IntStream.range(0, all).boxed().toList());
            });
  }

  private static Repetition repetition(StatementTraits traits) {
    if (traits.isRead()) {
      return Repetition.ALWAYS;
    }
    return traits.isConditional() ? Repetition.UNLESS_DECIDED : Repetition.of(traits.kind());
  }

  /** Reads all pages of a response. */
  private static CompletionStage<Answer> answer(
      AsyncResultSet page, StatementTraits traits, List<Row> rows) {
    boolean applied = traits.isRead() || page.wasApplied();
    if (traits.isRead() || !applied) {
      page.currentPage().forEach(rows::add);
    }
    return page.hasMorePages()
        ? page.fetchNextPage().thenCompose(next -> answer(next, traits, rows))
        : CompletableFuture.completedFuture(new Answer(applied, rows));
  }

  /** Completes when all futures have completed, normally or exceptionally. */
  private static CompletableFuture<Boolean> whenAll(List<? extends CompletableFuture<?>> all) {
    return CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0]))
        .handle((done, failed) -> failed == null);
  }

  /** The failures of a unit and the known outcome of its unacknowledged operations. */
  private static final class UnitFailure {

    private final List<Integer> operations = new ArrayList<>();
    private @Nullable Throwable first;
    private @Nullable Outcome outcome;

    /**
     * Adds the response to a batch.
     *
     * @param index the index of its first operation
     * @param isOneMutation whether the batch is one mutation for the server
     */
    void add(
        CompletableFuture<?> answer,
        FailedAttempts earlier,
        int index,
        WriteUnit batch,
        boolean isOneMutation) {
      Throwable failed = failure(answer);
      if (failed != null) {
        for (int i = 0; i < batch.statements().size(); i++) {
          operations.add(index + i);
        }
        note(failed, outcome(earlier, failed, batch.type(), isOneMutation));
      }
    }

    /**
     * Adds the response to a single operation.
     *
     * @param isOneMutation whether the operation is one mutation for the server
     */
    void add(
        CompletableFuture<?> answer, FailedAttempts earlier, int index, boolean isOneMutation) {
      Throwable failed = failure(answer);
      if (failed != null) {
        operations.add(index);
        note(failed, outcome(earlier, failed, BatchType.UNLOGGED, isOneMutation));
      }
    }

    /**
     * Throws if an operation failed.
     *
     * @param all number of operations of the unit
     */
    void throwIfAny(int all) {
      Throwable cause = first;
      if (cause == null || outcome == null) {
        return;
      }
      throw new BatchFailedException(
          String.format(
              "%,d of %,d operations were not acknowledged: %s. %s",
              operations.size(), all, Failures.describe(cause), advice(outcome)),
          cause,
          outcome,
          operations);
    }

    private void note(Throwable failed, Outcome of) {
      first = first == null ? failed : first;
      // Different outcomes have no common one.
      outcome = outcome == null || outcome == of ? of : Outcome.UNKNOWN;
    }

    private static @Nullable Throwable failure(CompletableFuture<?> answer) {
      try {
        answer.join();
        return null;
      } catch (CompletionException e) {
        return Failures.unwrap(e);
      }
    }

    /** The outcome of all attempts: one attempt that may have been applied makes it unknown. */
    private static Outcome outcome(
        FailedAttempts attempts, Throwable last, BatchType type, boolean isOneMutation) {
      Outcome known = Outcome.NOT_APPLIED;
      for (Throwable failed : attempts.with(last)) {
        Outcome of = ofAttempt(attempts, failed, type, isOneMutation);
        if (of == Outcome.WILL_BE_APPLIED) {
          return of;
        }
        known = of == Outcome.UNKNOWN ? of : known;
      }
      return known;
    }

    private static Outcome ofAttempt(
        FailedAttempts attempts, Throwable failed, BatchType type, boolean isOneMutation) {
      if (failed instanceof WriteTimeoutException late) {
        WriteType phase = late.getWriteType();
        return phase == DefaultWriteType.BATCH && type == BatchType.LOGGED
            ? Outcome.WILL_BE_APPLIED
            : Outcome.UNKNOWN;
      }
      // The coordinator sends the mutations of other batches one by one: some may be in flight when
      // it finds too few replicas for the next one.
      boolean isWhole = isOneMutation || type == BatchType.LOGGED;
      return failed instanceof QueryValidationException
              || failed instanceof CodecNotFoundException
              || (isWhole && attempts.isSurelyNotApplied(failed))
          ? Outcome.NOT_APPLIED
          : Outcome.UNKNOWN;
    }

    private static String advice(Outcome outcome) {
      return switch (outcome) {
        case NOT_APPLIED -> "They were not applied and can be sent again";
        case UNKNOWN ->
            "They may or may not have been applied: read the rows, or send them again if they are"
                + " idempotent";
        case WILL_BE_APPLIED ->
            "They are in the batch log and will be applied; do not send them again";
      };
    }
  }

  /**
   * Writes of one batch, with the settings of the batch.
   *
   * @param repetition the failures after which the batch is sent again
   */
  private record WriteUnit(
      List<BatchableStatement<?>> statements,
      BatchType type,
      BatchAttributes attributes,
      Repetition repetition,
      boolean isConditional) {

    /**
     * Checks with the rules of the server that the writes can share a batch.
     *
     * @param traits the traits of the statements, in order
     * @param asked the requested type
     * @throws UnsuitableBatchException if they cannot
     */
    static WriteUnit of(
        List<BatchableStatement<?>> statements,
        List<StatementTraits> traits,
        BatchAttributes attributes,
        BatchType asked) {
      BatchType type = type(traits, asked);
      if (type == BatchType.LOGGED
          && statements.size() == 1
          && traits.get(0).spansPartitions()
          && !BatchAttributes.isForBatches(statements.get(0))) {
        throw new UnsuitableBatchException(
            "A LOGGED write with IN on the partition key is sent as a batch, and batches do not"
                + " support named values: prepare the statement, or pass its values by position");
      }
      ReplacedLists.requireOnce(statements, traits);
      boolean isConditional = traits.stream().anyMatch(StatementTraits::isConditional);
      if (isConditional) {
        requireOneConditionedPartition(statements, traits, type);
      }
      return new WriteUnit(
          statements, type, attributes, repetition(traits, isConditional), isConditional);
    }

    private static Repetition repetition(List<StatementTraits> traits, boolean isConditional) {
      if (isConditional) {
        return Repetition.UNLESS_DECIDED;
      }
      return traits.stream().allMatch(each -> each.kind().isRepeatable())
          ? Repetition.ALWAYS
          : Repetition.UNLESS_APPLIED;
    }

    /** Splits this unit into parts of at most {@code most} statements, in order. */
    List<WriteUnit> split(int most) {
      List<WriteUnit> parts = new ArrayList<>();
      for (int from = 0; from < statements.size(); from += most) {
        parts.add(
            new WriteUnit(
                statements.subList(from, Math.min(statements.size(), from + most)),
                type,
                attributes,
                repetition,
                isConditional));
      }
      return parts;
    }

    private static BatchType type(List<StatementTraits> traits, BatchType asked) {
      long counters = traits.stream().filter(each -> each.kind() == WriteKind.COUNTER).count();
      if (counters == 0) {
        if (asked == BatchType.COUNTER) {
          throw new UnsuitableBatchException(
              "A COUNTER batch takes counter updates only; use type UNLOGGED or LOGGED");
        }
        return asked;
      }
      if (counters < traits.size()) {
        throw new UnsuitableBatchException(
            "Counter updates cannot share a batch with other writes: "
                + counters
                + " of "
                + traits.size()
                + " operations update counters; execute two units");
      }
      if (asked == BatchType.LOGGED) {
        throw new UnsuitableBatchException(
            "Counter updates cannot be LOGGED, because a replay of the batch log would apply them"
                + " twice; use type COUNTER");
      }
      return BatchType.COUNTER;
    }

    private static void requireOneConditionedPartition(
        List<BatchableStatement<?>> statements, List<StatementTraits> traits, BatchType type) {
      if (type == BatchType.COUNTER) {
        throw new UnsuitableBatchException("Counter updates cannot have a condition");
      }
      BatchableStatement<?> first = statements.get(0);
      String table = traits.get(0).table().name();
      for (int i = 0; i < statements.size(); i++) {
        BatchableStatement<?> each = statements.get(i);
        boolean isSamePartition =
            each.getRoutingKey() != null
                && !traits.get(i).spansPartitions()
                && each.getRoutingKey().equals(first.getRoutingKey())
                && Objects.equals(each.getRoutingKeyspace(), first.getRoutingKeyspace())
                && traits.get(i).table().name().equals(table);
        if (statements.size() > 1 && !isSamePartition) {
          throw new UnsuitableBatchException(
              "A batch with conditions is limited to one partition of one table, because one round"
                  + " of Paxos decides it; operations 0 and "
                  + i
                  + " belong to different partitions, or one of them has no routing key; execute"
                  + " them as separate units");
        }
        if (traits.get(i).setsTime()
            || each.getQueryTimestamp() != Statement.NO_DEFAULT_TIMESTAMP) {
          throw new UnsuitableBatchException(
              "A conditional write cannot set a write time, because Paxos sets it; operation "
                  + i
                  + " sets one");
        }
      }
    }
  }
}
