package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.FailedTablesException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.JobStoppedException;
import io.ringhaul.exceptions.OperationCancelledException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.internal.operation.KeyspaceJobs;
import io.ringhaul.internal.operation.KeyspaceTables;
import io.ringhaul.internal.operation.OperationJob;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobOptions;
import io.ringhaul.monitor.OperationTotals;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs an operation on the tables of a keyspace, one after the other, the largest first.
 *
 * <pre>{@code
 * operator
 *     .exportKeyspace("store")
 *     .tables("order*")
 *     .execute((table, export) -> export.to(ParquetTarget.folder(folder.resolve(table.asInternal()))).execute());
 * }</pre>
 *
 * <p>Materialized views are no tables here: the cluster fills them. Not thread-safe.
 *
 * @param <Q> the type of the request of a table
 * @param <R> the type of the result of a table
 */
public final class KeyspaceRequest<Q extends OperationRequest<Q, R>, R extends OperationResult> {

  private final TokenAwareBulkOperator operator;
  private final CqlIdentifier keyspace;
  private final @Nullable JobKind kind;
  private final BiFunction<CqlIdentifier, CqlIdentifier, Q> requests;
  private KeyspaceTables tables = new KeyspaceTables(List.of());
  private @Nullable CqlSession source;
  private CqlIdentifier sourceKeyspace;
  private @Nullable Path folder;
  private @Nullable Path schemaFile;
  private @Nullable JobOptions job;
  private Function<CqlIdentifier, List<String>> commands = table -> List.of();
  private @Nullable UUID jobId;

  /**
   * @param kind the kind of the job of a table; null for an operation that is no job
   * @param requests creates the request of a table
   */
  KeyspaceRequest(
      TokenAwareBulkOperator operator,
      String keyspace,
      @Nullable JobKind kind,
      BiFunction<CqlIdentifier, CqlIdentifier, Q> requests) {
    this.operator = operator;
    this.keyspace = CqlIdentifier.fromCql(keyspace);
    this.sourceKeyspace = this.keyspace;
    this.kind = kind;
    this.requests = requests;
  }

  /**
   * The tables, by names in CQL form in which {@code *} stands for any text and {@code ?} for one
   * character; a name in double quotes keeps its case. Default: all tables.
   *
   * @throws InvalidSettingException if a name has other characters; when the request is run, if
   *     there is no table for a name
   */
  public KeyspaceRequest<Q, R> tables(String... names) {
    this.tables = new KeyspaceTables(List.of(names));
    return this;
  }

  /**
   * Takes the names and sizes of the tables from a keyspace of another cluster or of another name,
   * as for a copy into an empty keyspace. Default: the keyspace of the operation.
   *
   * @param session stays open and unchanged
   * @param from the keyspace, in CQL form
   */
  public KeyspaceRequest<Q, R> tablesOf(CqlSession session, String from) {
    this.source = Objects.requireNonNull(session);
    this.sourceKeyspace = CqlIdentifier.fromCql(from);
    this.folder = null;
    return this;
  }

  /**
   * Takes the names of the tables from the folders within a folder, in the order of their names, as
   * for an import of an exported keyspace. Default: the keyspace of the operation.
   */
  public KeyspaceRequest<Q, R> tablesIn(Path parent) {
    this.folder = Objects.requireNonNull(parent);
    this.source = null;
    this.sourceKeyspace = keyspace;
    return this;
  }

  /**
   * Writes the CQL text that creates the keyspace of the tables, with its types, tables, indexes,
   * views, functions and aggregates, to a file before the first table runs. Replaces an existing
   * file. Default: no file.
   */
  public KeyspaceRequest<Q, R> schemaTo(Path file) {
    this.schemaFile = Objects.requireNonNull(file);
    return this;
  }

  /**
   * Runs the operation on each table as a job, for an export or an import. The job of a table has
   * the name {@code NAME/TABLE}, and the jobs of all tables are stored before the first begins.
   * With {@link JobOptions#resuming()} the tables are those of the stored run: completed jobs
   * return their results, an interrupted job is resumed, and the other jobs begin. Default: no job
   * store.
   *
   * @throws InvalidSettingException if the operation is not an export or an import
   */
  public KeyspaceRequest<Q, R> job(JobOptions options) {
    return job(options, table -> options.command());
  }

  /**
   * {@link #job(JobOptions)} with the {@linkplain JobOptions#madeBy arguments} that create the job
   * of each table.
   */
  public KeyspaceRequest<Q, R> job(
      JobOptions options, Function<CqlIdentifier, List<String>> arguments) {
    if (kind == null) {
      throw new InvalidSettingException(
          "job", "job is for exports and imports; another operation keeps no progress");
    }
    this.job = Objects.requireNonNull(options);
    this.commands = Objects.requireNonNull(arguments);
    return this;
  }

