package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.format.GrowingSource;
import io.ringhaul.format.ImportSource;
import io.ringhaul.internal.cql.PrimaryKey;
import io.ringhaul.internal.operation.BulkOperation;
import io.ringhaul.internal.operation.ImportBlueprint;
import io.ringhaul.internal.operation.ImportOperation;
import io.ringhaul.internal.write.ImportChoices;
import io.ringhaul.internal.write.NullHandling;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
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
public final class ImportRequest extends WriteRequest<ImportRequest, ImportResult> {

  private @Nullable ImportSource source;
  private boolean createsTable;
  private Optional<PrimaryKey> primaryKey = Optional.empty();
  private boolean createsIndexesAndViews;
  private ImportChoices choices = ImportChoices.DEFAULT;
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
   * static columns. The table options, such as compaction and the default TTL, are those of the
   * source if it is a {@link io.ringhaul.table.TableSource}, and otherwise the cluster's defaults.
   *
   * <p>For Iceberg tables and Parquet files that other programs wrote, the types of the source lead
   * to those of the table: list, map, decimal, uuid, date and time to the same; strings to text,
   * binaries to blob, timestamps to timestamp, and structs to frozen user-defined types named after
   * table and column. Names become lower case. The primary key is that of {@link #primaryKey}, or
   * else the identifier fields of the Iceberg table, all of them as partition key.
   *
   * <p>The keyspace must exist, because an export does not store its replication. An existing table
   * is used as it is. {@link ImportResult#missingIndexesAndViews()} names what a copied table has
   * besides. Default: a missing table is an error.
   */
  public ImportRequest createTable() {
    this.createsTable = true;
    return this;
  }

  /**
   * Sets the primary key of the table that {@link #createTable()} creates, as in {@code PRIMARY
   * KEY} of CQL without the outer brackets: {@code id}, {@code id, time DESC} or {@code (id, day),
   * time}. Default: that of the source.
   *
   * @throws InvalidSettingException if the text is no primary key, and when the request is run, if
   *     {@link #createTable()} is not called
   */
  public ImportRequest primaryKey(String columns) {
    this.primaryKey = Optional.of(PrimaryKey.parse(columns));
    return this;
  }

  /**
   * Creates, after the rows are written, the secondary, SASI and SAI indexes and the materialized
   * views that the source table has and the table lacks, under the same names; a name that is taken
   * in the keyspace gets the table's name in front. The cluster builds them after the import. If
   * the cluster refuses one, the import fails, and a resumed job creates only what is missing.
   * Default: they are not created.
   *
   * @throws InvalidSettingException when the request is run, if the source is no table
   */
  public ImportRequest createIndexesAndViews() {
    this.createsIndexesAndViews = true;
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
   * The statement that writes each record, in place of an INSERT of its columns: an INSERT, UPDATE
   * or DELETE of the table whose variables {@code :name} are fields of the source, and whose {@code
   * ?} are fields with the name of the column; for instance {@code UPDATE store.orders USING TTL
   * :seconds SET tags = tags + :tags WHERE id = :id}. Fields that are not variables are ignored. A
   * null leaves what it would set unchanged, or deletes it with {@link #nullsAsTombstones()}.
   *
   * <p>Write times and TTLs of the source are not restored. A statement whose second execution has
   * another effect, such as one that adds to a counter or a list or calls {@code now()}, is sent
   * once, as rows of counters are. Functions are those of the cluster.
   *
   * <p>Does not go with {@link #columns} or {@link #createTable()}. With {@link #mapping}, the
   * variables are the columns of the mapping. Default: none.
   */
  public ImportRequest query(String cql) {
    this.choices = choices.withQuery(cql.strip());
    return this;
  }

  /**
   * Reads the whole source and prepares its rows, and writes nothing: bad records, rows without a
   * key, types that do not fit and missing permissions are found. No job is stored. {@link
   * ImportResult#acceptedRows()} is the number of good rows. Default: writes.
   */
  public ImportRequest dryRun() {
    this.choices = choices.dryRun();
    return this;
  }

  /**
   * Reads this number of records of the source, 1 or more, or all records if there are fewer, and
   * then ends. Rejected records count. Which records of several files these are is not defined.
   * Such an import takes no {@linkplain #job job}. Default: all records.
   *
   * @throws InvalidSettingException if it is below 1
   */
  public ImportRequest maxRecords(long records) {
    requirePositive("maxRecords", records);
    this.choices = choices.withMaxRecords(records);
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
    if (choices.query().isPresent() && (createsTable || hasColumns())) {
      Setting other = createsTable ? Setting.CREATE_TABLE : Setting.COLUMNS;
      throw new InvalidSettingException(
          "query",
          "query does not go with "
              + other.mark()
              + (createsTable
                  ? ": it is prepared for a table that exists"
                  : ": its variables are the columns"));
    }
    if (primaryKey.isPresent() && !createsTable) {
      throw new InvalidSettingException(
          "primaryKey",
          "primaryKey is the key of a table that is created; call "
              + Setting.CREATE_TABLE.call()
              + " too");
    }
    if (choices.maxRecords() > 0 && namedJob().isPresent()) {
      throw new InvalidSettingException(
          "maxRecords",
          "maxRecords does not go with job(...): which records were read is not defined, so that"
              + " the job could not be resumed");
    }
    return blueprint().of(source, id(), choices.isDryRun() ? Optional.empty() : namedJob());
  }

  /** The settings that all imports of a follow have. */
  ImportBlueprint blueprint() {
    return blueprint(
        retriesNonIdempotent ? settings().retryingNonIdempotent() : settings(),
        new ImportOperation.Creation(createsTable, primaryKey, createsIndexesAndViews),
        replaysInDoubt,
        choices);
  }

  /**
   * Continues to import what is added to the source, in micro-batches: new files of a folder or a
   * glob, new snapshots of an Iceberg table.
   *
   * @throws InvalidSettingException if there is no source, or one that cannot grow, such as a
   *     stream
   */
  public FollowRequest follow() {
    if (choices.isDryRun()) {
      throw new InvalidSettingException("dryRun", "dryRun does not go with follow()");
    }
    if (choices.maxRecords() > 0) {
      throw new InvalidSettingException("maxRecords", "maxRecords does not go with follow()");
    }
    if (source != null && source.isStream()) {
      throw new InvalidSettingException(
          "follow", "follow does not go with a stream: an import reads it to its end");
    }
    if (!(source instanceof GrowingSource growing)) {
      throw new InvalidSettingException(
          "follow",
          source == null
              ? "An import needs a source: call from(...) before follow()"
              : source.getClass().getSimpleName() + " is not a source that can be followed");
    }
    return new FollowRequest(operator, blueprint(), growing, id(), namedJob());
  }

  @Override
  ImportRequest self() {
    return this;
  }
}
