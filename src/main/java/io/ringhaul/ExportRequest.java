package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.OnUnrepresentable;
import io.ringhaul.format.WrittenIn;
import io.ringhaul.internal.mapping.Mapping;
import io.ringhaul.internal.mapping.SelectStatement;
import io.ringhaul.internal.operation.BulkOperation;
import io.ringhaul.internal.operation.ExportOperation;
import io.ringhaul.internal.operation.Incremental;
import io.ringhaul.internal.operation.OperationJob;
import io.ringhaul.internal.operation.ScanSizing;
import io.ringhaul.internal.operation.SplitRule;
import io.ringhaul.internal.rejects.RejectSettings;
import io.ringhaul.internal.write.CellTimes;
import io.ringhaul.internal.write.WrittenWindow;
import io.ringhaul.job.JobOptions;
import io.ringhaul.schema.TableDescription;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Exports a table: writes its rows to a target and commits them in one step. */
public final class ExportRequest extends ScanRequest<ExportRequest, ExportResult> {

  private @Nullable ExportTarget target;
  private List<CqlIdentifier> columns = List.of();
  private @Nullable Mapping mapping;
  private @Nullable JobOptions job;
  private @Nullable UUID jobId;
  private String jobName = "";
  private RejectSettings rejects = RejectSettings.DEFAULT;
  private CellTimes cellTimes = CellTimes.NONE;
  private SplitRule splitRule = SplitRule.ADAPTIVE;
  private boolean incremental;
  private boolean detectDeletes;
  private @Nullable Duration overlap;

  ExportRequest(TokenAwareBulkOperator operator, CqlIdentifier keyspace, CqlIdentifier table) {
    super(operator, keyspace, table);
  }

  /** The target of the rows. Required. */
  public ExportRequest to(ExportTarget exportTarget) {
    this.target = Objects.requireNonNull(exportTarget);
    return this;
  }

  /** The columns to export, in CQL form and in this order. Default: all of them. */
  public ExportRequest columns(String... names) {
    this.columns = TokenAwareBulkOperator.identifiers(List.of(names));
    return this;
  }

  /** {@link #columns(String...)} with identifiers instead of names in CQL form. */
  public ExportRequest columns(CqlIdentifier... names) {
    this.columns = List.of(names);
    return this;
  }

  /**
   * The fields to export, in place of {@link #columns}: entries {@code field = column}, with commas
   * between them. Default: fields have the names of their columns.
   *
   * <ul>
   *   <li>{@code customer = name}: the column {@code name} under another name. Names with other
   *       characters than letters, digits and underscores, and columns with capital letters, are in
   *       double quotes.
   *   <li>{@code day = toDate(created)}: a function of columns of one row, which the cluster
   *       computes; {@code t = writetime(total)} and {@code s = ttl(total)} too.
   *   <li>{@code customer, total}: columns under their own names.
   *   <li>{@code 1 = customer, 0 = total}: columns under their own names, in the order of the
   *       numbers, from 0.
   *   <li>{@code * = *}: all other columns, and {@code * = -note} or {@code * = [-note, -tag]} all
   *       but these.
   * </ul>
   *
   * <p>The text is that of DSBulk's {@code schema.mapping}. Import the export with the same text,
   * if it has names only and no positions and functions.
   *
   * @throws InvalidSettingException if the text is no mapping
   */
  public ExportRequest mapping(String entries) {
    this.mapping = Mapping.parse(entries);
    return this;
  }

  /**
   * Sets {@link #mapping}, {@link #where(String)}, {@link #allowFiltering} and {@link #maxRows}
   * from a SELECT of the table: columns and functions of columns with or without {@code AS name}, a
   * condition, {@code LIMIT} and {@code ALLOW FILTERING}. Each range query has its token range in
   * addition. Clauses that would apply to each range, such as {@code GROUP BY}, are refused.
   *
   * @throws InvalidSettingException if it is no such SELECT, or one of another table
   */
  public ExportRequest query(String select) {
    SelectStatement statement = SelectStatement.parse(select);
    statement.requireTable(keyspace, table);
    this.mapping = statement.fields();
    statement.where().ifPresent(this::where);
    if (statement.allowsFiltering()) {
      allowFiltering();
    }
    return statement.limit() > 0 ? maxRows(statement.limit()) : this;
  }