  /**
   * The id of the run. The job of a table has the {@linkplain ExportRequest#jobId(String) id of the
   * name} {@code RUN/TABLE}, with the text of this id and the table's stored name. Default: a
   * random id.
   */
  public KeyspaceRequest<Q, R> jobId(UUID id) {
    this.jobId = Objects.requireNonNull(id);
    return this;
  }

  /**
   * {@link #jobId(UUID)} by a name, such as {@code "store of 2025-06-30"}, as {@link
   * ExportRequest#jobId(String)}.
   *
   * @throws InvalidSettingException if the name is blank
   */
  public KeyspaceRequest<Q, R> jobId(String name) {
    this.jobId = OperationJob.id(name);
    return this;
  }

  /**
   * Runs the operation on each table in the calling thread. Goes on with the next table after one
   * that failed, except after a stopped job or an interrupt.
   *
   * @param operation gets the table and a request for it, sets what the table needs, and returns
   *     the result of the request
   * @return the result of each table
   * @throws FailedTablesException if a table failed, after all others are done
   * @throws InvalidSettingException if there is no table for a name
   * @throws BulkOperationException if the tables cannot be listed, or their schema not be written
   */
  public KeyspaceResult<R> execute(BiFunction<CqlIdentifier, Q, R> operation) {
    Optional<KeyspaceJobs> jobs = jobs();
    List<CqlIdentifier> all =
        operator.call(
            (session, threads) -> {
              CqlSession reads = source == null ? session : source;
              List<CqlIdentifier> found =
                  jobs.map(its -> stored(its, reads)).orElseGet(() -> listed(reads));
              if (schemaFile != null) {
                KeyspaceTables.writeSchema(reads, sourceKeyspace, schemaFile);
              }
              return found;
            });
    Map<CqlIdentifier, R> results = new LinkedHashMap<>();
    Map<String, BulkOperationException> failures = new LinkedHashMap<>();
    List<CqlIdentifier> left = new ArrayList<>(all);
    boolean ended = false;
    while (!left.isEmpty() && !ended) {
      CqlIdentifier table = left.remove(0);
      Q request = requests.apply(keyspace, table);
      jobs.ifPresent(its -> run(request, its.of(table), KeyspaceJobs.id(its.run(), table)));
      try {
        results.put(table, operation.apply(table, request));
      } catch (BulkOperationException e) {
        failures.put(table.asInternal(), e);
        ended = e instanceof JobStoppedException || e instanceof OperationCancelledException;
      }
    }
    KeyspaceResult<R> done = new KeyspaceResult<>(results);
    if (!failures.isEmpty()) {
      throw failed(failures, left.stream().map(CqlIdentifier::asInternal).toList(), done.totals());
    }
    return done;
  }

  private Optional<KeyspaceJobs> jobs() {
    JobOptions options = job;
    if (options == null) {
      return Optional.empty();
    }
    return Optional.of(new KeyspaceJobs(OperationJob.id(options, jobId), options, commands));
  }

  private List<CqlIdentifier> stored(KeyspaceJobs jobs, CqlSession reads) {
    JobKind kept = Objects.requireNonNull(kind);
    return jobs.tables(
        kept,
        kept.name().toLowerCase(Locale.ROOT) + " " + keyspace.asCql(true) + ".",
        () -> listed(reads));
  }

  private List<CqlIdentifier> listed(CqlSession reads) {
    Path parent = folder;
    return parent == null ? tables.largestFirst(reads, sourceKeyspace) : tables.foldersIn(parent);
  }

  private static void run(OperationRequest<?, ?> request, JobOptions options, UUID id) {
    if (request instanceof ExportRequest export) {
      export.job(options).jobId(id);
    } else if (request instanceof ImportRequest copy) {
      copy.job(options).jobId(id);
    }
  }

  private FailedTablesException failed(
      Map<String, BulkOperationException> failures, List<String> notBegun, OperationTotals done) {
    return new FailedTablesException(
        String.format(
            "%d of the tables of keyspace %s failed%s: %s",
            failures.size(),
            keyspace.asCql(true),
            notBegun.isEmpty() ? "" : " and " + notBegun.size() + " had not begun",
            failures.entrySet().stream()
                .map(each -> each.getKey() + ": " + each.getValue().message(Setting::mark))
                .collect(Collectors.joining("; "))),
        failures,
        notBegun,
        done);
  }
}
