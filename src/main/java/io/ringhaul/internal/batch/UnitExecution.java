package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.batch.BatchResult;
import io.ringhaul.batch.BatchResult.Answer;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.batch.Operation;
import io.ringhaul.batch.Operation.RowOperation;
import io.ringhaul.batch.Operation.StatementOperation;
import io.ringhaul.exceptions.BatchFailedException;
import io.ringhaul.exceptions.UnsuitableBatchException;
import io.ringhaul.internal.cql.StatementCatalog;
import io.ringhaul.internal.cql.StatementTraits;
import io.ringhaul.internal.request.Failures;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Executes a few operations as a unit. Thread-safe. */
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
      return oneByOne(statements, traits, type);
    }
    WriteUnit unit =
        WriteUnit.of(statements, traits, BatchAttributes.of(statements, catalog), type);
    requireFew(operations.size(), unit.type() == BatchType.UNLOGGED && !unit.isConditional());
    return asBatches(unit);
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
              "A unit of %,d operations is too large; %,d is the most. %s",
              operations,
              most,
              isDivisible
                  ? "Let the writer split it (autoSplit()), or hand the operations to the stream"
                  : "Only UNLOGGED units of writes without conditions can be split; make it smaller"));
    }
    if (operations >= limits.warnOperations()) {
      LOG.warn(
          "A unit of {} operations is large: one coordinator holds all of them at once",
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
        sender.throttle(part.statements().size(), part.statements());
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
        sender.throttle(1, List.of(statement));
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
                      "There are reads among the operations: they were sent one by one, and not as"
                          + " a batch of type "
                          + asked));
            });
  }

  /**
   * Fails a unit of which only a part could be sent, when that has come to its end.
   *
   * @param all how many operations the unit has
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
                      "Of %,d operations only a part was sent: %s. They may or may not have been"
                          + " applied: read the rows, or send them again if doing them twice does"
                          + " no harm",
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

  /** Reads all pages of an answer. */
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

  /** Ends when all have ended, well or not. */
  private static CompletableFuture<Boolean> whenAll(List<? extends CompletableFuture<?>> all) {
    return CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0]))
        .handle((done, failed) -> failed == null);
  }
}
