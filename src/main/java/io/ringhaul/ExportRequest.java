package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.OnUnrepresentable;
import io.ringhaul.format.WrittenIn;
import io.ringhaul.internal.operation.BulkOperation;
import io.ringhaul.internal.operation.ExportOperation;
import io.ringhaul.internal.operation.OperationJob;
import io.ringhaul.internal.operation.SplitRule;
import io.ringhaul.internal.rejects.RejectSettings;
import io.ringhaul.internal.write.CellTimes;
import io.ringhaul.internal.write.WrittenWindow;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes the rows of a table to a target and commits them there in one step. */
public final class ExportRequest extends ScanRequest<ExportRequest, ExportResult> {

  private @Nullable ExportTarget target;
  private List<CqlIdentifier> columns = List.of();
  private @Nullable JobOptions job;
  private @Nullable UUID jobId;
  private RejectSettings rejects = RejectSettings.DEFAULT;
  private CellTimes cellTimes = CellTimes.NONE;
  private SplitRule splitRule = SplitRule.ADAPTIVE;

  ExportRequest(TokenAwareBulkOperator operator, CqlIdentifier keyspace, CqlIdentifier table) {
    super(operator, keyspace, table);
  }

  /** Where the rows go. Required. */
  public ExportRequest to(ExportTarget exportTarget) {
    this.target = Objects.requireNonNull(exportTarget);
    return this;
  }

  /** The columns to export, in CQL form and in this order. Default: all of them. */
  public ExportRequest columns(String... names) {
    this.columns = TokenAwareBulkOperator.identifiers(List.of(names));
    return this;
  }

  /**
   * Keeps the export as a job, so that it survives this process: what is done is stored task by
   * task, and {@link JobOptions#resuming()} goes on with the rest, with other splits, another
   * parallelism, on another machine or a changed ring. Default: a store in memory; what a failed
   * export has written is removed then.
   */
  public ExportRequest job(JobOptions options) {
    this.job = Objects.requireNonNull(options);
    return this;
  }

  /**
   * Names the export and its job. A target that already holds a commit of this name is left as it
   * is, and the result's files and snapshot are that commit's. The target must still know of that
   * commit: an Iceberg table does by its snapshot, by a property for its last 50 exports, and by
   * the export's files. One that was rolled back counts as none until its snapshot has expired.
   * Default: a new random name for every run.
   */
  public ExportRequest jobId(UUID id) {
    this.jobId = Objects.requireNonNull(id);
    return this;
  }

  /**
   * Exports when the values of these columns, in CQL form, were written, in microseconds since the
   * epoch: of each column {@code c} in a column {@code c_writetime} of type bigint. A collection
   * that is not frozen has a list with one write time for each element, a user-defined type that is
   * not frozen a tuple with one for each field that is not null; both take Cassandra 5.0. None
   * named: all exported columns but keys and counters, which have none. Default: no write times.
   */
  public ExportRequest withWritetime(String... columns) {
    cellTimes = cellTimes.withWritetimes(TokenAwareBulkOperator.identifiers(List.of(columns)));
    return this;
  }

  /**
   * Exports how long the values of these columns, in CQL form, still live, in seconds: of each
   * column {@code c} in a column {@code c_ttl} of type int, null for a value that does not expire.
   * A collection that is not frozen has a list with the seconds of each element, 0 for one that
   * does not expire, and null if none does; a user-defined type that is not frozen has a tuple with
   * those of each field. Both take Cassandra 5.0.
   *
   * <p>These seconds count down, so the export also says when it read them, in a column {@code
   * ttl_read_at} of type timestamp: a value expires at that time, rounded down to the second, plus
   * its TTL. The time is taken while the page of the row is read, so that it may be late by as much
   * as reading a page took, as a rule by none or one second.
   *
   * <p>None named: all exported columns but keys and counters, which have none. Default: no TTLs.
   */
  public ExportRequest withTtl(String... columns) {
    cellTimes = cellTimes.withTtls(TokenAwareBulkOperator.identifiers(List.of(columns)));
    return this;
  }

  /**
   * The names of the columns that hold write times, with {@code %s} for the column's own name.
   * Default: {@code %s_writetime}.
   *
   * @throws InvalidSettingException if the pattern does not hold {@code %s} once and more text
   */
  public ExportRequest writetimeNames(String pattern) {
    cellTimes = cellTimes.named(cellTimes.names().withWritetime(pattern));
    return this;
  }

  /**
   * The names of the columns that hold TTLs, with {@code %s} for the column's own name. Default:
   * {@code %s_ttl}.
   *
   * @throws InvalidSettingException if the pattern does not hold {@code %s} once and more text
   */
  public ExportRequest ttlNames(String pattern) {
    cellTimes = cellTimes.named(cellTimes.names().withTtl(pattern));
    return this;
  }

  /** The name of the column that says when TTLs were read. Default: {@code ttl_read_at}. */
  public ExportRequest ttlReadAtName(String name) {
    cellTimes = cellTimes.named(cellTimes.names().withReadAt(name));
    return this;
  }

