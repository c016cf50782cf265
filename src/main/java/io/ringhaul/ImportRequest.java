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
  private boolean createsTable;
  private int maxBatchStatements = BatchLimits.DEFAULT.maxStatements();
  private int maxBatchBytes = BatchLimits.DEFAULT.maxBytes();

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
        createsTable,
        new BatchLimits(maxBatchStatements, maxBatchBytes, BatchLimits.DEFAULT.maxBuffered()));
  }

  @Override
  ImportRequest self() {
    return this;
  }
}
