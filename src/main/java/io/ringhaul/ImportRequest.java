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
 * Writes the rows of a source into a table. Values that a row lacks are left UNSET, so that no
 * tombstone is written. The table should be empty: cells that the source does not have stay.
 *
 * <p>The source should hold each primary key once. Of records with the same key it is not promised
 * which one wins, nor that one of them wins as a whole: they may be written in one batch, with one
 * time for both, where Cassandra keeps the greater value of each cell, and the elements of both in
 * collections that are not frozen. Counters are added up.
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
  private boolean replaysInDoubt;
  private boolean retriesNonIdempotent;

  ImportRequest(TokenAwareBulkOperator operator, CqlIdentifier keyspace, CqlIdentifier table) {
    super(operator, keyspace, table);
  }

  /** Where the rows come from. Required. */
  public ImportRequest from(ImportSource importSource) {
    this.source = Objects.requireNonNull(importSource);
    return this;
  }

  /**
   * The columns to import, in CQL form; the primary key must be among them. Write times and TTLs
   * are restored only if their columns are named as well. Default: all that the table and the
   * source have in common.
   */
  public ImportRequest columns(String... names) {
    this.columns = TokenAwareBulkOperator.identifiers(List.of(names));
    return this;
  }

  /**
   * Leaves write times and TTLs aside that the source holds: all cells are written as of now, and
   * live as long as the table's default says. Default: they are restored.
   *
   * <p>Columns {@code c_writetime} (microseconds since the epoch), {@code c_ttl} (seconds) and
   * {@code ttl_read_at} (when these seconds were read) of the source are taken for the times of the
   * column {@code c} unless the table has columns of that name itself. A cell expires at the moment
   * at which it would have; one that has expired by now is not written. A cell without a TTL does
   * not expire, whatever the table's default. A value without a write time is written as of now.
   * Collections and user-defined types that are not frozen are restored element by element and
   * field by field.
   *
   * <p>A row's own marker, which CQL does not show, gets the TTL of the cell of the row that lives
   * longest, and of several such cells the latest write time. That of a row of which only the key
   * is left gets no TTL and is written as of now.
   *
   * <p>What is in the table already is not overwritten: older cells stay under newer ones, newer
   * cells and tombstones win, and elements are added to collections. Elements of lists that are not
   * frozen are added even if the same were there, so that such rows are never written twice: if it
   * is not known whether a write took effect, the import ends with an {@link
   * io.ringhaul.exceptions.UnknownWriteOutcomeException}. Import them into an empty table. Static
   * lists with times are added only to partitions that have none.
   */
  public ImportRequest ignoreCellTimes() {
    this.choices = choices.withTimes(choices.times().leftAside());
    return this;
  }

  /**
   * The names of the columns that hold write times, as {@link ExportRequest#writetimeNames}.
   *
   * @throws InvalidSettingException if the pattern does not hold {@code %s} once and more text
   */
  public ImportRequest writetimeNames(String pattern) {
    this.choices =
        choices.withTimes(choices.times().named(choices.times().names().withWritetime(pattern)));
    return this;
  }

  /**
   * The names of the columns that hold TTLs, as {@link ExportRequest#ttlNames}.
   *
   * @throws InvalidSettingException if the pattern does not hold {@code %s} once and more text
   */
  public ImportRequest ttlNames(String pattern) {
    this.choices =
        choices.withTimes(choices.times().named(choices.times().names().withTtl(pattern)));
    return this;
  }

  /** The name of the column that says when TTLs were read. Default: {@code ttl_read_at}. */
  public ImportRequest ttlReadAtName(String name) {
    this.choices =
        choices.withTimes(choices.times().named(choices.times().names().withReadAt(name)));
    return this;
  }

  /**
   * When the TTLs of the source were read, for rows that do not say so themselves, such as those of
   * files that other tools wrote. Default: such rows are refused.
   */
  public ImportRequest ttlReadAt(Instant moment) {
    this.choices = choices.withTimes(choices.times().readAt(moment));
    return this;
  }

  /**
   * Makes the table if it is missing, and the user-defined types it needs, from the CQL schema that
   * the source keeps: all columns of the source, the primary key, clustering order and static
   * columns. The table's other options are the cluster's defaults. The keyspace must exist: an
   * export does not say how it is replicated. A table that is there is used as it is. Default: a
   * missing table is an error.
   */
  public ImportRequest createTable() {
    this.createsTable = true;
    return this;
  }

  /**
   * Which rows share a batch. Default: {@link Grouping#REPLICA_SET}. Counters, and whatever must
   * not be written twice, share one with rows of their own partition alone.
   */
  public ImportRequest grouping(Grouping by) {
    this.grouping = Objects.requireNonNull(by, "by");
    return this;
  }

  /**
   * The largest number of rows in a batch, 1 to 65,535; 1 sends every row alone. Default: 100.
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
   * Writes null where a row of the source has no value, or null, for one of the imported columns,
   * so that what the table holds there is deleted; each leaves a tombstone behind. Columns that the
   * source does not have at all are not touched. Default: such cells are left as they are, and no
   * tombstone is written.
   *
   * @see #columns(String...)
   */
  public ImportRequest nullsAsTombstones() {
    this.choices = choices.withNulls(NullHandling.TOMBSTONE);
    return this;
  }

  /**
   * Allows an import into a table of counters that is not empty: the values of the source are added
   * to those of the table, and running the import again adds them again. Default: a table of
   * counters must be empty, so that it holds just what the source does.
   *
   * <p>Counters take part in an import by updates that are sent once each. An update whose outcome
   * is unknown is not repeated; the import goes on and ends with an {@link
   * io.ringhaul.exceptions.UnknownWriteOutcomeException} that names the rows. A counter without a
   * value in the source stays null, and a row without any is not written. Counters that were once
   * deleted do not reliably count again: Cassandra may drop what is added to them. Empty a table of
   * counters with TRUNCATE, not with DELETE.
   *
   * <p>Static counters can be imported into an empty table only.
   */
  public ImportRequest addToCounters() {
    this.choices = choices.withAddToCounters();
    return this;
  }

  /**
   * What happens to a record that is no row, to a row with a value that CQL cannot hold exactly,
   * and to one that the cluster refuses, for instance because a value is too large. Default: {@link
   * OnUnrepresentable#FAIL}.
   *
   * @see #rejectsTo(Path)
   */
  public ImportRequest onUnrepresentable(OnUnrepresentable choice) {
    this.rejects = rejects.withChoice(choice);
    return this;
  }

  /**
   * Rejects rows, and ends the import early when there are more of them than this, 0 or more: with
   * a {@link io.ringhaul.exceptions.TooManyRejectsException}. Rows that were written by then stay,
   * as does the file of rejects. Default: any number.
   *
   * @throws InvalidSettingException if it is negative
   * @see #rejectsTo(Path)
   */
  public ImportRequest maxErrors(long rows) {
    this.rejects = rejects.withLimit(rejects.limit().withRows(rows));
    return this;
  }

  /**
   * As the number of rejected rows, but as their share of the rows read, from 0 to 1. It counts
   * from the 100th row on, and at the end. Default: any.
   *
   * @throws InvalidSettingException if it is out of bounds
   */
  public ImportRequest maxErrorShare(double share) {
    this.rejects = rejects.withLimit(rejects.limit().withShare(share));
    return this;
  }

  /**
   * Where rejected rows are kept, one JSON object a line: the job, its partition, the table, the
   * column, the source and the record's line or row in it, the reason, the row's key as a CQL
   * condition and its values in hex as Cassandra serializes them if it is a row at all, and the
   * record's text. The file must not exist; it is made when the first row is rejected. It stays if
   * the import fails. When its job is resumed, lines of partitions that are done again are dropped,
   * and it grows further.
   *
   * <p>At the end of each run there is a second file beside it, such as {@code rejects.records.csv}
   * for {@code rejects.jsonl}, with the records as they stand in the source, or as lines of JSON if
   * they are no text there: correct a copy of it, and import that with the same settings.
   *
   * <p>Required with {@link OnUnrepresentable#REJECT}, and of use with it alone. Default for a job
   * in a {@linkplain JobStore#file store of a file}: beside that file, by the job's id.
   */
  public ImportRequest rejectsTo(Path file) {
    this.rejects = rejects.withPath(file);
    return this;
  }

  /**
   * Keeps the import as a job, so that it survives this process: what is done is stored task by
   * task of the source, and {@link JobOptions#resuming()} goes on with the rest. A task counts as
   * done when the cluster has acknowledged, or the file of rejects durably holds, each of its rows;
   * one that was cut off is done again from its beginning. The source must not change in between:
   * its checksums are taken before the first row. Default: a store in memory.
   *
   * <p>A task whose rows must not be written twice, as those of counters and of lists with times of
   * their own, is not done again: the job says which tasks were cut off, and goes on only with
   * {@link #replayInDoubt()}.
   */
  public ImportRequest job(JobOptions options) {
    this.job = Objects.requireNonNull(options);
    return this;
  }

  /** Names the import's job. Default: a new random name for every run. */
  public ImportRequest jobId(UUID id) {
    this.jobId = Objects.requireNonNull(id);
    return this;
  }

  /**
   * Lets a resumed job do those tasks again that an earlier run was cut off in, although their rows
   * must not be written twice: counters may have additions twice, and lists elements. For those who
   * have looked. Default: such a job is refused, and says which tasks these are.
   */
  public ImportRequest replayInDoubt() {
    this.replaysInDoubt = true;
    return this;
  }

  /**
   * Sends writes again after any passing failure even if they are not idempotent: additions to
   * counters, and elements of lists that have times of their own. Dangerous: if the first attempt
   * took effect although its answer was lost, a counter has the addition twice, and a list the
   * elements. Default: such a write is sent again only if it was surely not applied, and otherwise
   * the import fails and names the rows in doubt.
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
    return blueprint().of(source, id(), options());
  }

  /** How each of several imports is done. */
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

  private JobOptions options() {
    return job == null ? JobOptions.in(JobStore.inMemory()) : job;
  }

  /**
   * Goes on importing what is added to the source, in micro-batches: new files of a folder or a
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
              : source.getClass().getSimpleName() + " is no source that can be followed");
    }
    return new FollowRequest(operator, blueprint(), growing, id(), options());
  }

  @Override
  ImportRequest self() {
    return this;
  }
}
