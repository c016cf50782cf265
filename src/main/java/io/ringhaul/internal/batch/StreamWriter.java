package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import io.ringhaul.batch.BatchLimits;
import io.ringhaul.batch.BatchMetrics;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.batch.Grouping;
import io.ringhaul.batch.RequestListener;
import io.ringhaul.batch.WriteListener;
import io.ringhaul.batch.WriteOutcome;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.RowRejectedException;
import io.ringhaul.exceptions.UnknownWriteOutcomeException;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.internal.cql.MutationSize;
import io.ringhaul.internal.cql.StatementCatalog;
import io.ringhaul.internal.metrics.OperationMetrics;
import io.ringhaul.internal.request.RequestSender;
import io.ringhaul.internal.request.RequestSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a stream of statements in batches. It is the engine of {@link BatchWriter}, whose contract
 * applies here too, and of imports, which also settle and abandon streams and change their limits.
 * Does not close the session. Thread-safe.
 */
public final class StreamWriter implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(BatchWriter.class);

  /**
   * Settings of a stream.
   *
   * @param requests parallelism, consistency, timeouts and retries of requests
   * @param limits when a batch is full
   * @param maxSharedBytes maximum bytes of a batch with several partitions; empty for the maximum
   *     of {@code limits} or the server's warn threshold, whichever is less
   * @param maxSharedPartitions maximum partitions of a batch; empty for the server's warn threshold
   * @param grouping what the statements of a batch share
   * @param maxAge how long a batch stays open; zero keeps it open until it is full or flushed
   * @param listener called for each acknowledged request
   * @param requestListener called at the start and the end of each request
   * @param metrics counts requests for each node, and batches
   */
  public record Settings(
      RequestSettings requests,
      BatchLimits limits,
      OptionalInt maxSharedBytes,
      OptionalInt maxSharedPartitions,
      Grouping grouping,
      Duration maxAge,
      WriteListener listener,
      Optional<RequestListener> requestListener,
      OperationMetrics metrics) {}

  private final BatchSender sender;
  private final BatchMeter meter;
  private final StatementCatalog catalog;
  private final BatchDelivery delivery;
  private final StatementStream stream;
  private final RowStatements rows;
  private final AgeLimit ageLimit;
  private volatile StreamLimits limits;

  public StreamWriter(CqlSession session, Settings settings) {
    this.meter = new BatchMeter();
    this.catalog = new StatementCatalog(session);
    this.rows = new RowStatements(session);
    MutationSize sizes = new MutationSize(session);
    ServerBatchLimits server = ServerBatchLimits.read(session);
    this.limits =
        new StreamLimits(
            settings.limits(), settings.maxSharedBytes(), settings.maxSharedPartitions(), server);
    this.sender =
        new BatchSender(
            session,
            settings.requests(),
            settings.requestListener(),
            meter,
            settings.metrics(),
            sizes,
            catalog);
    WritesInFlight inFlight = new WritesInFlight(catalog::rowOf);
    this.delivery = new BatchDelivery(sender, meter, catalog, inFlight, settings.listener());
    StatementSharing sharing =
        new StatementSharing(
            catalog, new Placement(sender.requests().rings(), settings.grouping()), sizes);
    this.stream =
        new StatementStream(
            sharing,
            new OpenBatches(
                limits.onePartition(),
                limits.sharedBytes(),
                limits.sharedPartitions(),
                sharing,
                System::nanoTime),
            new OversizedWrites(sizes, catalog, server.maxMutationBytes()),
            inFlight,
            delivery);
    this.ageLimit = AgeLimit.start(stream, settings.maxAge());
  }

  /** Returns an executor of units that shares this writer's request slots. */
  public UnitExecution units(UnitLimits unitLimits) {
    return new UnitExecution(sender, meter, catalog, rows, unitLimits);
  }

  /** Returns a bulk insert that adds rows to this stream. */
  public BulkInserts inserts() {
    return new BulkInserts(stream, rowRequests(), rows);
  }

  /** Returns a bulk upsert that shares this writer's request slots. */
  public BulkUpserts upserts() {
    return new BulkUpserts(rowRequests(), rows);
  }

  /**
   * Returns what makes rows of a table from objects.
   *
   * @throws UnsuitableTableException if the table is unknown or does not support writes
   */
  public ObjectRows objectRows(CqlIdentifier keyspace, CqlIdentifier table) {
    return rows.objectRows(keyspace, table);
  }

  private RowRequests rowRequests() {
    return new RowRequests(sender, catalog, stream::requireOpen);
  }

  /**
   * Throws if the writer is closed or closing.
   *
   * @throws IllegalStateException if the writer is closed or closing
   */
  public void requireOpen() {
    stream.requireOpen();
  }

  /** See {@link BatchWriter#add(List)}. */
  public void add(List<? extends BatchableStatement<?>> together) throws InterruptedException {
    stream.add(together);
  }

  /** See {@link BatchWriter#add(List, WriteOutcome)}. */
  public void add(List<? extends BatchableStatement<?>> together, WriteOutcome outcome)
      throws InterruptedException {
    stream.add(together, outcome);
  }

  /**
   * Sends writes to one partition as a request of their own, in this order, and waits for the
   * response.
   *
   * @param together as in {@link BatchWriter#add(List)}
   * @param counted the number that {@link #writtenStatements()} and the listener count for these
   *     writes
   * @return whether the cluster acknowledged the writes; if not, {@link #flush()} throws
   * @throws RowRejectedException if the cluster rejects the content of the writes; the stream stays
   *     usable
   * @throws BulkOperationException if an earlier statement could not be written
   */
  public boolean write(List<? extends BatchableStatement<?>> together, int counted)
      throws InterruptedException {
    return stream.write(together, counted);
  }

  /** See {@link BatchWriter#flush()}. */
  public void flush() throws InterruptedException {
    stream.flush();
  }

  /**
   * Waits for the responses to non-idempotent writes. Sends nothing.
   *
   * @return the exception that names the rows with unknown outcome; empty if there are none
   */
  public Optional<UnknownWriteOutcomeException> settle() throws InterruptedException {
    return stream.settle();
  }

  /** The requested limits of a batch. */
  public BatchLimits limits() {
    return limits.asked();
  }

  /**
   * Changes the limits of a batch. An open batch above the new limits is sent when its next
   * statement arrives.
   */
  public void limits(BatchLimits batches) {
    StreamLimits changed = limits.with(batches);
    limits = changed;
    stream.limits(changed.onePartition(), changed.sharedBytes());
  }

  /** The sender of the writer's requests. The writer closes it. */
  public RequestSender requests() {
    return sender.requests();
  }

  /** Acknowledged statements; statements added together count as one. */
  public long writtenStatements() {
    return delivery.writtenStatements();
  }

  /** Number of resent requests. */
  public long retries() {
    return sender.retries();
  }

  /** Requests in flight. */
  public int inFlight() {
    return sender.inFlight();
  }

  /**
   * The current bound on requests in flight; below the configured parallelism after an overload.
   */
  public int inFlightBound() {
    return sender.inFlightBound();
  }

  /** Statements in open batches. */
  public int queued() {
    return stream.queued();
  }

  /** See {@link BatchWriter#metrics()}. */
  public BatchMetrics metrics() {
    return meter.snapshot(sender.retries(), sender.inFlight(), stream.queued());
  }

  /** See {@link BatchWriter#lifetimeMetrics()}. */
  public BatchMetrics lifetimeMetrics() {
    return meter.lifetime(sender.retries(), sender.inFlight(), stream.queued());
  }

  /** See {@link BatchWriter#resetMetrics()}. */
  public void resetMetrics() {
    meter.reset(sender.retries());
  }

  /** See {@link BatchWriter#close()}. */
  @Override
  public void close() {
    @Nullable RuntimeException failed = null;
    try {
      try {
        stream.finish();
      } catch (RuntimeException e) {
        failed = e;
      }
      // Also after a failure of the stream, which is none of a unit.
      sender.await();
    } catch (InterruptedException e) {
      LOG.debug("Interrupted during close", e);
      Thread.currentThread().interrupt();
    } finally {
      ageLimit.close();
      stream.close();
      sender.close();
    }
    if (failed != null) {
      throw failed;
    }
  }

  /**
   * Ends the writer without waiting. Drops open batches without a log message; requests in flight
   * may still be applied.
   */
  public void abandon() {
    ageLimit.close();
    stream.abandon();
    sender.close();
  }

  /** Sends batches that have reached their maximum age. Owns a thread if there is a maximum age. */
  private static final class AgeLimit implements AutoCloseable {

    /** Checks per maximum age: a batch is sent at most a quarter of the maximum age late. */
    private static final int LOOKS_TO_AN_AGE = 4;

    private final @Nullable ScheduledExecutorService thread;

    private AgeLimit(@Nullable ScheduledExecutorService thread) {
      this.thread = thread;
    }

    /**
     * Starts the age checks.
     *
     * @param maxAge zero for no limit
     */
    static AgeLimit start(StatementStream stream, Duration maxAge) {
      if (maxAge.isZero()) {
        return new AgeLimit(null);
      }
      ScheduledExecutorService thread =
          Executors.newSingleThreadScheduledExecutor(
              task -> {
                Thread made = new Thread(task, "ringhaul-batch-age");
                made.setDaemon(true);
                return made;
              });
      long age = maxAge.toNanos();
      long pause = Math.max(1, age / LOOKS_TO_AN_AGE);
      thread.scheduleWithFixedDelay(() -> sendOld(stream, age), pause, pause, TimeUnit.NANOSECONDS);
      return new AgeLimit(thread);
    }

    private static void sendOld(StatementStream stream, long age) {
      try {
        stream.sendOlderThan(age);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (RuntimeException | Error e) {
        // If statements were lost, the stream has failed and throws that on the next add or flush.
        // Otherwise the next check tries again; a moment without memory must not end the checks.
        LOG.debug("A batch at its maximum age could not be sent", e);
      }
    }

    @Override
    public void close() {
      if (thread != null) {
        thread.shutdownNow();
      }
    }
  }

  /**
   * The limits of batches: the requested ones, reduced to the limits of the server.
   *
   * @param asked the requested limits
   * @param maxSharedBytes requested maximum bytes of a batch with several partitions; empty for the
   *     server's warn threshold
   * @param maxSharedPartitions requested maximum partitions of a batch; empty for the server's warn
   *     threshold
   * @param server the server's limits
   */
  record StreamLimits(
      BatchLimits asked,
      OptionalInt maxSharedBytes,
      OptionalInt maxSharedPartitions,
      ServerBatchLimits server) {

    /** Returns these limits with other requested limits. */
    public StreamLimits with(BatchLimits others) {
      return new StreamLimits(others, maxSharedBytes, maxSharedPartitions, server);
    }

    /** The limits of a batch with one partition, which is one mutation for the server. */
    public BatchLimits onePartition() {
      long most = Math.max(1, Math.min(asked.maxBytes(), server.onePartitionBytes()));
      return new BatchLimits(asked.maxStatements(), (int) most, asked.maxBuffered());
    }

    /** Maximum bytes of a batch with several partitions. */
    public long sharedBytes() {
      long most = maxSharedBytes.orElse((int) Math.min(asked.maxBytes(), server.warnBytes()));
      return Math.min(most, server.failBytes());
    }

    /** Maximum partitions of a batch. */
    public int sharedPartitions() {
      return maxSharedPartitions.orElse(server.warnPartitions());
    }
  }
}