  /**
   * Runs the export as a durable job that survives this process: each finished task is stored, and
   * {@link JobOptions#resuming()} continues with the remaining token ranges, with other tasks,
   * another parallelism, on another machine or a changed ring. Default: no job store, and a failed
   * export removes the files that it wrote.
   */
  public ExportRequest job(JobOptions options) {
    this.job = Objects.requireNonNull(options);
    return this;
  }

  /**
   * The id of the export and its job. If the target already holds a commit with this id, nothing is
   * written, and the result has the files and the snapshot of that commit. The target must still
   * know the commit: an Iceberg table knows it by its snapshot, by a property for its last 50
   * exports, and by the export's files. A commit that was rolled back counts as missing until its
   * snapshot has expired. An {@link #incremental} export is refused then, unless it resumes its
   * job. Default: a new random id for every run.
   */
  public ExportRequest jobId(UUID id) {
    this.jobId = Objects.requireNonNull(id);
    this.jobName = "";
    return this;
  }

  /**
   * {@link #jobId(UUID)} by a name, such as {@code "orders of 2025-06-30"}: the same name is the
   * same id in every store, {@code UUID.nameUUIDFromBytes} of the name in UTF-8, and the text of a
   * UUID is that id. A completed job returns its result again, so a repeated operation takes a new
   * name each time. A job without {@linkplain JobOptions#named a name of its own} is stored under
   * this name.
   *
   * @throws InvalidSettingException if the name is blank
   */
  public ExportRequest jobId(String name) {
    this.jobId = OperationJob.id(name);
    this.jobName = name.strip();
    return this;
  }

  /**
   * Exports the write times of these columns, named in CQL form, in microseconds since the epoch:
   * for each column {@code c} a column {@code c_writetime} of type bigint. A collection that is not
   * frozen has a list with one write time for each element, a user-defined type that is not frozen
   * a tuple with one for each field that is not null; both need Cassandra 5.0. Without arguments:
   * all exported columns except keys and counters, which have no write times. Default: no write
   * times.
   */
  public ExportRequest withWritetime(String... columns) {
    cellTimes = cellTimes.withWritetimes(TokenAwareBulkOperator.identifiers(List.of(columns)));
    return this;
  }

  /**
   * {@link #withWritetime(String...)} with one or more identifiers instead of names in CQL form.
   */
  public ExportRequest withWritetime(CqlIdentifier first, CqlIdentifier... more) {
    cellTimes = cellTimes.withWritetimes(Stream.concat(Stream.of(first), Stream.of(more)).toList());
    return this;
  }

  /**
   * Exports the TTLs of these columns, named in CQL form, in seconds: for each column {@code c} a
   * column {@code c_ttl} of type int, null for a value that does not expire. A collection that is
   * not frozen has a list with the TTL of each element, 0 for an element that does not expire, and
   * null if no element expires; a user-defined type that is not frozen has a tuple with the TTL of
   * each field. Both need Cassandra 5.0.
   *
   * <p>TTLs count down, so the export also writes when it read them, in a column {@code
   * ttl_read_at} of type timestamp: a value expires at that time, rounded down to the second, plus
   * its TTL. The time is taken while the row's page is read, so it may be late by the time that
   * reading a page takes, usually by zero or one second.
   *
   * <p>Without arguments: all exported columns except keys and counters, which have no TTLs.
   * Default: no TTLs.
   */
  public ExportRequest withTtl(String... columns) {
    cellTimes = cellTimes.withTtls(TokenAwareBulkOperator.identifiers(List.of(columns)));
    return this;
  }

  /** {@link #withTtl(String...)} with one or more identifiers instead of names in CQL form. */
  public ExportRequest withTtl(CqlIdentifier first, CqlIdentifier... more) {
    cellTimes = cellTimes.withTtls(Stream.concat(Stream.of(first), Stream.of(more)).toList());
    return this;
  }

  /**
   * Exports the moment at which each row expires, in a column {@code expires_at} of type timestamp:
   * the latest expiry of its exported values, to about a second. It is null if one of them does not
   * expire, and if the row has no values but its key and static ones. Collections and user-defined
   * types that are not frozen need Cassandra 5.0. An import does not read it; {@link #withTtl} is
   * for that. Default: no such column.
   *
   * @throws InvalidSettingException if a column has this name already
   */
  public ExportRequest withExpiry() {
    cellTimes = cellTimes.withExpiry();
    return this;
  }

  /**
   * The name pattern of columns with write times, where {@code %s} is the column's own name.
   * Default: {@code %s_writetime}.
   *
   * @throws InvalidSettingException if the pattern does not have {@code %s} once and other text
   */
  public ExportRequest writetimeNames(String pattern) {
    cellTimes = cellTimes.named(cellTimes.names().withWritetime(pattern));
    return this;
  }

