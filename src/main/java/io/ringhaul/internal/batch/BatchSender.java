package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.batch.RequestListener;
import io.ringhaul.internal.batch.BatchMeter.Shape;
import io.ringhaul.internal.cql.MutationSize;
import io.ringhaul.internal.cql.StatementCatalog;
import io.ringhaul.internal.metrics.OperationMetrics;
import io.ringhaul.internal.request.Failures;
import io.ringhaul.internal.request.Request;
import io.ringhaul.internal.request.RequestSender;
import io.ringhaul.internal.request.RequestSettings;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends statements, alone or as a batch, and records metrics. Thread-safe. */
public final class BatchSender implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(BatchWriter.class);

  /** The prefixes of the server's warnings of bytes and of partitions. */
  private static final List<String> TOO_LARGE = List.of("Batch for ", "Unlogged batch covering ");

  private final RequestSender sender;
  private final @Nullable RequestListener listener;
  private final BatchMeter meter;
  private final OperationMetrics metrics;
  private final MutationSize sizes;
  private final StatementCatalog catalog;
  private final Object answers = new Object();
  private long begun;

  public BatchSender(
      CqlSession session,
      RequestSettings settings,
      Optional<RequestListener> listener,
      BatchMeter meter,
      OperationMetrics metrics,
      MutationSize sizes,
      StatementCatalog catalog) {
    this.sender = new RequestSender(session, settings, metrics);
    this.listener = listener.orElse(null);
    this.meter = meter;
    this.metrics = metrics;
    this.sizes = sizes;
    this.catalog = catalog;
  }

  /** Waits for the limits on rows and bytes per second. */
  void awaitLimits(long rows, long bytes) throws InterruptedException {
    sender.awaitLimits(rows, bytes);
  }

  /** Waits for the limits on rows and bytes per second. */
  void awaitLimits(long rows, List<? extends BatchableStatement<?>> statements)
      throws InterruptedException {
    sender.awaitLimits(rows, sizes.ofValues(statements));
  }

  /**
   * Sends statements as one request. A single statement is sent without a batch, unless it is
   * LOGGED and writes several partitions.
   *
   * @param type the type of the batch, if a batch is sent
   * @param rows the number of rows that the metrics count
   */
  CompletionStage<AsyncResultSet> send(
      List<? extends BatchableStatement<?>> statements,
      BatchType type,
      BatchAttributes attributes,
      Repetition repetition,
      long rows)
      throws InterruptedException {
    return send(statements, type, attributes, repetition, rows, new FailedAttempts(false));
  }

  /**
   * The content of one request.
   *
   * @param type the type of the batch, if a batch is sent
   * @param isOnePartition whether the request is one mutation for the server
   * @param bytes the size of the values
   */
  record Writes(
      List<? extends BatchableStatement<?>> statements,
      BatchType type,
      BatchAttributes attributes,
      boolean isOnePartition,
      long bytes) {}

  /** Sends statements with a known size. */
  CompletionStage<AsyncResultSet> send(Writes writes, Repetition repetition, long rows)
      throws InterruptedException {
    return send(writes, repetition, rows, new FailedAttempts(false));
  }

  /**
   * Sends statements as one request.
   *
   * @param earlier collects the failures of attempts before the last
   */
  CompletionStage<AsyncResultSet> send(
      List<? extends BatchableStatement<?>> statements,
      BatchType type,
      BatchAttributes attributes,
      Repetition repetition,
      long rows,
      FailedAttempts earlier)
      throws InterruptedException {
    return send(
        new Writes(
            statements, type, attributes, isOnePartition(statements), sizes.ofValues(statements)),
        repetition,
        rows,
        earlier);
  }

  private CompletionStage<AsyncResultSet> send(
      Writes writes, Repetition repetition, long rows, FailedAttempts earlier)
      throws InterruptedException {
    List<? extends BatchableStatement<?>> statements = writes.statements();
    BatchType type = writes.type();
    BatchableStatement<?> first = statements.get(0);
    boolean isOnePartition = writes.isOnePartition();
    boolean isAlone = statements.size() == 1 && (isOnePartition || type != BatchType.LOGGED);
    Statement<?> statement =
        isAlone
            ? first
            : writes
                .attributes()
                .applyTo(
                    BatchStatement.newInstance(type)
                        .addAll(statements)
                        .setRoutingKeyspace(first.getRoutingKeyspace())
                        .setRoutingKey(first.getRoutingKey()));
    Shape shape =
        new Shape(isAlone ? null : type, statements.size(), isOnePartition, writes.bytes());
    // If a batch is several mutations, a part may be written before replicas are found missing.
    boolean isWhole = shape.isOnePartition() || type == BatchType.LOGGED;
    Repetition again = isWhole || repetition.isIdempotent() ? repetition : Repetition.NEVER;
    Request request =
        new Request(
            statement.setIdempotent(again.isIdempotent()),
            (same, failed) -> {
              earlier.add(failed);
              return same;
            },
            again::isAfter);
    return send(again.isForOneNode() ? request.toOneNode() : request, shape, rows);
  }

  /** Records the time at which a request was sent. */
  private static class Sending implements Runnable {
    private long began;

    @Override
    public void run() {
      began = System.nanoTime();
    }

    /** Called when the request has ended or was not sent. */
    void ended(@Nullable Throwable failure) {}
  }

  /** Also reports the request to a listener. */
  private static final class ReportedSending extends Sending {

    private final RequestListener listener;
    private final Shape shape;
    private Consumer<Optional<Throwable>> ending = failure -> {};

    ReportedSending(RequestListener listener, Shape shape) {
      this.listener = listener;
      this.shape = shape;
    }

    @Override
    public void run() {
      try {
        ending =
            listener.sending(Optional.ofNullable(shape.type()), shape.operations(), shape.bytes());
      } catch (RuntimeException | Error e) {
        warn(e);
      }
      super.run();
    }

    @Override
    void ended(@Nullable Throwable failure) {
      try {
        ending.accept(Optional.ofNullable(failure).map(Failures::unwrap));
      } catch (RuntimeException | Error e) {
        warn(e);
      }
    }

    private static void warn(Throwable failure) {
      LOG.warn("The request listener failed; the writer continues", failure);
    }
  }

  private CompletionStage<AsyncResultSet> send(Request request, Shape shape, long rows)
      throws InterruptedException {
    Sending sending = listener == null ? new Sending() : new ReportedSending(listener, shape);
    return whole(
        () -> {
          CompletionStage<AsyncResultSet> response;
          try {
            // Waits for a slot on the caller's thread.
            response = sender.send(request, sending);
          } catch (InterruptedException | RuntimeException | Error e) {
            sending.ended(e);
            throw e;
          }
          return response.whenComplete(
              (answer, failed) -> {
                sending.ended(failed);
                if (failed == null) {
                  metrics.batch(shape.operations(), shape.bytes());
                  long nanos = System.nanoTime() - sending.began;
                  meter.acknowledged(shape, rows, nanos, isWarnedOf(answer));
                } else {
                  meter.failed(failed);
                }
              });
        });
  }

  /** One request, or several that belong together. */
  interface Requests<T> {

    /** Sends them; waits for slots. */
    CompletionStage<T> send() throws InterruptedException;
  }

  /** Sends requests for which {@link #await} waits as a whole, from the first to the last. */
  <T> CompletionStage<T> whole(Requests<T> requests) throws InterruptedException {
    begin();
    boolean isSent = false;
    try {
      // Last: who waits for the end reads the metrics next.
      CompletionStage<T> response = requests.send().whenComplete((answer, failed) -> end());
      isSent = true;
      return response;
    } finally {
      if (!isSent) {
        end();
      }
    }
  }

  private static boolean isWarnedOf(AsyncResultSet answer) {
    List<String> warnings = answer.getExecutionInfo().getWarnings();
    return !warnings.isEmpty()
        && warnings.stream().anyMatch(each -> TOO_LARGE.stream().anyMatch(each::startsWith));
  }

  /**
   * Whether the statements are one mutation for the server: a single statement, or all of one
   * partition.
   */
  boolean isOnePartition(List<? extends BatchableStatement<?>> statements) {
    return (statements.size() == 1 || haveOneKey(statements))
        && statements.stream().noneMatch(each -> catalog.traits(each).spansPartitions());
  }

  private static boolean haveOneKey(List<? extends BatchableStatement<?>> statements) {
    CqlIdentifier keyspace = statements.get(0).getRoutingKeyspace();
    ByteBuffer key = statements.get(0).getRoutingKey();
    return keyspace != null
        && key != null
        && statements.stream()
            .allMatch(
                each ->
                    keyspace.equals(each.getRoutingKeyspace()) && key.equals(each.getRoutingKey()));
  }

  private void begin() {
    synchronized (answers) {
      begun++;
    }
  }

  private void end() {
    synchronized (answers) {
      begun--;
      answers.notifyAll();
    }
  }

  /** Waits until no request waits for a slot or a response. */
  public void await() throws InterruptedException {
    synchronized (answers) {
      while (begun > 0) {
        answers.wait();
      }
    }
  }

  /** Requests in flight. */
  public int inFlight() {
    return sender.inFlight();
  }

  /** The current bound on requests in flight. */
  public int inFlightBound() {
    return sender.inFlightBound();
  }

  /** The underlying sender. */
  public RequestSender requests() {
    return sender;
  }

  /** Number of resent requests. */
  public long retries() {
    return sender.retries();
  }

  @Override
  public void close() {
    sender.close();
  }
}
