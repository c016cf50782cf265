package io.ringhaul.batch;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import io.ringhaul.exceptions.BatchFailedException;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.ContendedRowException;
import io.ringhaul.exceptions.RowsRejectedException;
import io.ringhaul.exceptions.UnknownWriteOutcomeException;
import io.ringhaul.exceptions.UnsuitableBatchException;
import io.ringhaul.internal.batch.BulkInserts;
import io.ringhaul.internal.batch.BulkUpserts;
import io.ringhaul.internal.batch.PublishedStatements;
import io.ringhaul.internal.batch.ResultThread;
import io.ringhaul.internal.batch.StreamWriter;
import io.ringhaul.internal.batch.UnitExecution;
import io.ringhaul.internal.batch.UnitLimits;
import io.ringhaul.internal.request.Failures;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

/**
 * Writes in batches, in two ways.
 *
 * <ul>
 *   <li>{@link #execute} takes a few operations as one unit and sends them as one batch of the type
 *       asked for: LOGGED if all of them must be applied or none, across partitions and tables.
 *   <li>{@link #add}, {@link #writeAll} and the bulk methods take any number of statements or rows
 *       and find the batches themselves: statements of one {@linkplain Grouping group} share an
 *       UNLOGGED one (COUNTER for counters), one that is alone goes out as it is. Here batches are
 *       for speed: each is atomic within a partition only.
 * </ul>
 *
 * <p>At most {@link BatchWriterBuilder#parallelism} requests are in flight; whoever hands over more
 * waits for a slot, which is the back-pressure to the caller. Each statement is sent once, but for
 * what follows a failure: idempotent writes are sent again after a passing one. Statements count as
 * idempotent unless they say otherwise ({@code setIdempotent(false)}), add to a counter or a list,
 * call a function such as {@code now()}, or have a condition. Such a statement is sent again only
 * if it was surely not applied, and never shares a batch of the stream with an idempotent one.
 *
 * <p>The stream does not keep the order in which statements were added, and a batch that is sent
 * again carries a newer time than others: add no two versions of one row without a flush between.
 * In one batch they have one time: of each column the greater value wins, and a list gets the
 * elements of both. A statement that replaces a static list, which the rows of its partition share,
 * goes out alone for that reason.
 *
 * <p>If the server refuses a batch for what it holds, such as a value that is too large, the
 * statements in it are sent one by one, so that a bad one takes no good ones with it. Bad ones are
 * left out: whoever added them with a {@link WriteOutcome} hears of it there, all others by a
 * {@link RowsRejectedException} of {@link #flush()}, after which the writer goes on. If the cluster
 * leaves the outcome of a write in doubt that must not be done twice, the others go on, and {@link
 * #flush()} names the rows in an {@link UnknownWriteOutcomeException}.
 *
 * <p>A thread that is interrupted while it waits to send a batch does not send it, and the writer
 * fails: the batch may hold what other threads have added.
 *
 * <p>The session stays the caller's. Thread-safe.
 */
public final class BatchWriter implements AutoCloseable {

  private final StreamWriter stream;
  private final UnitExecution units;
  private final BulkInserts inserts;
  private final BulkUpserts upserts;
  private final ResultThread results = new ResultThread();

  BatchWriter(StreamWriter stream, UnitLimits unitLimits) {
    this.stream = stream;
    this.units = stream.units(unitLimits);
    this.inserts = stream.inserts();
    this.upserts = stream.upserts();
  }

  /** A writer with the default settings; see {@link BatchWriterBuilder} for them. */
  public static BatchWriter over(CqlSession session) {
    return builder(session).build();
  }

  /** A writer with settings of its own. */
  public static BatchWriterBuilder builder(CqlSession session) {
    return new BatchWriterBuilder(session);
  }

