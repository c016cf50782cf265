package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import io.ringhaul.batch.BatchLimits;
import io.ringhaul.batch.BatchMetrics;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.batch.Grouping;
import io.ringhaul.batch.WriteListener;
import io.ringhaul.batch.WriteOutcome;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.RowRejectedException;
import io.ringhaul.exceptions.UnknownWriteOutcomeException;
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
 * Writes a stream of statements in batches: the engine of {@link BatchWriter}, whose documentation
 * holds here too, and of imports, which also settle, abandon and change the limits of a stream. The
 * session stays the caller's. Thread-safe.
 */
public final class StreamWriter implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(BatchWriter.class);

  /**
   * The settings of a stream.
   *
   * @param requests how requests are sent
   * @param limits when a batch is full
   * @param maxSharedBytes the bytes of a batch of several partitions; empty for the server's warn
   *     threshold
   * @param maxSharedPartitions the partitions of a batch; empty for the server's warn threshold
   * @param grouping what the statements of a batch share
   * @param maxAge how long a batch waits for more; zero lets it wait until it is full or flushed
   * @param listener called with what was written
   * @param metrics counts requests, node by node, and batches
   */
  public record Settings(
      RequestSettings requests,
      BatchLimits limits,
      OptionalInt maxSharedBytes,
      OptionalInt maxSharedPartitions,
      Grouping grouping,
      Duration maxAge,
      WriteListener listener,
      OperationMetrics metrics) {}

  private final BatchSender sender;
  private final BatchMeter meter;
  private final StatementCatalog catalog;
  private final BatchDelivery delivery;
  private final StatementStream stream;
  private final RowStatements rows;
  private final AgeLimit ageLimit;
  private volatile StreamLimits limits;

  /** Creates a writer that sends through the session. */
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
        new BatchSender(session, settings.requests(), meter, settings.metrics(), sizes, catalog);
    WritesInFlight inFlight = new WritesInFlight(catalog::rowOf);
    this.delivery = new BatchDelivery(sender, meter, catalog, inFlight, settings.listener());
    StatementSharing sharing =
        new StatementSharing(catalog, new Placement(session, settings.grouping()), sizes);
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

  /** Returns what executes operations as units through this writer's requests. */
  public UnitExecution units(UnitLimits unitLimits) {
    return new UnitExecution(sender, meter, catalog, rows, unitLimits);
  }

  /** Returns what inserts rows of tables through this stream. */
  public BulkInserts inserts() {
    return new BulkInserts(stream, rowRequests(), rows);
  }

  /** Returns what upserts rows of tables through this writer's requests. */
  public BulkUpserts upserts() {
    return new BulkUpserts(rowRequests(), rows);
  }

  private RowRequests rowRequests() {
    return new RowRequests(sender, catalog, stream::requireOpen);
  }

  /**
   * Throws if the writer takes nothing any more.
   *
   * @throws BulkOperationException if it is closed or has failed
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
   * Sends writes to one partition alone, in one batch and in this order, and waits for the answer.
   *
   * @param together as in {@link BatchWriter#add(List)}
   * @param counted as how many it counts in {@link #writtenStatements()} and for the listener
   * @return whether it was acknowledged; if not, {@link #flush()} fails
   * @throws RowRejectedException if the cluster rejects the writes for what they hold; the stream
   *     goes on
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
   * Waits for the answers to writes that must not be done twice, and sends nothing more.
   *
   * @return names the rows whose writes are in doubt; empty if there are none
   */
  public Optional<UnknownWriteOutcomeException> settle() throws InterruptedException {
    return stream.settle();
  }

  /** When a batch is full, as it was asked for. */
  public BatchLimits limits() {
    return limits.asked();
  }

  /** Changes when a batch is full; one that holds more already goes out with its next statement. */
  public void limits(BatchLimits batches) {
    StreamLimits changed = limits.with(batches);
    limits = changed;
    stream.limits(changed.onePartition(), changed.sharedBytes());
  }

  /** The sender of the writer's requests; it ends with the writer. */
  public RequestSender requests() {
    return sender.requests();
  }

  /** Statements that were acknowledged; those added together count as one. */
  public long writtenStatements() {
    return delivery.writtenStatements();
  }

  /** Requests that were sent again after a failure. */
  public long retries() {
    return sender.retries();
  }

  /** Requests in flight. */
  public int inFlight() {
    return sender.inFlight();
  }

  /** How many requests may be in flight: fewer than allowed after an overload. */
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
    try {
      stream.finish();
      sender.await();
    } catch (InterruptedException e) {
      LOG.debug("Interrupted as it was closed", e);
      Thread.currentThread().interrupt();
    } finally {
      ageLimit.close();
      stream.close();
      sender.close();
    }
  }

  /**
   * Ends the writer without waiting: open batches are dropped, and what is in flight may be
   * written. Logs nothing.
   */
  public void abandon() {
    ageLimit.close();
    stream.abandon();
    sender.close();
  }

  /** Sends batches that have waited long enough for more. Owns a thread, if there is a limit. */
  private static final class AgeLimit implements AutoCloseable {

    /** A batch is sent at most a quarter later than it should. */
    private static final int LOOKS_TO_AN_AGE = 4;

    private final @Nullable ScheduledExecutorService thread;

    private AgeLimit(@Nullable ScheduledExecutorService thread) {
      this.thread = thread;
    }

    /**
     * Begins to look.
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
      } catch (RuntimeException e) {
        // The stream keeps it for whoever adds or flushes next.
        LOG.debug("A batch that had waited long could not be sent", e);
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
   * When the batches of a stream are full: as asked, and never more than the server takes.
   *
   * @param asked what was asked for
   * @param maxSharedBytes the bytes to a batch of several partitions that were asked for; empty for
   *     what does not make the server warn
   * @param maxSharedPartitions the partitions to a batch that were asked for; empty likewise
   * @param server what the server takes
   */
  record StreamLimits(
      BatchLimits asked,
      OptionalInt maxSharedBytes,
      OptionalInt maxSharedPartitions,
      ServerBatchLimits server) {

    /** Returns these limits with others asked for. */
    public StreamLimits with(BatchLimits others) {
      return new StreamLimits(others, maxSharedBytes, maxSharedPartitions, server);
    }

    /** The limits to a batch of one partition, which is one mutation for the server. */
    public BatchLimits onePartition() {
      long most = Math.max(1, Math.min(asked.maxBytes(), server.onePartitionBytes()));
      return new BatchLimits(asked.maxStatements(), (int) most, asked.maxBuffered());
    }

    /** The bytes to a batch of more than one partition. */
    public long sharedBytes() {
      long most = maxSharedBytes.orElse((int) Math.min(asked.maxBytes(), server.warnBytes()));
      return Math.min(most, server.failBytes());
    }

    /** The partitions to a batch of more than one. */
    public int sharedPartitions() {
      return maxSharedPartitions.orElse(server.warnPartitions());
    }
  }
}
