package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.format.ImportSource;
import io.ringhaul.internal.operation.BulkOperation;

/** Compares a table with a source: another table, an Iceberg table or files of any format. */
public final class VerifyRequest extends ComparisonRequest<VerifyRequest, VerifyResult> {

  VerifyRequest(TokenAwareBulkOperator operator, CqlIdentifier keyspace, CqlIdentifier table) {
    super(operator, keyspace, table);
  }

  /**
   * What the table should be equal to: any source of an import, such as {@code
   * IcebergSource.warehouse(folder)} or {@code TableSource.of(session, "store", "orders")}.
   * Required.
   */
  public VerifyRequest against(ImportSource expected) {
    return comparingWith(expected);
  }

  @Override
  BulkOperation<VerifyResult> operation() {
    return operation(
        sizing(),
        (settings, selection, sizing) -> comparison("against", settings, selection, sizing));
  }

  @Override
  VerifyRequest self() {
    return this;
  }
}