  /**
   * Executes operations as one unit and waits for the answers.
   *
   * <p>If all of them write, they go out as one batch of the given type; one alone goes out as it
   * is. A COUNTER batch is made of counter updates whichever type but LOGGED is asked for. If there
   * are reads among them they are executed at once one by one, within the bound of requests in
   * flight: no type is applied, which the result says.
   *
   * @param operations up to {@link BatchWriterBuilder#maxOperations} of them; none does nothing
   * @param type the type of the batch
   * @throws UnsuitableBatchException if they do not go together or are too many; nothing was sent
   * @throws BatchFailedException if not all were acknowledged; says what is known of the others
   * @throws BulkOperationException if an operation cannot be bound; nothing was sent
   */
  public BatchResult execute(List<? extends Operation> operations, BatchType type)
      throws InterruptedException {
    try {
      stream.requireOpen();
      return units.execute(operations, type).toCompletableFuture().get();
    } catch (ExecutionException e) {
      throw Failures.notPassing(e, "A batch");
    }
  }

  /**
   * Does as {@link #execute} and does not wait for the answers, but for a slot among the requests
   * in flight. Results come on one thread of the writer's own, one after the other: what follows
   * from them may send more, and should not take long.
   *
   * @return ends with what {@link #execute} returns or throws
   */
  public CompletionStage<BatchResult> executeAsync(
      List<? extends Operation> operations, BatchType type) throws InterruptedException {
    stream.requireOpen();
    return results.giving(units.execute(operations, type));
  }

  /**
   * Takes a write over; it is sent when its batch is full or old enough, at the latest by {@link
   * #flush()}. Before that add none for the same row: the two may share a batch and its time.
   *
   * @throws UnsuitableBatchException if it reads, has a condition or is none that batches take
   * @throws BulkOperationException if an earlier batch could not be written
   */
  public void add(BatchableStatement<?> statement) throws InterruptedException {
    add(List.of(statement));
  }

  /**
   * Takes writes to one partition over that belong together, such as those that make one row. They
   * go out in one batch, in this order, and count as one; if one of them is not idempotent, none
   * is. More of them than a batch may have are a batch of their own.
   *
   * @param together one statement or more, at most 65,535
   * @throws UnsuitableBatchException if one of them reads, has a condition or is none that batches
   *     take, or if they are of several partitions or only some of them update counters
   * @throws BulkOperationException if an earlier batch could not be written
   */
  public void add(List<? extends BatchableStatement<?>> together) throws InterruptedException {
    stream.add(together);
  }

  /**
   * As {@link #add(List)}, and reports the outcome of the statements.
   *
   * @throws UnsuitableBatchException if one of them reads, has a condition or is none that batches
   *     take, or if they are of several partitions or only some of them update counters
   * @throws BulkOperationException if an earlier batch could not be written
   */
  public void add(List<? extends BatchableStatement<?>> together, WriteOutcome outcome)
      throws InterruptedException {
    stream.add(together, outcome);
  }

  /**
   * Adds all statements and flushes.
   *
   * @return how many they were
   * @throws RowsRejectedException if some were refused for what they hold; all others are written
   * @throws BulkOperationException if a batch could not be written
   */
  public long writeAll(Iterable<? extends BatchableStatement<?>> statements)
      throws InterruptedException {
    long added = 0;
    for (BatchableStatement<?> statement : statements) {
      add(statement);
      added++;
    }
    flush();
    return added;
  }

  /**
   * Adds what a publisher gives and flushes; asks it for no more than the cluster takes.
   *
   * @return how many statements there were
   * @throws RowsRejectedException if some were refused for what they hold; all others are written
   * @throws BulkOperationException if a batch could not be written or the publisher failed
   */
  public long writeAll(Flow.Publisher<? extends BatchableStatement<?>> statements)
      throws InterruptedException {
    long added = PublishedStatements.forEach(statements, this::add);
    flush();
    return added;
  }

  /**
   * Inserts rows of one or several tables, in batches, and waits until all are written. A row that
   * is there already is written over, column by column: in CQL an insert is an upsert. A row that
   * cannot be bound, or that the cluster refuses for what it holds, is left out and reported.
   *
   * @param rows read once, as fast as the cluster takes them; no two of one key, as they may share
   *     a batch: of each column the greater value wins then, and a list gets the elements of both
   * @throws BulkOperationException if rows could not be written for another reason
   */
  public BulkResult bulkInsert(Iterable<TableRow> rows) throws InterruptedException {
    return bulkInsert(rows, reject -> {});
  }

