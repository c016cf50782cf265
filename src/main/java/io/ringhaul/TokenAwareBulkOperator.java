package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.OperationCancelledException;
import io.ringhaul.internal.limits.ManagedJobs;
import io.ringhaul.internal.operation.BulkOperation;
import io.ringhaul.internal.operation.JacksonVersions;
import io.ringhaul.internal.operation.OperatorThreads;
import io.ringhaul.internal.request.Failures;
import io.ringhaul.internal.telemetry.JobsUnderWay;
import io.ringhaul.job.JobKind;
import io.ringhaul.limits.ResourceManager;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Counts, exports and imports whole tables in parallel over the token ring.
 *
 * <pre>{@code
 * try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
 *   long rows = operator.count("store", "orders").execute().rows();
 * }
 * }</pre>
 *
 * <p>Keyspaces, tables and columns are named in CQL form, as in the driver: {@code orders} and
 * {@code Orders} are the same name, {@code "\"Orders\""} is another. Thread-safe; operations may
 * run concurrently.
 */
public final class TokenAwareBulkOperator implements AutoCloseable {

  private final CqlSession session;
  private final ManagedJobs resources;
  private final OperatorThreads threads;

  private TokenAwareBulkOperator(Builder settings) {
    this.session = settings.session;
    this.resources = ManagedJobs.of(settings.resources);
    this.threads = OperatorThreads.over(settings.executor);
  }

  /**
   * An operator over the given session with the default settings of {@link Builder}. The session
   * belongs to the caller: it is neither closed nor reconfigured.
   *
   * @throws BulkOperationException if the class path has a Jackson older than 2.16
   */
  public static TokenAwareBulkOperator over(CqlSession session) {
    return builder(session).build();
  }

  /**
   * A builder of an operator over the given session, which belongs to the caller: it is neither
   * closed nor reconfigured.
   */
  public static Builder builder(CqlSession session) {
    return new Builder(session);
  }

  /** Settings of an operator. Not thread-safe. */
  public static final class Builder {

    private final CqlSession session;
    private ResourceManager resources = ResourceManager.create();
    private @Nullable Executor executor;

    private Builder(CqlSession session) {
      this.session = Objects.requireNonNull(session);
    }

    /**
     * Sets the executor of background operations and of the workers of all operations. An operation
     * has a task for each worker and waits for all of them, so the executor must run any number of
     * tasks at once, each on a thread of its own: a cached pool, or one virtual thread for each
     * task. A pool with a bound can wait forever. The operator interrupts the executor's threads
     * while they run its tasks, and never shuts the executor down. Default: daemon threads, which
     * end when the operator is closed.
     */
    public Builder executor(Executor tasks) {
      this.executor = Objects.requireNonNull(tasks);
      return this;
    }

    /**
     * Sets the manager that divides the cluster among the operations of all operators that use it.
     * Default: a manager for this operator only.
     */
    public Builder resources(ResourceManager manager) {
      this.resources = Objects.requireNonNull(manager);
      return this;
    }

    /**
     * Returns an operator with these settings.
     *
     * @throws BulkOperationException if the class path has a Jackson older than 2.16
     */
    public TokenAwareBulkOperator build() {
      JacksonVersions.require();
      return new TokenAwareBulkOperator(this);
    }
  }

  /** A request to count the rows of a table. */
  public CountRequest count(String keyspace, String table) {
    return count(CqlIdentifier.fromCql(keyspace), CqlIdentifier.fromCql(table));
  }

  /** A request to count the rows of a table. */
  public CountRequest count(CqlIdentifier keyspace, CqlIdentifier table) {
    return new CountRequest(this, Objects.requireNonNull(keyspace), Objects.requireNonNull(table));
  }

  /** A request to export a table. */
  public ExportRequest export(String keyspace, String table) {
    return export(CqlIdentifier.fromCql(keyspace), CqlIdentifier.fromCql(table));
  }

  /** A request to export a table. */
  public ExportRequest export(CqlIdentifier keyspace, CqlIdentifier table) {
    return new ExportRequest(this, Objects.requireNonNull(keyspace), Objects.requireNonNull(table));
  }

  /** A request to read the rows of a table into application code. */
  public ReadRequest read(String keyspace, String table) {
    return read(CqlIdentifier.fromCql(keyspace), CqlIdentifier.fromCql(table));
  }

  /** A request to read the rows of a table into application code. */
  public ReadRequest read(CqlIdentifier keyspace, CqlIdentifier table) {
    return new ReadRequest(this, Objects.requireNonNull(keyspace), Objects.requireNonNull(table));
  }

  /** A request to tell how the rows of a table are distributed. */
  public ProfileRequest profile(String keyspace, String table) {
    return profile(CqlIdentifier.fromCql(keyspace), CqlIdentifier.fromCql(table));
  }