  /**
   * Exports only rows with a value that was written after this moment, itself excluded. All rows
   * are read; those left out do not count as rows of the export. Of a collection or user-defined
   * type that is not frozen each element counts for itself. Write times of all exported columns
   * count, static ones for every row of their partition. A row that has no value but its key has no
   * write time and is left out. Default: every row.
   *
   * @see #writtenIn(WrittenIn)
   */
  public ExportRequest writtenAfter(Instant moment) {
    return writtenAfter(WrittenWindow.floorMicros("writtenAfter", moment));
  }

  /** {@link #writtenAfter(Instant)} in microseconds since the epoch. */
  public ExportRequest writtenAfter(long micros) {
    cellTimes = cellTimes.within(cellTimes.window().withAfter(micros));
    return this;
  }

  /**
   * Exports only rows with a value that was written before this moment, itself excluded; together
   * with {@link #writtenAfter(Instant)} rows with a value that was written between the two. The
   * same rules apply. Default: every row.
   */
  public ExportRequest writtenBefore(Instant moment) {
    return writtenBefore(WrittenWindow.ceilingMicros("writtenBefore", moment));
  }

  /** {@link #writtenBefore(Instant)} in microseconds since the epoch. */
  public ExportRequest writtenBefore(long micros) {
    cellTimes = cellTimes.within(cellTimes.window().withBefore(micros));
    return this;
  }

  /**
   * How many of a row's values {@link #writtenAfter(Instant)} and {@link #writtenBefore(Instant)}
   * must hold for. Default: any.
   */
  public ExportRequest writtenIn(WrittenIn values) {
    cellTimes = cellTimes.within(cellTimes.window().within(values));
    return this;
  }

  /**
   * Exports a sample: so many rows, or all if there are not as many, and then no more of the table
   * is read. Which rows these are is left to chance. Default: every row.
   *
   * @throws InvalidSettingException if it is below 1
   */
  public ExportRequest maxRows(long rows) {
    select(selection -> selection.withMaxRows(rows));
    return this;
  }

  /**
   * How many bytes the files of the export may have, 1 or more, those of earlier runs of its job
   * included. An export that would pass them fails, and can be resumed with more. It fails a little
   * earlier than it must: by what each of its tasks writes in one step. Default: no bound.
   *
   * @throws InvalidSettingException if it is below 1
   * @see io.ringhaul.exceptions.DiskLimitException
   */
  public ExportRequest maxDiskBytes(long bytes) {
    requirePositive("maxDiskBytes", bytes);
    limit(limits -> limits.withMaxDiskBytes(bytes));
    return this;
  }

  /**
   * What happens to a row with a value that the target cannot hold exactly. Default: {@link
   * OnUnrepresentable#FAIL}.
   *
   * @see #rejectsTo(Path)
   */
  public ExportRequest onUnrepresentable(OnUnrepresentable choice) {
    this.rejects = rejects.withChoice(choice);
    return this;
  }

  /**
   * Where rejected rows are kept, one JSON object a line: the job, its partition, the table, the
   * column, the row's key as a CQL condition, the reason, and the bytes of all exported values in
   * hex as Cassandra serializes them. The file must not exist; it is made when the first row is
   * rejected. It is removed if the export fails, unless it is not known whether it was committed.
   * Rejected rows count for {@link #maxRows(long)}. Required with {@link OnUnrepresentable#REJECT},
   * and of use with it alone.
   */
  public ExportRequest rejectsTo(Path file) {
    this.rejects = rejects.withPath(file);
    return this;
  }

  /**
   * Leaves tasks as they were planned. Default: when a worker has nothing left to do, a task that
   * others run is divided: what it has not begun to read becomes tasks of their own, each with a
   * file and a checkpoint of its own. A part has at least four pages and is estimated to take a
   * second or more, so that no small files come of it. Where tasks are not divided, the largest one
   * says how long the export takes, and the number of its files is known beforehand. A token range
   * that has been begun is not divided where the role of the session may be given masks instead of
   * the partition key: where it was read to could not be told.
   */
  public ExportRequest fixedTasks() {
    return splitting(SplitRule.NEVER);
  }

  /** When tasks are divided. */
  ExportRequest splitting(SplitRule rule) {
    this.splitRule = rule;
    return this;
  }

  @Override
  BulkOperation<ExportResult> operation() {
    cellTimes.window().requireRoom();
    if (target == null) {
      throw new InvalidSettingException(
          "to", "An export needs a target: call to(...), for instance with IcebergTarget");
    }
    ExportTarget to = target;
    List<CqlIdentifier> names = columns;
    CellTimes times = cellTimes;
    int rowsToPage = pageSize();
    JobOptions options = job == null ? JobOptions.in(JobStore.inMemory()) : job;
    UUID id = OperationJob.id(job, jobId);
    RejectSettings rejecting = rejects.checked();
    SplitRule rule = splitRule;
    return operation(
        ExportOperation.SIZING,
        (settings, selection, sizing) ->
            new ExportOperation(
                settings,
                selection,
                sizing,
                to,
                names,
                times,
                rowsToPage,
                options,
                id,
                rejecting,
                rule));
  }

  @Override
  ExportRequest self() {
    return this;
  }
}