  /**
   * As without a listener, and reports each rejected row.
   *
   * @param rejects hears of them on the calling thread, one at a time; if it throws, that ends the
   *     bulk write
   * @throws BulkOperationException if rows could not be written for another reason
   */
  public BulkResult bulkInsert(Iterable<TableRow> rows, Consumer<BulkResult.Reject> rejects)
      throws InterruptedException {
    return inserts.insert(rows, rejects);
  }

  /**
   * Writes rows of one or several tables and tells which were there before. That has its price: a
   * new row is a conditional insert, which takes a round of Paxos (four messages to each replica
   * where a plain write takes one), and a row that was there takes a second round, in which its
   * values are written if it still is. So the values carry the time that Paxos gives them, and win
   * over older ones whatever the clocks say; only in a table that has nothing but key columns the
   * second write is a plain one, whose time to live counts as of the client's clock. A row that
   * others write and delete all the while is tried 20 times and then rejected with a {@link
   * ContendedRowException}. Where the numbers are not needed, {@link #bulkInsert} writes the same
   * much faster.
   *
   * @param rows without write times of their own, which no conditional write takes; read once
   * @throws BulkOperationException if rows could not be written for another reason than their
   *     content
   */
  public BulkResult bulkUpsert(Iterable<TableRow> rows) throws InterruptedException {
    return bulkUpsert(rows, reject -> {});
  }

  /**
   * As without a listener, and reports each rejected row.
   *
   * @param rejects hears of them on the calling thread, one at a time; if it throws, that ends the
   *     bulk write
   * @throws BulkOperationException if rows could not be written for another reason than their
   *     content
   */
  public BulkResult bulkUpsert(Iterable<TableRow> rows, Consumer<BulkResult.Reject> rejects)
      throws InterruptedException {
    return upserts.upsert(rows, rejects);
  }

  /**
   * Sends every open batch and waits until all that was added before is written; not for what other
   * threads add meanwhile.
   *
   * @throws RowsRejectedException if statements that were added without a {@link WriteOutcome} were
   *     refused since the last flush; all others are written, and the writer goes on
   * @throws UnknownWriteOutcomeException if writes that are not idempotent are in doubt
   * @throws BulkOperationException if a batch could not be written
   */
  public void flush() throws InterruptedException {
    stream.flush();
  }

  /** Statements of the stream that were acknowledged; those added together count as one. */
  public long writtenStatements() {
    return stream.writtenStatements();
  }

  /** Requests that were sent again after a failure. */
  public long retries() {
    return stream.retries();
  }

  /** Requests that were sent and have no answer just now. */
  public int inFlight() {
    return stream.inFlight();
  }

  /** How many requests may be in flight just now: fewer than allowed after an overload. */
  public int inFlightBound() {
    return stream.inFlightBound();
  }

  /** Statements in open batches just now. */
  public int queued() {
    return stream.queued();
  }

  /** What the writer has done since it was made or since {@link #resetMetrics}. */
  public BatchMetrics metrics() {
    return stream.metrics();
  }

  /**
   * What the writer has done since it was made, whether its metrics were reset or not: for whoever
   * needs numbers that never fall.
   */
  public BatchMetrics lifetimeMetrics() {
    return stream.lifetimeMetrics();
  }

  /** Lets the {@linkplain #metrics() metrics} begin anew. */
  public void resetMetrics() {
    stream.resetMetrics();
  }

  /**
   * Flushes, waits for all answers and ends the writer. If the thread is interrupted it does not
   * wait any longer: open batches are dropped, which is logged, and what is in flight may still be
   * written.
   *
   * @throws RowsRejectedException as {@link #flush()} does
   * @throws BulkOperationException if a batch could not be written, unless that was thrown before
   */
  @Override
  public void close() {
    try {
      stream.close();
    } finally {
      results.close();
    }
  }
}