  /**
   * The name pattern of columns with TTLs, where {@code %s} is the column's own name. Default:
   * {@code %s_ttl}.
   *
   * @throws InvalidSettingException if the pattern does not have {@code %s} once and other text
   */
  public ExportRequest ttlNames(String pattern) {
    cellTimes = cellTimes.named(cellTimes.names().withTtl(pattern));
    return this;
  }

  /** The name of the column with the time at which TTLs were read. Default: {@code ttl_read_at}. */
  public ExportRequest ttlReadAtName(String name) {
    cellTimes = cellTimes.named(cellTimes.names().withReadAt(name));
    return this;
  }

  /**
   * Exports only rows with a value that was written after this moment, exclusive. The export reads
   * all rows; rows outside the window do not count as its rows. Each element of a collection or
   * user-defined type that is not frozen has its own write time. All exported columns count; static
   * columns count for every row of their partition. A row without any value but its key has no
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
   * Exports only rows with a value that was written before this moment, exclusive; together with
   * {@link #writtenAfter(Instant)}, rows with a value that was written between the two, under the
   * rules given there. Default: every row.
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
   * Whether one or all of a row's values must satisfy {@link #writtenAfter(Instant)} and {@link
   * #writtenBefore(Instant)}. Default: any.
   */
  public ExportRequest writtenIn(WrittenIn values) {
    cellTimes = cellTimes.within(cellTimes.window().within(values));
    return this;
  }

  /**
   * Exports this number of rows, or all rows if there are fewer, and then stops reading. Which rows
   * these are is not defined. Default: every row.
   *
   * @throws InvalidSettingException if it is below 1
   */
  public ExportRequest maxRows(long rows) {
    select(selection -> selection.withMaxRows(rows));
    return this;
  }

  /**
   * The largest total size of the export's files in bytes, 1 or more, including the files of
   * earlier runs of its job. An export that would exceed it fails, and can be resumed with a larger
   * limit. It fails before the limit is reached, by up to what each of its tasks writes in one
   * step. Default: no bound.
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
   * What to do with a row that has a value the target cannot represent exactly. Default: {@link
   * OnUnrepresentable#FAIL}.
   *
   * @see #rejectsTo(Path)
   */
  public ExportRequest onUnrepresentable(OnUnrepresentable choice) {
    this.rejects = rejects.withChoice(choice);
    return this;
  }

  /**
   * The file for rejected rows, one JSON object a line: the job, its partition, the table, the
   * column, the row's key as a CQL condition, the reason, and the bytes of all exported values in
   * hex as Cassandra serializes them. The file must not exist; it is created when the first row is
   * rejected. A failed export removes it, unless the outcome of its commit is unknown. Rejected
   * rows count towards {@link #maxRows(long)}. Required with {@link OnUnrepresentable#REJECT}, and
   * used only with it.
   */
  public ExportRequest rejectsTo(Path file) {
    this.rejects = rejects.withPath(file);
    return this;
  }

  /**
   * Exports only the rows that have changed since the last incremental export to the same Iceberg
   * table, and merges them by primary key into the rows that the table has, in one snapshot. The
   * snapshot's summary tells up to which moment the export has read; the next one begins there. The
   * first incremental export to a missing or empty table has all rows.
   *
   * <p>A row has changed if one of its values was written after that moment less {@link #overlap},
   * or if none of its values tells a write time. CQL cannot select rows by write time, so the
   * export reads all rows with the write times of their values; what it writes is proportional to
   * the change. Deleted rows, deleted values, expired values, and rows written with an older write
   * time of their own ({@code USING TIMESTAMP}) are not found this way: see {@link #detectDeletes}.
   * Collections that are not frozen need Cassandra 5.0. Default: all rows.
   *
   * <p>Two incremental exports to one table at a time are one too many: the second to commit is
   * refused. Its job, when it is resumed, reads the changes again.
   */
  public ExportRequest incremental() {
    this.incremental = true;
    return this;
  }

  /**
   * Lets an {@link #incremental} export find the changes by comparing the rows of the table with
   * those of the Iceberg table, and not by write times. It finds every change: also rows and values
   * that were deleted or have expired, counters, and tables whose only columns are keys. It reads
   * both tables once for checksums of ranges of tokens, and the ranges that differ once more. If it
   * is interrupted, the comparison begins anew. Default: changes are found by write times.
   */
  public ExportRequest detectDeletes() {
    this.detectDeletes = true;
    return this;
  }

