package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.batch.BatchLimits;
import io.ringhaul.batch.Grouping;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.GrowingSource;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.OnUnrepresentable;
import io.ringhaul.internal.operation.BulkOperation;
import io.ringhaul.internal.operation.ImportBlueprint;
import io.ringhaul.internal.operation.ImportOperation;
import io.ringhaul.internal.operation.OperationJob;
import io.ringhaul.internal.rejects.RejectSettings;
import io.ringhaul.internal.telemetry.Tunable;
import io.ringhaul.internal.write.ImportChoices;
import io.ringhaul.internal.write.NullHandling;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Imports into a table: writes the rows of a source. Missing values of a row stay UNSET, so that no
 * tombstone is written. The table should be empty: cells that the source does not have stay.
 *
 * <p>The source should have each primary key once. For records with the same key, the order of
 * writing is not defined, and they may be written in one batch with one write time. Cassandra then
 * keeps the greater value of each cell, and the elements of both records in collections that are
 * not frozen. Counters are added up.
 */
public final class ImportRequest extends OperationRequest<ImportRequest, ImportResult> {

  private @Nullable ImportSource source;
  private List<CqlIdentifier> columns = List.of();
  private boolean createsTable;
  private final Set<String> askedLimits = new HashSet<>();
  private int maxBatchStatements = BatchLimits.DEFAULT.maxStatements();
  private int maxBatchBytes = BatchLimits.DEFAULT.maxBytes();
  private Grouping grouping = Grouping.REPLICA_SET;
  private ImportChoices choices = ImportChoices.DEFAULT;
  private RejectSettings rejects = RejectSettings.DEFAULT;
  private @Nullable JobOptions job;
  private @Nullable UUID jobId;
  private String jobName = "";
  private boolean replaysInDoubt;
  private boolean retriesNonIdempotent;

  ImportRequest(TokenAwareBulkOperator operator, CqlIdentifier keyspace, CqlIdentifier table) {
    super(operator, keyspace, table);
  }

  /** The source of the rows. Required. */
  public ImportRequest from(ImportSource importSource) {
    this.source = Objects.requireNonNull(importSource);
    return this;
  }

  /**
   * The columns to import, in CQL form; they must include the primary key. Write times and TTLs are
   * restored only if their columns are named too. Default: all columns that both the table and the
   * source have.
   */
  public ImportRequest columns(String... names) {
    this.columns = TokenAwareBulkOperator.identifiers(List.of(names));
    return this;
  }

  /** {@link #columns(String...)} with identifiers instead of names in CQL form. */
  public ImportRequest columns(CqlIdentifier... names) {
    this.columns = List.of(names);
    return this;
  }

  /**
   * Ignores write times and TTLs of the source: all cells are written with the current time and the
   * table's default TTL. Default: write times and TTLs are restored.
   *
   * <p>Columns {@code c_writetime} (microseconds since the epoch), {@code c_ttl} (seconds) and
   * {@code ttl_read_at} (when the TTLs were read) of the source are the times of the column {@code
   * c}, unless the table has columns of these names. A cell expires at its original time; a cell
   * that has already expired is not written. A cell without a TTL does not expire, even if the
   * table has a default TTL. A value without a write time is written with the current time.
   * Collections and user-defined types that are not frozen are restored element by element and
   * field by field.
   *
   * <p>The row's own marker, which CQL does not show, gets the TTL of the row's longest-lived cell,
   * and the latest write time among several such cells. The marker of a row with nothing but its
   * key gets no TTL and the current time.
   *
   * <p>Cells in the table are not overwritten by older ones: the newer cell or tombstone wins, and
   * elements are added to collections. Elements are added to lists that are not frozen even if the
   * list has equal elements. Such rows are therefore never written twice: if the outcome of a write
   * is unknown, the import ends with an {@link
   * io.ringhaul.exceptions.UnknownWriteOutcomeException}. Import them into an empty table. Static
   * lists with times are added only to partitions without them.
   */
  public ImportRequest ignoreCellTimes() {
    this.choices = choices.withTimes(choices.times().leftAside());
    return this;
  }

  /**
   * The name pattern of columns with write times, as {@link ExportRequest#writetimeNames}.
   *
   * @throws InvalidSettingException if the pattern does not have {@code %s} once and other text
   */
  public ImportRequest writetimeNames(String pattern) {
    this.choices =
        choices.withTimes(choices.times().named(choices.times().names().withWritetime(pattern)));
    return this;
  }

