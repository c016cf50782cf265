package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.batch.BatchLimits;
import io.ringhaul.batch.Grouping;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.format.OnUnrepresentable;
import io.ringhaul.internal.mapping.Mapping;
import io.ringhaul.internal.operation.ImportBlueprint;
import io.ringhaul.internal.operation.ImportOperation;
import io.ringhaul.internal.operation.OperationJob;
import io.ringhaul.internal.operation.OperationSettings;
import io.ringhaul.internal.rejects.RejectSettings;
import io.ringhaul.internal.telemetry.Tunable;
import io.ringhaul.internal.write.ImportChoices;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStore;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The settings of requests that read a source and write to a table: an import or a deletion.
 *
 * @param <S> the request's own type
 * @param <R> the type of its result
 */
public abstract sealed class WriteRequest<S extends WriteRequest<S, R>, R>
    extends OperationRequest<S, R> permits ImportRequest, DeleteRequest {

  private List<CqlIdentifier> columns = List.of();
  private @Nullable Mapping mapping;
  private final Set<String> askedLimits = new HashSet<>();
  private int maxBatchStatements = BatchLimits.DEFAULT.maxStatements();
  private int maxBatchBytes = BatchLimits.DEFAULT.maxBytes();
  private Grouping grouping = Grouping.REPLICA_SET;
  private RejectSettings rejects = RejectSettings.DEFAULT;
  private @Nullable JobOptions job;
  private @Nullable UUID jobId;
  private String jobName = "";

  WriteRequest(TokenAwareBulkOperator operator, CqlIdentifier keyspace, CqlIdentifier table) {
    super(operator, keyspace, table);
  }

  /**
   * The columns of the source to use, in CQL form. For an import they must include the primary key,
   * and write times and TTLs are restored only if their columns are named too; default: all columns
   * that both the table and the source have. For a deletion they are the partition key and the
   * first clustering columns; default: the whole primary key.
   */
  public S columns(String... names) {
    this.columns = TokenAwareBulkOperator.identifiers(List.of(names));
    return self();
  }

  /** {@link #columns(String...)} with identifiers instead of names in CQL form. */
  public S columns(CqlIdentifier... names) {
    this.columns = List.of(names);
    return self();
  }

  /**
   * Which fields of the source belong to which columns: entries {@code field = column}, with commas
   * between them. Only columns with an entry are used. Default: fields have the names of their
   * columns.
   *
   * <ul>
   *   <li>{@code name = customer}: the field {@code name}. Names with other characters than
   *       letters, digits and underscores, and columns with capital letters, are in double quotes.
   *   <li>{@code 0 = customer}: the first field of CSV files without a header line.
   *   <li>{@code customer, total}: fields of the same names; of CSV files without a header line,
   *       the fields in this order.
   *   <li>{@code * = *}: all other columns have fields of the same name, and {@code * = -note} or
   *       {@code * = [-note, -tag]} all but these. The field of a column that is left out may be in
   *       the source.
   *   <li>{@code 'EU' = region}, {@code (42) = quantity}: a constant, which is a literal in CQL; in
   *       brackets, if it is not a text.
   *   <li>{@code uuid() = id}, {@code now() = id}, {@code currentTimestamp() = imported}, and in
   *       the same way {@code currentDate()}, {@code currentTime()}, {@code toTimestamp(now())},
   *       {@code toDate(now())}. The time is that of the job's start. A row of files has the same
   *       values in each run of a job, so that a job that resumes writes no row twice. A job over a
   *       source table is refused with {@code uuid()} or {@code now()}.
   *   <li>{@code seconds = __ttl} or {@code ttl(*)}: the TTL of the whole row in seconds; {@code
   *       micros = __timestamp} or {@code writetime(*)}: its write time in microseconds since the
   *       epoch. A row without them gets the table's default TTL and the current time. {@code
   *       (3600) = __ttl} is the TTL of all rows. Not for counters or deletions.
   *   <li>{@code t = writetime(c)}, {@code s = ttl(c)}: those of one column; see {@link
   *       ImportRequest#ignoreCellTimes()}.
   * </ul>
   *
   * <p>The text is that of DSBulk's {@code schema.mapping}, with constants in addition, and without
   * functions of fields.
   *
   * @throws InvalidSettingException if the text is no mapping
   */
  public S mapping(String entries) {
    this.mapping = Mapping.parse(entries);
    return self();
  }

  /**
   * Which rows share a batch. Default: {@link Grouping#REPLICA_SET}. Counters, and rows that must
   * not be written twice, share a batch only with rows of their own partition.
   */
  public S grouping(Grouping by) {
    this.grouping = Objects.requireNonNull(by, "by");
    return self();
  }

  /**
   * The largest number of rows in a batch, 1 to 65,535; 1 sends each row alone. Default: 100.
   *
   * @throws InvalidSettingException if it is out of bounds
   */
  public S maxBatchStatements(int statements) {
    askedLimits.add(Tunable.BATCH_STATEMENTS);
    this.maxBatchStatements =
        new BatchLimits(statements, maxBatchBytes, BatchLimits.DEFAULT.maxBuffered())
            .maxStatements();
    return self();
  }

  /**
   * The largest size of a batch in bytes of values, 1 or more; a larger row goes alone. Default: 64
   * KiB.
   *
   * @throws InvalidSettingException if it is out of bounds
   */
  public S maxBatchBytes(int bytes) {
    askedLimits.add(Tunable.BATCH_BYTES);
    this.maxBatchBytes =
        new BatchLimits(maxBatchStatements, bytes, BatchLimits.DEFAULT.maxBuffered()).maxBytes();
    return self();
  }

  /**
   * What to do with a malformed record, with a row that has a value CQL cannot represent exactly,
   * and with a row that the cluster refuses, for example because a value is too large. Default:
   * {@link OnUnrepresentable#FAIL}.
   *
   * @see #rejectsTo(Path)
   */
  public S onUnrepresentable(OnUnrepresentable choice) {
    this.rejects = rejects.withChoice(choice);
    return self();
  }

  /**
   * Rejects rows, and ends the operation with a {@link
   * io.ringhaul.exceptions.TooManyRejectsException} when more than this number are rejected, 0 or
   * more. Rows already written and the rejects file stay. Default: no limit.
   *
   * @throws InvalidSettingException if it is negative
   * @see #rejectsTo(Path)
   */
  public S maxErrors(long rows) {
    this.rejects = rejects.withLimit(rejects.limit().withRows(rows));
    return self();
  }

  /**
   * As {@link #maxErrors(long)}, as a share of the rows read, from 0 to 1. Checked from the 100th
   * row on, and at the end. Default: no limit.
   *
   * @throws InvalidSettingException if it is out of bounds
   */
  public S maxErrorShare(double share) {
    this.rejects = rejects.withLimit(rejects.limit().withShare(share));
    return self();
  }

  /**
   * The file for rejected rows, one JSON object a line: the job, its partition, the table, the
   * column, the source and the record's line or row in it, the reason, the record's text, and, if
   * the record is a row, its key as a CQL condition and its values in hex as Cassandra serializes
   * them. The file must not exist; it is created when the first row is rejected. It stays if the
   * operation fails. A resumed job drops the lines of partitions that run again, and appends.
   *
   * <p>At the end of each run a second file stands beside it, such as {@code rejects.records.csv}
   * for {@code rejects.jsonl}. It has the records as they are in the source, or as lines of JSON if
   * the source is not text: correct a copy of it, and give that as the source with the same
   * settings.
   *
   * <p>Required with {@link OnUnrepresentable#REJECT}, and used only with it. Default for a job
   * store {@linkplain JobStore#file in a file}: beside that file, named by the job's id.
   */
  public S rejectsTo(Path file) {
    this.rejects = rejects.withPath(file);
    return self();
  }

  /**
   * Runs the operation as a durable job that survives this process: each finished task of the
   * source is stored, and {@link JobOptions#resuming()} continues with the remaining tasks. A task
   * is done when the cluster has acknowledged, or the rejects file durably holds, each of its rows;
   * an interrupted task runs again from its start. The source must not change in between: its
   * checksums are stored before the first row. Default: no job store, and a failed operation cannot
   * be resumed.
   *
   * <p>A task whose rows must not be written twice, such as counters and lists with times of their
   * own, does not run again: the job names the interrupted tasks, and continues only with {@link
   * ImportRequest#replayInDoubt()}.
   */
  public S job(JobOptions options) {
    this.job = Objects.requireNonNull(options);
    return self();
  }

  /** The id of the job. Default: a new random id for every run. */
  public S jobId(UUID id) {
    this.jobId = Objects.requireNonNull(id);
    this.jobName = "";
    return self();
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
  public S jobId(String name) {
    this.jobId = OperationJob.id(name);
    this.jobName = name.strip();
    return self();
  }

  /** Whether columns are selected. */
  final boolean hasColumns() {
    return !columns.isEmpty();
  }

  /** The id of the job. */
  final UUID id() {
    return OperationJob.id(job, jobId);
  }

  /** The job's options with its name; empty without a job. */
  final Optional<JobOptions> namedJob() {
    return OperationJob.named(job, jobName);
  }

  /**
   * The settings without the source.
   *
   * @param creates what is created
   * @param replaysInDoubt see {@link ImportRequest#replayInDoubt()}
   */
  final ImportBlueprint blueprint(
      OperationSettings settings,
      ImportOperation.Creation creates,
      boolean replaysInDoubt,
      ImportChoices choices) {
    if (mapping != null) {
      mapping.requireNo(columns);
    }
    if (mapping != null && creates.table() && mapping.computes()) {
      throw mapping.refusal(
          "has computed columns, whose types "
              + Setting.CREATE_TABLE.call()
              + " does not know: create the table before the import");
    }
    if (mapping != null && creates.indexesAndViews()) {
      throw mapping.refusal(
          "does not go with "
              + Setting.CREATE_INDEXES_AND_VIEWS.call()
              + ", which takes over the names of the source's columns");
    }
    return new ImportBlueprint(
        settings,
        columns,
        creates,
        replaysInDoubt,
        new ImportOperation.Batches(
            new BatchLimits(maxBatchStatements, maxBatchBytes, BatchLimits.DEFAULT.maxBuffered()),
            Set.copyOf(askedLimits),
            grouping),
        choices,
        rejects,
        Optional.ofNullable(mapping));
  }
}
