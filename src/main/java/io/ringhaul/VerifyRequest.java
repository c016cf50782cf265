package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.format.ImportSource;
import io.ringhaul.internal.operation.BulkOperation;

/** Compares a table with a source: another table, an Iceberg table or files of any format. */
public final class VerifyRequest extends ComparisonRequest<VerifyRequest, VerifyResult> {

  private boolean ignoresExtra;

  VerifyRequest(TokenAwareBulkOperator operator, CqlIdentifier keyspace, CqlIdentifier table) {
    super(operator, keyspace, table);
  }

  /**
   * What the table should be equal to: any source of an import except a stream, such as {@code
   * IcebergSource.warehouse(folder)} or {@code TableSource.of(session, "store", "orders")}.
   * Required.
   */
  public VerifyRequest against(ImportSource expected) {
    return comparingWith(expected);
  }

  /**
   * Leaves aside rows that only the table has, such as those that it had before an import. Ranges
   * of tokens with such rows are read again, to compare their other rows. Default: they are {@link
   * VerifyResult.Kind#EXTRA}.
   */
  public VerifyRequest ignoreExtra() {
    this.ignoresExtra = true;
    return this;
  }

  @Override
  BulkOperation<VerifyResult> operation() {
    return operation(
        sizing(),
        (settings, selection, sizing) -> comparison("against", settings, selection, sizing));
  }

  @Override
  boolean ignoresExtra() {
    return ignoresExtra;
  }

  @Override
  VerifyRequest self() {
    return this;
  }
}
