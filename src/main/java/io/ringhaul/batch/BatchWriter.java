package io.ringhaul.batch;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import io.ringhaul.batch.OpenBatches.Batch;
import io.ringhaul.batch.OpenBatches.Slot;
import io.ringhaul.batch.OpenBatches.Unit;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.RowRefusedException;
import io.ringhaul.exceptions.UnknownWriteOutcomeException;
import io.ringhaul.request.Failures;
import io.ringhaul.request.RequestSender;
import io.ringhaul.request.RequestSender.Request;
import io.ringhaul.request.RequestSettings;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes statements in UNLOGGED batches, one partition to a batch, so that each batch is one
 * mutation on its replicas and atomic there. A statement that is alone goes out as it is. At most
 * {@link RequestSettings#parallelism()} batches are in flight; {@link #add} waits for a place,
 * which is the back-pressure to the caller.
 *
 * <p>Statements count as idempotent unless they say otherwise: after a passing failure a batch is
 * sent again. The order in which they were added is not kept, and a batch that is sent again
 * carries a newer time than others: add no two versions of one row.
 *
 * <p>If the server refuses a batch for what it holds, such as a value that is too large, the rows
 * in it are sent one by one, so that a bad one takes no good ones with it.
 *
 * <p>A statement that is explicitly not idempotent ({@code setIdempotent(false)}), and every one to
 * a table of counters, is sent again only if it was surely not applied, and never shares a batch
 * with an idempotent one; counter updates go in COUNTER batches. If the cluster leaves the outcome
 * of such a write unknown, the others go on, and {@link #flush()} names the rows in doubt in an
 * {@link UnknownWriteOutcomeException}. Do not add conditional statements ({@code IF}): nobody
 * reads their answers. Thread-safe.
 */
public final class BatchWriter implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(BatchWriter.class);

  private static final ByteBuffer NO_KEY = ByteBuffer.allocate(0);

  private final CqlSession session;
  private final RequestSender sender;
  private final OpenBatches open;
  private final Map<PreparedStatement, WrittenTable> tables = new ConcurrentHashMap<>();
  private final WritesInFlight inFlight;
  private final WriteListener listener;
  private final LongAdder writtenStatements = new LongAdder();

  /** Writes through the given session, which stays the caller's. */
  public BatchWriter(
      CqlSession session, RequestSettings settings, BatchLimits limits, WriteListener listener) {
    this.session = session;
    this.sender = new RequestSender(session, settings);
    this.inFlight = new WritesInFlight(statement -> tableOf(statement).rowOf(statement));
    this.open = new OpenBatches(limits);
    this.listener = listener;
  }

  /**
   * Takes a statement over; it is sent when its batch is full, at the latest by {@link #flush()}.
   *
   * @throws BulkOperationException if an earlier batch could not be written
   */
  public void add(BoundStatement statement) throws InterruptedException {
    add(List.of(statement));
  }

  /**
   * Takes statements on one partition over that belong together, such as those that make one row.
   * They go out in one batch, in this order, and count as one; if one of them is not idempotent,
   * none is. More of them than a batch may have are a batch of their own.
   *
   * @param together one statement or more, at most 65,535
   * @throws BulkOperationException if an earlier batch could not be written
   */
  public void add(List<BoundStatement> together) throws InterruptedException {
    add(together, WriteOutcome.UNHEARD);
  }

  /**
   * The same, and tells what becomes of them.
   *
   * @throws BulkOperationException if an earlier batch could not be written
   */
  public void add(List<BoundStatement> together, WriteOutcome outcome) throws InterruptedException {
    Unit unit = new Unit(together, OpenBatches.sizeOf(together), outcome);
    sender.throttle(1, unit.bytes());
    WriteKind kind = kindOf(together);
    ByteBuffer key = together.get(0).getRoutingKey();
    sendAlone();
    if (key == null) {
      begin(kind);
      send(new Batch(new Slot(null, NO_KEY, kind), List.of(unit)), 1);
      return;
    }
    List<Batch> full;
    synchronized (open) {
      inFlight.requireSound();
      full = open.add(new Slot(together.get(0).getRoutingKeyspace(), key, kind), unit);
      // Before another thread may look whether all is written.
      full.forEach(batch -> inFlight.begin(batch.slot().kind()));
    }
    sendAll(full);
  }

  private void sendAll(List<Batch> begun) throws InterruptedException {
    int sent = 0;
    try {
      while (sent < begun.size()) {
        Batch batch = begun.get(sent);
        sent++;
        send(batch, batch.units().size());
      }
    } finally {
      begun
          .subList(sent, begun.size())
          .forEach(batch -> dropped(batch, new CancellationException("not sent, as one before")));
    }
  }

  private void begin(WriteKind kind) {
    inFlight.requireSound();
    inFlight.begin(kind);
  }

  /**
   * Sends statements on one partition alone, in one batch and this order, and waits for the answer.
   *
   * @param together as in {@link #add(List)}
   * @param counted as how many it counts in {@link #writtenStatements()} and for the listener
   * @return whether it was acknowledged; if not, {@link #flush()} will fail
   * @throws RowRefusedException if the cluster refuses them for what they hold; the writing goes on
   * @throws BulkOperationException if an earlier statement could not be written
   */
  public boolean write(List<BoundStatement> together, int counted) throws InterruptedException {
    Refusal refusal = new Refusal();
    Unit unit = new Unit(together, OpenBatches.sizeOf(together), refusal);
    sender.throttle(counted, unit.bytes());
    WriteKind kind = kindOf(together);
    begin(kind);
    try {
      boolean written =
          send(new Batch(new Slot(null, NO_KEY, kind), List.of(unit)), counted)
              .toCompletableFuture()
              .get();
      RowRefusedException refused = refusal.failure;
      if (refused != null) {
        throw refused;
      }
      return written;
    } catch (ExecutionException e) {
      throw Failures.notPassing(e, "A write");
    }
  }

  /** Keeps a refusal for who waits for the answer. */
  private static final class Refusal implements WriteOutcome {
    private volatile @Nullable RowRefusedException failure;

    @Override
    public void written(long bytes) {}

    @Override
    public @Nullable BulkOperationException refused(RowRefusedException refused) {
      failure = refused;
      return null;
    }
  }

  /**
   * Sends every open batch and waits until all that was added is written.
   *
   * @throws UnknownWriteOutcomeException if writes that are not idempotent are in doubt
   * @throws BulkOperationException if a batch could not be written
   */
  public void flush() throws InterruptedException {
    Batch batch;
    do {
      synchronized (open) {
        batch = open.takeAny();
        if (batch != null) {
          inFlight.begin(batch.slot().kind());
        }
      }
      if (batch != null) {
        send(batch, batch.units().size());
      }
    } while (batch != null);
    do {
      sendAlone();
    } while (!inFlight.await());
    inFlight.requireNoneInDoubt();
  }

  /**
   * Waits for the answers to writes that must not be done twice, and sends nothing more: for who
   * ends the writing after a failure.
   *
   * @return names the rows whose writes are in doubt; empty if none are
   */
  public Optional<UnknownWriteOutcomeException> settle() throws InterruptedException {
    return inFlight.settle();
  }

  /** Statements that the cluster has acknowledged; those added together count as one. */
  public long writtenStatements() {
    return writtenStatements.sum();
  }

  /** Requests that were sent again after a failure. */
  public long retries() {
    return sender.retries();
  }

  /**
   * Ends the writer without waiting: call {@link #flush()} first, or open batches are dropped. What
   * is in flight may still be written.
   */
  @Override
  public void close() {
    boolean sound = inFlight.close();
    synchronized (open) {
      if (open.buffered() > 0 && sound) {
        LOG.warn("{} statements were added and not flushed; they are dropped", open.buffered());
      }
    }
    sender.close();
  }

  private void sendAlone() throws InterruptedException {
    for (Batch next = inFlight.nextAlone(); next != null; next = inFlight.nextAlone()) {
      send(next, 1);
    }
  }

  /** Sends what {@link WritesInFlight#begin} was told of, and ends it in any case. */
  private CompletionStage<Boolean> send(Batch batch, int counted) throws InterruptedException {
    WriteKind kind = batch.slot().kind();
    CompletionStage<AsyncResultSet> response;
    try {
      inFlight.requireSound();
      Statement<?> statement = kind.request(batch.statements());
      response = sender.send(request(statement.setIdempotent(kind.isRepeatable())));
    } catch (InterruptedException e) {
      dropped(batch, new CancellationException("interrupted before it was sent"));
      throw e;
    } catch (RuntimeException e) {
      dropped(batch, e);
      throw e;
    }
    return response.handle(
        (rows, failed) -> {
          try {
            if (failed == null) {
              written(batch, counted);
            } else if (RefusedContent.is(failed)) {
              refused(batch, failed);
            } else if (kind.isRepeatable() || Failures.isSurelyNotApplied(failed)) {
              failed(batch, failed);
            } else {
              inDoubt(batch, failed);
            }
            return failed == null;
          } finally {
            inFlight.end(kind);
          }
        });
  }

  /** The batch has left the buffer and was not sent: nobody may take the writer's word now. */
  private void dropped(Batch batch, RuntimeException reason) {
    failed(batch, reason);
    inFlight.end(batch.slot().kind());
  }

  private static Request request(Statement<?> statement) {
    return new Request(statement, (same, failed) -> same, failed -> !RefusedContent.is(failed));
  }

  private void written(Batch batch, int statements) {
    writtenStatements.add(statements);
    try {
      listener.written(statements, batch.bytes());
    } catch (RuntimeException e) {
      LOG.warn("The write listener failed; the writing goes on", e);
    }
    for (Unit unit : batch.units()) {
      unit.outcome().written(unit.bytes());
    }
  }

  private void refused(Batch batch, Throwable refusal) {
    if (batch.units().size() > 1) {
      inFlight.divide(batch);
      return;
    }
    Unit unit = batch.units().get(0);
    BoundStatement first = unit.statements().get(0);
    WrittenTable table = tableOf(first);
    BulkOperationException ending =
        unit.outcome()
            .refused(
                new RowRefusedException(
                    String.format(
                        "The cluster refuses a row for %s, %s: %s",
                        table.name(), table.rowOf(first), Failures.describe(refusal)),
                    Failures.unwrap(refusal)));
    if (ending != null) {
      inFlight.fail(ending);
    }
  }

  private void failed(Batch batch, Throwable failed) {
    inFlight.fail(
        new BulkOperationException(
            "A batch could not be written: " + Failures.describe(failed), Failures.unwrap(failed)));
    batch.units().forEach(unit -> unit.outcome().failed(failed));
  }

  private void inDoubt(Batch batch, Throwable failed) {
    inFlight.doubt(batch, failed);
    batch.units().forEach(unit -> unit.outcome().inDoubt(failed));
  }

  private WriteKind kindOf(List<BoundStatement> together) {
    WriteKind kind = WriteKind.REPEATABLE;
    for (BoundStatement statement : together) {
      WriteKind each = tableOf(statement).kindOf(statement);
      kind = each.isRepeatable() ? kind : each;
    }
    return kind;
  }

  private WrittenTable tableOf(BoundStatement statement) {
    return tables.computeIfAbsent(
        statement.getPreparedStatement(), prepared -> WrittenTable.of(session, prepared));
  }
}
