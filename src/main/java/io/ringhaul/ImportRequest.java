package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.batch.BatchLimits;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.ImportSource;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes the rows of a source into a table. Values that a row lacks are left UNSET, so that no
 * tombstone is written. The table should be empty: cells that the source does not have stay.
 */
public final class ImportRequest extends OperationRequest<ImportRequest, ImportResult> {

  private @Nullable ImportSource source;
  private List<CqlIdentifier> columns = List.of();
  private int maxBatchStatements = BatchLimits.DEFAULT.maxStatements();
  private int maxBatchBytes = BatchLimits.DEFAULT.maxBytes();
  private ImportChoices choices = ImportChoices.DEFAULT;

  ImportRequest(TokenAwareBulkOperator operator, CqlIdentifier keyspace, CqlIdentifier table) {
    super(operator, keyspace, table);
  }

  /** Where the rows come from. Required. */
  public ImportRequest from(ImportSource importSource) {
    this.source = Objects.requireNonNull(importSource);
    return this;
  }

  /**
   * The columns to import, in CQL form; the primary key must be among them. Default: all that the
   * table and the source have in common.
   */
  public ImportRequest columns(String... names) {
    this.columns = TokenAwareBulkOperator.identifiers(List.of(names));
    return this;
  }

  /**
   * The largest number of rows in a batch, 1 to 65,535; 1 sends every row alone. Default: 100.
   *
   * @throws InvalidSettingException if it is out of bounds
   */
  public ImportRequest maxBatchStatements(int statements) {
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
    this.choices = choices.withNulls(Nulls.TOMBSTONE);
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

  @Override
  Operation<ImportResult> operation() {
    if (source == null) {
      throw new InvalidSettingException(
          "from", "An import needs a source: call from(...), for instance with IcebergSource");
    }
    return new ImportOperation(
        settings(),
        source,
        columns,
        new BatchLimits(maxBatchStatements, maxBatchBytes, BatchLimits.DEFAULT.maxBuffered()),
        choices);
  }

  @Override
  ImportRequest self() {
    return this;
  }
}