  /**
   * The name pattern of columns with TTLs, as {@link ExportRequest#ttlNames}.
   *
   * @throws InvalidSettingException if the pattern does not have {@code %s} once and other text
   */
  public ImportRequest ttlNames(String pattern) {
    this.choices =
        choices.withTimes(choices.times().named(choices.times().names().withTtl(pattern)));
    return this;
  }

  /** The name of the column with the time at which TTLs were read. Default: {@code ttl_read_at}. */
  public ImportRequest ttlReadAtName(String name) {
    this.choices =
        choices.withTimes(choices.times().named(choices.times().names().withReadAt(name)));
    return this;
  }

  /**
   * The time at which the source's TTLs were read, for rows without that column, such as rows that
   * other tools wrote. Default: such rows are refused.
   */
  public ImportRequest ttlReadAt(Instant moment) {
    this.choices = choices.withTimes(choices.times().readAt(moment));
    return this;
  }

  /**
   * Creates the table if it is missing, and the user-defined types that it needs, from the CQL
   * schema stored with the source: all columns of the source, the primary key, clustering order and
   * static columns. Other table options are the cluster's defaults. The keyspace must exist,
   * because an export does not store its replication. An existing table is used as it is. Default:
   * a missing table is an error.
   */
  public ImportRequest createTable() {
    this.createsTable = true;
    return this;
  }

  /**
   * Which rows share a batch. Default: {@link Grouping#REPLICA_SET}. Counters, and rows that must
   * not be written twice, share a batch only with rows of their own partition.
   */
  public ImportRequest grouping(Grouping by) {
    this.grouping = Objects.requireNonNull(by, "by");
    return this;
  }

  /**
   * The largest number of rows in a batch, 1 to 65,535; 1 sends each row alone. Default: 100.
   *
   * @throws InvalidSettingException if it is out of bounds
   */
  public ImportRequest maxBatchStatements(int statements) {
    askedLimits.add(Tunable.BATCH_STATEMENTS);
    this.maxBatchStatements =
        new BatchLimits(statements, maxBatchBytes, BatchLimits.DEFAULT.maxBuffered())
            .maxStatements();
    return this;
  }

  /**
   * The largest size of a batch in bytes of values, 1 or more; a larger row goes alone. Default: 64
   * KiB.
   *
   * @throws InvalidSettingException if it is out of bounds
   */
  public ImportRequest maxBatchBytes(int bytes) {
    askedLimits.add(Tunable.BATCH_BYTES);
    this.maxBatchBytes =
        new BatchLimits(maxBatchStatements, bytes, BatchLimits.DEFAULT.maxBuffered()).maxBytes();
    return this;
  }

  /**
   * Writes a tombstone where a row of the source has null, or no value, for an imported column, so
   * that a value in the table is deleted. Columns that the source does not have are not changed.
   * Default: such cells are not changed, and no tombstone is written.
   *
   * @see #columns(String...)
   */
  public ImportRequest nullsAsTombstones() {
    this.choices = choices.withNulls(NullHandling.TOMBSTONE);
    return this;
  }

  /**
   * Allows an import into a counter table that is not empty: the values of the source are added to
   * those of the table, and running the import again adds them again. Default: a counter table must
   * be empty, so that it has the source's values afterwards.
   *
   * <p>Each update of a counter is sent once. An update whose outcome is unknown is not repeated;
   * the import continues and ends with an {@link
   * io.ringhaul.exceptions.UnknownWriteOutcomeException} that names the rows. A counter without a
   * value in the source stays null, and a row without any value is not written. Deleted counters do
   * not count reliably again: Cassandra may drop additions to them. Empty a counter table with
   * TRUNCATE, not with DELETE.
   *
   * <p>Static counters can be imported only into an empty table.
   */
  public ImportRequest addToCounters() {
    this.choices = choices.withAddToCounters();
    return this;
  }

  /**
   * What to do with a malformed record, with a row that has a value CQL cannot represent exactly,
   * and with a row that the cluster refuses, for example because a value is too large. Default:
   * {@link OnUnrepresentable#FAIL}.
   *
   * @see #rejectsTo(Path)
   */
  public ImportRequest onUnrepresentable(OnUnrepresentable choice) {
    this.rejects = rejects.withChoice(choice);
    return this;
  }

  /**
   * Rejects rows, and ends the import with a {@link io.ringhaul.exceptions.TooManyRejectsException}
   * when more than this number are rejected, 0 or more. Rows already written and the rejects file
   * stay. Default: no limit.
   *
   * @throws InvalidSettingException if it is negative
   * @see #rejectsTo(Path)
   */
  public ImportRequest maxErrors(long rows) {
    this.rejects = rejects.withLimit(rejects.limit().withRows(rows));
    return this;
  }