  /** A request to tell how the rows of a table are distributed. */
  public ProfileRequest profile(CqlIdentifier keyspace, CqlIdentifier table) {
    return new ProfileRequest(
        this, Objects.requireNonNull(keyspace), Objects.requireNonNull(table));
  }

  /** A request to compare a table with a source. */
  public VerifyRequest verify(String keyspace, String table) {
    return verify(CqlIdentifier.fromCql(keyspace), CqlIdentifier.fromCql(table));
  }

  /** A request to compare a table with a source. */
  public VerifyRequest verify(CqlIdentifier keyspace, CqlIdentifier table) {
    return new VerifyRequest(this, Objects.requireNonNull(keyspace), Objects.requireNonNull(table));
  }

  /** A request to import into a table. */
  public ImportRequest importInto(String keyspace, String table) {
    return importInto(CqlIdentifier.fromCql(keyspace), CqlIdentifier.fromCql(table));
  }

  /** A request to import into a table. */
  public ImportRequest importInto(CqlIdentifier keyspace, CqlIdentifier table) {
    return new ImportRequest(this, Objects.requireNonNull(keyspace), Objects.requireNonNull(table));
  }

  /** A request to make a table equal to a source. */
  public RepairRequest repair(String keyspace, String table) {
    return repair(CqlIdentifier.fromCql(keyspace), CqlIdentifier.fromCql(table));
  }

  /** A request to make a table equal to a source. */
  public RepairRequest repair(CqlIdentifier keyspace, CqlIdentifier table) {
    return new RepairRequest(this, Objects.requireNonNull(keyspace), Objects.requireNonNull(table));
  }

  /** A request to delete rows of a table. */
  public DeleteRequest deleteFrom(String keyspace, String table) {
    return deleteFrom(CqlIdentifier.fromCql(keyspace), CqlIdentifier.fromCql(table));
  }

  /** A request to delete rows of a table. */
  public DeleteRequest deleteFrom(CqlIdentifier keyspace, CqlIdentifier table) {
    return new DeleteRequest(this, Objects.requireNonNull(keyspace), Objects.requireNonNull(table));
  }

  /** A request to count the rows of each table of a keyspace, which is named in CQL form. */
  public KeyspaceRequest<CountRequest, CountResult> countKeyspace(String keyspace) {
    return new KeyspaceRequest<>(this, keyspace, null, this::count);
  }

  /** A request to export each table of a keyspace, which is named in CQL form. */
  public KeyspaceRequest<ExportRequest, ExportResult> exportKeyspace(String keyspace) {
    return new KeyspaceRequest<>(this, keyspace, JobKind.EXPORT, this::export);
  }

  /** A request to profile each table of a keyspace, which is named in CQL form. */
  public KeyspaceRequest<ProfileRequest, TableProfile> profileKeyspace(String keyspace) {
    return new KeyspaceRequest<>(this, keyspace, null, this::profile);
  }

  /** A request to compare each table of a keyspace, which is named in CQL form, with a source. */
  public KeyspaceRequest<VerifyRequest, VerifyResult> verifyKeyspace(String keyspace) {
    return new KeyspaceRequest<>(this, keyspace, null, this::verify);
  }

  /** A request to import into each table of a keyspace, which is named in CQL form. */
  public KeyspaceRequest<ImportRequest, ImportResult> importKeyspace(String keyspace) {
    return new KeyspaceRequest<>(this, keyspace, JobKind.IMPORT, this::importInto);
  }

  /** A request to make each table of a keyspace, named in CQL form, equal to a source. */
  public KeyspaceRequest<RepairRequest, RepairResult> repairKeyspace(String keyspace) {
    return new KeyspaceRequest<>(this, keyspace, null, this::repair);
  }

  /**
   * Cancels running operations and waits up to 30 seconds for their end, even if the calling thread
   * is interrupted. Ends the operator's own threads, and not an executor that {@link
   * Builder#executor} has set.
   */
  @Override
  public void close() {
    threads.close();
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
      return threads.here(() -> operation.run(session, threads));
    } catch (OperatorThreads.ClosedException e) {
      throw new OperationCancelledException(String.valueOf(e.getMessage()), e);
    } catch (OutOfMemoryError e) {
      throw Failures.outOfMemory(e, "The operation");
    }
  }

  <R> CompletableFuture<R> start(BulkOperation<R> operation) {
    CompletableFuture<R> result = new CompletableFuture<>();
    FutureTask<?> running =
        new FutureTask<>(
            () -> {
              try {
                result.complete(call(operation));
              } catch (Throwable e) {
                // Errors too: the future is the only way in which the caller sees them.
                result.completeExceptionally(e);
              }
            },
            null);
    try {
      threads.execute(running);
    } catch (RejectedExecutionException e) {
      result.completeExceptionally(new BulkOperationException(String.valueOf(e.getMessage()), e));
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
