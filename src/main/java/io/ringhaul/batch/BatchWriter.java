package io.ringhaul.batch;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import io.ringhaul.exceptions.BatchFailedException;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.ContendedRowException;
import io.ringhaul.exceptions.OperationCancelledException;
import io.ringhaul.exceptions.RowsRejectedException;
import io.ringhaul.exceptions.UnknownWriteOutcomeException;
import io.ringhaul.exceptions.UnsuitableBatchException;
import io.ringhaul.internal.batch.BulkInserts;
import io.ringhaul.internal.batch.BulkUpserts;
import io.ringhaul.internal.batch.ObjectRows;
import io.ringhaul.internal.batch.PublishedStatements;
import io.ringhaul.internal.batch.ResultThread;
import io.ringhaul.internal.batch.StreamWriter;
import io.ringhaul.internal.batch.UnitExecution;
import io.ringhaul.internal.batch.UnitLimits;
import io.ringhaul.internal.request.Failures;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Writes to Cassandra in batches, in two ways.
 *
 * <ul>
 *   <li>{@link #execute} sends a few operations as one unit, in one batch of the given type. A
 *       LOGGED batch applies all operations or none, across partitions and tables.
 *   <li>{@link #add}, {@link #writeAll} and the bulk methods accept any number of statements or
 *       rows and build the batches. Statements of one {@linkplain Grouping group} share an UNLOGGED
 *       batch (COUNTER for counters); a single statement is sent without a batch. These batches are
 *       for throughput: each is atomic within a partition only.
 * </ul>
 *
 * <p>At most {@link BatchWriterBuilder#parallelism} requests are in flight; further calls wait for
 * a slot, which is the back-pressure. Each statement is sent once, except after failures:
 * idempotent writes are retried after transient ones. A statement counts as idempotent unless it
 * says otherwise ({@code setIdempotent(false)}), adds to a counter or a list, calls a function such
 * as {@code now()}, or has a condition. A non-idempotent statement is retried only if it was
 * certainly not applied, and never shares a batch of the stream with an idempotent one.
 *
 * <p>The stream does not keep the order of the statements, and a retried batch has a newer write
 * time than others: call {@link #flush()} between two versions of one row. Two versions in one
 * batch have the same write time: for each column the greater value wins, and a list gets the
 * elements of both. For this reason a statement that replaces a static list, which all rows of a
 * partition share, is sent alone.
 *
 * <p>If the server rejects the content of a batch, such as a value that is too large, the writer
 * sends its statements one by one, so that only invalid statements are left out. A rejection is
 * reported to the {@link WriteOutcome} of the statement, or without one by a {@link
 * RowsRejectedException} of {@link #flush()}; the writer stays usable. If the outcome of a
 * non-idempotent write is unknown, the writer continues, and {@link #flush()} names the rows in an
 * {@link UnknownWriteOutcomeException}.
 *
 * <p>If a thread is interrupted while it waits, the method throws an {@link
 * OperationCancelledException} and the thread's interrupt flag is set again. A batch that the
 * thread waits to send is not sent and the writer fails, because the batch may contain statements
 * of other threads.
 *
 * <p>The writer does not close the session. Thread-safe.
 */
public final class BatchWriter implements AutoCloseable {

  private final StreamWriter stream;
  private final UnitExecution units;
  private final BulkInserts inserts;
  private final BulkUpserts upserts;
  private final Consumer<BulkResult.Reject> rejects;
  private final ResultThread results = new ResultThread();

  BatchWriter(StreamWriter stream, UnitLimits unitLimits, Consumer<BulkResult.Reject> rejects) {
    this.stream = stream;
    this.rejects = rejects;
    this.units = stream.units(unitLimits);
    this.inserts = stream.inserts();
    this.upserts = stream.upserts();
  }

  /** Returns a writer with the default settings of {@link BatchWriterBuilder}. */
  public static BatchWriter over(CqlSession session) {
    return builder(session).build();
  }

  /** Returns a builder of a writer. */
  public static BatchWriterBuilder builder(CqlSession session) {
    return new BatchWriterBuilder(session);
  }

  /**
   * Executes operations as one unit and waits for the responses.
   *
   * <p>Writes are sent as one batch of the given type; a single write is sent without a batch.
   * Counter updates are sent as a COUNTER batch for every type except LOGGED. If the operations
   * include reads, all operations are sent one by one, concurrently within the bound of requests in
   * flight; the result notes that the type was not applied.
   *
   * @param operations up to {@link BatchWriterBuilder#maxOperations} operations; an empty list does
   *     nothing
   * @param type the type of the batch
   * @throws UnsuitableBatchException if the operations cannot form a unit or are too many; nothing
   *     was sent
   * @throws BatchFailedException if not all operations were acknowledged; states the known outcome
   *     of the others
   * @throws BulkOperationException if an operation cannot be bound; nothing was sent
   */
  public BatchResult execute(List<? extends Operation> operations, BatchType type) {
    stream.requireOpen();
    return waiting(
        () -> {
          try {
            return units.execute(operations, type).toCompletableFuture().get();
          } catch (ExecutionException e) {
            throw Failures.notPassing(e, "A batch");
          }
        });
  }

  /**
   * Executes operations as {@link #execute} does, without waiting for the responses. Waits for a
   * request slot. Results are completed on one thread of the writer: callbacks may send further
   * operations and should return quickly.
   *
   * @return completes with the result or the exception of {@link #execute}
   */
  public CompletableFuture<BatchResult> executeAsync(
      List<? extends Operation> operations, BatchType type) {
    stream.requireOpen();
    return waiting(() -> results.giving(units.execute(operations, type)).toCompletableFuture());
  }

  /**
   * Adds a write. It is sent when its batch is full or reaches its maximum age, at the latest by
   * {@link #flush()}. Before you add another write of the same row, call {@link #flush()}:
   * otherwise both may share a batch and its write time.
   *
   * @throws UnsuitableBatchException if the statement is a read, has a condition or cannot be in a
   *     batch
   * @throws BulkOperationException if an earlier batch could not be written
   */
  public void add(BatchableStatement<?> statement) {
    add(List.of(statement));
  }

  /**
   * Adds writes to one partition that belong together, such as the statements of one row. They are
   * sent in one batch, in this order, and count as one; if one of them is not idempotent, none is.
   * If they exceed the limits of a batch, they form a batch of their own.
   *
   * @param together 1 to 65,535 statements
   * @throws UnsuitableBatchException if a statement is a read, has a condition or cannot be in a
   *     batch, if they belong to several partitions, or if only some of them update counters
   * @throws BulkOperationException if an earlier batch could not be written
   */
  public void add(List<? extends BatchableStatement<?>> together) {
    waiting(
        () -> {
          stream.add(together);
          return together;
        });
  }

  /**
   * Adds writes as {@link #add(List)} does, and reports their outcome.
   *
   * @throws UnsuitableBatchException if a statement is a read, has a condition or cannot be in a
   *     batch, if they belong to several partitions, or if only some of them update counters
   * @throws BulkOperationException if an earlier batch could not be written
   */
  public void add(List<? extends BatchableStatement<?>> together, WriteOutcome outcome) {
    waiting(
        () -> {
          stream.add(together, outcome);
          return outcome;
        });
  }

  /**
   * Adds all statements and flushes.
   *
   * @return number of statements
   * @throws RowsRejectedException if the content of some statements was rejected; all others are
   *     written
   * @throws BulkOperationException if a batch could not be written
   */
  public long writeAll(Iterable<? extends BatchableStatement<?>> statements) {
    long added = 0;
    for (BatchableStatement<?> statement : statements) {
      add(statement);
      added++;
    }
    flush();
    return added;
  }

  /**
   * Adds all statements of a publisher and flushes. The demand follows the speed of the cluster.
   *
   * @return number of statements
   * @throws RowsRejectedException if the content of some statements was rejected; all others are
   *     written
   * @throws BulkOperationException if a batch could not be written or the publisher failed
   */
  public long writeAll(Flow.Publisher<? extends BatchableStatement<?>> statements) {
    long added =
        waiting(
            () ->
                PublishedStatements.forEach(
                    statements, statement -> stream.add(List.of(statement))));
    flush();
    return added;
  }

  /**
   * Inserts rows of one or several tables, in batches, and waits until all are written. An existing
   * row is overwritten column by column, because in CQL an insert is an upsert. A row that cannot
   * be bound, or whose content the cluster rejects, is left out and reported in the result and to
   * {@link BatchWriterBuilder#onReject}.
   *
   * @param rows read once, at the speed of the cluster. No two rows may have the same key: if they
   *     share a batch, for each column the greater value wins, and a list gets the elements of both
   * @throws BulkOperationException if rows could not be written for a reason other than their
   *     content
   */
  public BulkResult bulkInsert(Iterable<TableRow> rows) {
    return waiting(() -> inserts.insert(rows, rejects));
  }

  /**
   * Inserts objects into one table, as {@link #bulkInsert(Iterable)} inserts rows. An object is a
   * record, a {@code Map<String, ?>}, a JavaBean with public getters, or a {@link TableRow} of the
   * table. A property is written to the column of exactly its name, or else to the column of its
   * name in snake case: {@code orderId} to {@code order_id}. Values are as in {@link TableRow}: a
   * column without a property is not changed, and null deletes the column.
   *
   * @param keyspace in CQL form
   * @param table in CQL form
   * @param rows read once, at the speed of the cluster
   * @throws io.ringhaul.exceptions.UnsuitableTableException if the table is unknown, or a property
   *     has no column or cannot be accessed, because its class is not public; names the properties.
   *     Objects before it may be written
   * @throws BulkOperationException if objects could not be written for a reason other than their
   *     content
   */
  public BulkResult bulkInsert(String keyspace, String table, Iterable<?> rows) {
    return bulkInsert(CqlIdentifier.fromCql(keyspace), CqlIdentifier.fromCql(table), rows);
  }

  /** {@link #bulkInsert(String, String, Iterable)} with identifiers instead of names. */
  public BulkResult bulkInsert(CqlIdentifier keyspace, CqlIdentifier table, Iterable<?> rows) {
    ObjectRows objects = stream.objectRows(keyspace, table);
    return bulkInsert(
        () ->
            StreamSupport.stream(rows.spliterator(), false).<TableRow>map(objects::row).iterator());
  }

  /**
   * {@link #bulkInsert(String, String, Iterable)} of a stream, which is read in its order on the
   * calling thread. The caller closes it.
   */
  public BulkResult bulkInsert(String keyspace, String table, Stream<?> rows) {
    return bulkInsert(CqlIdentifier.fromCql(keyspace), CqlIdentifier.fromCql(table), rows);
  }

  /** {@link #bulkInsert(String, String, Stream)} with identifiers instead of names. */
  public BulkResult bulkInsert(CqlIdentifier keyspace, CqlIdentifier table, Stream<?> rows) {
    ObjectRows objects = stream.objectRows(keyspace, table);
    return bulkInsert(() -> rows.sequential().<TableRow>map(objects::row).iterator());
  }

  /**
   * Writes each row with a lightweight transaction (Paxos), to count which rows existed before;
   * {@link #bulkInsert} is the fast way, and overwrites existing rows too. A new row takes a
   * conditional insert, which is a round of Paxos (four messages to each replica instead of one).
   * An existing row takes a second round, which writes the values if the row still exists. The
   * values have the write time of Paxos and win over older values regardless of clocks; only in a
   * table without columns outside of the key the second write is a plain one, with the client's
   * clock. A row that is changed concurrently in each of 20 attempts is rejected with a {@link
   * ContendedRowException}.
   *
   * @param rows read once; without write times, which conditional writes do not support
   * @throws BulkOperationException if rows could not be written for a reason other than their
   *     content
   */
  public BulkResult bulkInsertWithPaxos(Iterable<TableRow> rows) {
    return waiting(() -> upserts.upsert(rows, rejects));
  }

  /**
   * {@link #bulkInsertWithPaxos(Iterable)} of the objects that {@link #bulkInsert(String, String,
   * Iterable)} takes.
   */
  public BulkResult bulkInsertWithPaxos(String keyspace, String table, Iterable<?> rows) {
    ObjectRows objects =
        stream.objectRows(CqlIdentifier.fromCql(keyspace), CqlIdentifier.fromCql(table));
    return bulkInsertWithPaxos(
        () ->
            StreamSupport.stream(rows.spliterator(), false).<TableRow>map(objects::row).iterator());
  }

  /**
   * Sends every open batch and waits until all statements added before are written. Does not wait
   * for statements that other threads add during the flush.
   *
   * @throws RowsRejectedException if statements without a {@link WriteOutcome} were rejected since
   *     the last flush; all others are written, and the writer stays usable
   * @throws UnknownWriteOutcomeException if the outcome of non-idempotent writes is unknown
   * @throws BulkOperationException if a batch could not be written
   */
  public void flush() {
    waiting(
        () -> {
          stream.flush();
          return stream;
        });
  }

  /** A call that waits for the cluster, or for a slot of a request. */
  @FunctionalInterface
  private interface Waiting<T> {
    T call() throws InterruptedException;
  }

  private static <T> T waiting(Waiting<T> call) {
    try {
      return call.call();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OperationCancelledException("The thread was interrupted while it wrote", e);
    }
  }

  /** Acknowledged statements of the stream; statements added together count as one. */
  public long writtenStatements() {
    return stream.writtenStatements();
  }

  /** Number of resent requests. */
  public long retries() {
    return stream.retries();
  }

  /** Current requests in flight. */
  public int inFlight() {
    return stream.inFlight();
  }

  /**
   * The current bound on requests in flight; below the configured parallelism after an overload.
   */
  public int inFlightBound() {
    return stream.inFlightBound();
  }

  /** Current statements in open batches. */
  public int queued() {
    return stream.queued();
  }

  /** Metrics since the creation of the writer or the last {@link #resetMetrics}. */
  public BatchMetrics metrics() {
    return stream.metrics();
  }

  /**
   * Metrics since the creation of the writer, regardless of resets, for monitoring systems that
   * need counters that never decrease.
   */
  public BatchMetrics lifetimeMetrics() {
    return stream.lifetimeMetrics();
  }

  /** Resets the {@linkplain #metrics() metrics}. */
  public void resetMetrics() {
    stream.resetMetrics();
  }

  /**
   * Flushes, waits for all responses and closes the writer. If the thread is interrupted, open
   * batches are dropped with a log message, and requests in flight may still be applied.
   *
   * @throws RowsRejectedException under the same conditions as {@link #flush()}
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