  /**
   * As {@link #maxErrors(long)}, as a share of the rows read, from 0 to 1. Checked from the 100th
   * row on, and at the end. Default: no limit.
   *
   * @throws InvalidSettingException if it is out of bounds
   */
  public ImportRequest maxErrorShare(double share) {
    this.rejects = rejects.withLimit(rejects.limit().withShare(share));
    return this;
  }

  /**
   * The file for rejected rows, one JSON object a line: the job, its partition, the table, the
   * column, the source and the record's line or row in it, the reason, the record's text, and, if
   * the record is a row, its key as a CQL condition and its values in hex as Cassandra serializes
   * them. The file must not exist; it is created when the first row is rejected. It stays if the
   * import fails. A resumed job drops the lines of partitions that run again, and appends.
   *
   * <p>At the end of each run a second file stands beside it, such as {@code rejects.records.csv}
   * for {@code rejects.jsonl}. It has the records as they are in the source, or as lines of JSON if
   * the source is not text: correct a copy of it, and import that with the same settings.
   *
   * <p>Required with {@link OnUnrepresentable#REJECT}, and used only with it. Default for a job
   * store {@linkplain JobStore#file in a file}: beside that file, named by the job's id.
   */
  public ImportRequest rejectsTo(Path file) {
    this.rejects = rejects.withPath(file);
    return this;
  }

  /**
   * Runs the import as a durable job that survives this process: each finished task of the source
   * is stored, and {@link JobOptions#resuming()} continues with the remaining tasks. A task is done
   * when the cluster has acknowledged, or the rejects file durably holds, each of its rows; an
   * interrupted task runs again from its start. The source must not change in between: its
   * checksums are stored before the first row. Default: no job store, and a failed import cannot be
   * resumed.
   *
   * <p>A task whose rows must not be written twice, such as counters and lists with times of their
   * own, does not run again: the job names the interrupted tasks, and continues only with {@link
   * #replayInDoubt()}.
   */
  public ImportRequest job(JobOptions options) {
    this.job = Objects.requireNonNull(options);
    return this;
  }

  /** The id of the import's job. Default: a new random id for every run. */
  public ImportRequest jobId(UUID id) {
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
  public ImportRequest jobId(String name) {
    this.jobId = OperationJob.id(name);
    this.jobName = name.strip();
    return this;
  }

  /**
   * Lets a resumed job run interrupted tasks again although their rows must not be written twice:
   * counters may get additions twice, and lists elements. Compare the table with the source first.
   * Default: such a job is refused, with an error that names the tasks.
   */
  public ImportRequest replayInDoubt() {
    this.replaysInDoubt = true;
    return this;
  }

  /**
   * Sends writes again after any temporary failure even if they are not idempotent: additions to
   * counters, and elements of lists with times of their own. Dangerous: if the first attempt took
   * effect and its answer was lost, a counter gets the addition twice, and a list the elements.
   * Default: such a write is sent again only if it was certainly not applied; otherwise the import
   * fails and names the rows in doubt.
   */
  public ImportRequest retryNonIdempotent() {
    this.retriesNonIdempotent = true;
    return this;
  }

  @Override
  BulkOperation<ImportResult> operation() {
    if (source == null) {
      throw new InvalidSettingException(
          "from", "An import needs a source: call from(...), for instance with IcebergSource");
    }
    return blueprint().of(source, id(), OperationJob.named(job, jobName));
  }

  /** The settings that all imports of a follow have. */
  ImportBlueprint blueprint() {
    return new ImportBlueprint(
        retriesNonIdempotent ? settings().retryingNonIdempotent() : settings(),
        columns,
        createsTable,
        replaysInDoubt,
        new ImportOperation.Batches(
            new BatchLimits(maxBatchStatements, maxBatchBytes, BatchLimits.DEFAULT.maxBuffered()),
            Set.copyOf(askedLimits),
            grouping),
        choices,
        rejects);
  }

  private UUID id() {
    return OperationJob.id(job, jobId);
  }

  /**
   * Continues to import what is added to the source, in micro-batches: new files of a folder or a
   * glob, new snapshots of an Iceberg table.
   *
   * @throws InvalidSettingException if there is no source, or one that cannot grow
   */
  public FollowRequest follow() {
    if (!(source instanceof GrowingSource growing)) {
      throw new InvalidSettingException(
          "follow",
          source == null
              ? "An import needs a source: call from(...) before follow()"
              : source.getClass().getSimpleName() + " is not a source that can be followed");
    }
    return new FollowRequest(
        operator, blueprint(), growing, id(), OperationJob.named(job, jobName));
  }

  @Override
  ImportRequest self() {
    return this;
  }
}