  /**
   * How long before the moment up to which the last {@link #incremental} export has read the rows
   * that count as changed were written. It makes up for clocks that differ between this machine,
   * clients and nodes, and for writes that were under way; the rows are merged again. From 0 to 365
   * days. Default: 5 minutes.
   *
   * @throws InvalidSettingException if it is negative or longer
   */
  public ExportRequest overlap(Duration time) {
    if (time.isNegative() || time.compareTo(Incremental.MOST_OVERLAP) > 0) {
      throw new InvalidSettingException(
          "overlap", "overlap is " + time + "; it takes 0 seconds to 365 days");
    }
    this.overlap = time;
    return this;
  }

  /**
   * Goes on to export the changes of the table, in micro-batches. Needs {@link #incremental}.
   *
   * @throws InvalidSettingException if the export is not incremental
   */
  public ExportFollowRequest follow() {
    if (!incremental) {
      throw new InvalidSettingException(
          "follow", "follow exports changes: set " + Setting.INCREMENTAL.call() + " too");
    }
    BulkOperation<ExportResult> operation = operation();
    if (!(operation instanceof ExportOperation export)) {
      throw new InvalidSettingException(
          "follow",
          "follow exports all rows that change, so that where with values and listed keys do not"
              + " go with it");
    }
    return new ExportFollowRequest(operator, export, export.jobId(), export.jobOptions());
  }

  /**
   * Keeps tasks as planned. Default: when a worker runs out of tasks, a running task is divided:
   * the part of it that has not been read becomes new tasks, each with its own file and checkpoint.
   * A new task has at least four pages and is estimated to take a second or more, so that no small
   * files result. With fixed tasks, the largest task decides how long the export takes, and the
   * number of files is known beforehand. Where the session's role may read masks instead of the
   * partition key, a token range that is being read is not divided, because the position within it
   * is unknown.
   */
  public ExportRequest fixedTasks() {
    return splitting(SplitRule.NEVER);
  }

  /** When running tasks are divided. */
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
    if (mapping != null) {
      mapping.requireNo(columns);
    }
    if (to.isStream()) {
      requireNoFiles();
    }
    List<CqlIdentifier> names = columns;
    Optional<Mapping> fields = Optional.ofNullable(mapping);
    CellTimes times = cellTimes;
    int rowsToPage = pageSize();
    Optional<JobOptions> options = OperationJob.named(job, jobName);
    UUID id = OperationJob.id(job, jobId);
    RejectSettings rejecting = rejects.checked();
    SplitRule rule = splitRule;
    Optional<Incremental> changes = changes();
    return operation(
        sizing(),
        (settings, selection, sizing) -> {
          changes.ifPresent(how -> how.require(selection, times, fields));
          return new ExportOperation(
              settings,
              selection,
              sizing,
              to,
              names,
              fields,
              times,
              rowsToPage,
              changes,
              options,
              id,
              rejecting,
              rule);
        });
  }

  private Optional<Incremental> changes() {
    if (!incremental && (detectDeletes || overlap != null)) {
      String other = detectDeletes ? "detectDeletes" : "overlap";
      throw new InvalidSettingException(
          other, other + " is for incremental exports: set " + Setting.INCREMENTAL.call() + " too");
    }
    if (detectDeletes && overlap != null) {
      throw new InvalidSettingException(
          "overlap",
          "overlap says nothing with "
              + Setting.DETECT_DELETES.call()
              + ", which compares rows and reads no write times");
    }
    return incremental
        ? Optional.of(
            new Incremental(overlap == null ? Incremental.OVERLAP : overlap, detectDeletes))
        : Optional.empty();
  }

  private void requireNoFiles() {
    if (job != null) {
      throw new InvalidSettingException(
          "job", "An export to a stream cannot be resumed, so that it takes no job(...)");
    }
    if (settings().limits().limits().maxDiskBytes() > 0) {
      throw new InvalidSettingException(
          "maxDiskBytes", "maxDiskBytes is for files, and an export to a stream has none");
    }
  }

  @Override
  List<OperationPlan.Column> plannedColumns(CqlSession session, TableDescription read) {
    return ExportOperation.plannedColumns(
        session,
        read,
        columns,
        Optional.ofNullable(mapping),
        cellTimes,
        Optional.ofNullable(target));
  }

  @Override
  ScanSizing sizing() {
    return ExportOperation.SIZING;
  }

  @Override
  ExportRequest self() {
    return this;
  }
}
