package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.internal.limits.ManagedJobs;
import io.ringhaul.internal.operation.BulkOperation;
import io.ringhaul.internal.operation.JacksonVersions;
import io.ringhaul.internal.request.Failures;
import io.ringhaul.internal.telemetry.JobsUnderWay;
import io.ringhaul.limits.ResourceManager;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts, exports and imports whole tables in parallel over the token ring.
 *
 * <pre>{@code
 * try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
 *   long rows = operator.count("store", "orders").run().rows();
 * }
 * }</pre>
 *
 * <p>Keyspaces, tables and columns are named in CQL form, as in the driver: {@code orders} and
 * {@code Orders} are the same name, {@code "\"Orders\""} is another. Thread-safe; operations may
 * run concurrently.
 */
public final class TokenAwareBulkOperator implements AutoCloseable {

  private static final long SECONDS_TO_END = 30;

  private final CqlSession session;
  private final ManagedJobs resources;
  private final ExecutorService threads;

  private TokenAwareBulkOperator(CqlSession session, ManagedJobs resources) {
    this.session = Objects.requireNonNull(session);
    this.resources = Objects.requireNonNull(resources);
    AtomicInteger number = new AtomicInteger();
    this.threads =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "ringhaul-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * An operator over the given session, which belongs to the caller: it is neither closed nor
   * reconfigured.
   *
   * @throws BulkOperationException if the class path has a Jackson older than 2.16
   */
  public static TokenAwareBulkOperator over(CqlSession session) {
    return over(session, ResourceManager.create());
  }

  /**
   * An operator over the given session whose operations share the cluster with those of other
   * operators.
   *
   * @param resources divides the cluster among the operations of all operators that use it
   * @throws BulkOperationException if the class path has a Jackson older than 2.16
   */
  public static TokenAwareBulkOperator over(CqlSession session, ResourceManager resources) {
    JacksonVersions.require();
    return new TokenAwareBulkOperator(session, ManagedJobs.of(resources));
  }

  /** A request to count the rows of a table. */
  public CountRequest count(String keyspace, String table) {
    return new CountRequest(this, CqlIdentifier.fromCql(keyspace), CqlIdentifier.fromCql(table));
  }

  /** A request to export a table. */
  public ExportRequest exportFrom(String keyspace, String table) {
    return new ExportRequest(this, CqlIdentifier.fromCql(keyspace), CqlIdentifier.fromCql(table));
  }

  /** A request to read the rows of a table into application code. */
  public ReadRequest read(String keyspace, String table) {
    return new ReadRequest(this, CqlIdentifier.fromCql(keyspace), CqlIdentifier.fromCql(table));
  }

  /** A request to import into a table. */
  public ImportRequest importInto(String keyspace, String table) {
    return new ImportRequest(this, CqlIdentifier.fromCql(keyspace), CqlIdentifier.fromCql(table));
  }

  /** Cancels running background operations, waits for their end, and ends the threads. */
  @Override
  public void close() {
    threads.shutdownNow();
    try {
      threads.awaitTermination(SECONDS_TO_END, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Divides the cluster among the operations. */
  ManagedJobs resources() {
    return resources;
  }

  static List<CqlIdentifier> identifiers(List<String> names) {
    return names.stream().map(CqlIdentifier::fromCql).toList();
  }

  /** The operations that are running. */
  JobsUnderWay jobs() {
    return resources.underWay();
  }

  <R> R call(BulkOperation<R> operation) {
    try {
      return operation.run(session, threads);
    } catch (OutOfMemoryError e) {
      throw Failures.outOfMemory(e, "The operation");
    }
  }

  <R> CompletableFuture<R> start(BulkOperation<R> operation) {
    CompletableFuture<R> result = new CompletableFuture<>();
    Future<?> running;
    try {
      running =
          threads.submit(
              () -> {
                try {
                  result.complete(call(operation));
                } catch (Throwable e) {
                  // Errors too: the future is the only way in which the caller sees them.
                  result.completeExceptionally(e);
                }
              });
    } catch (RejectedExecutionException e) {
      result.completeExceptionally(new BulkOperationException("The operator was closed", e));
      return result;
    }
    result.whenComplete(
        (done, failed) -> {
          if (result.isCancelled()) {
            running.cancel(true);
          }
        });
    return result;
  }
}
