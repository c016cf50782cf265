package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.internal.operation.BulkOperation;
import io.ringhaul.internal.operation.CountOperation;
import io.ringhaul.internal.operation.ScanSizing;

/** Counts the rows of a table on the server, range by range. */
public final class CountRequest extends ScanRequest<CountRequest, CountResult> {

  CountRequest(TokenAwareBulkOperator operator, CqlIdentifier keyspace, CqlIdentifier table) {
    super(operator, keyspace, table);
  }

  @Override
  BulkOperation<CountResult> operation() {
    int rowsToPage = pageSize();
    return operation(
        sizing(),
        (settings, selection, sizing) ->
            new CountOperation(settings, selection, sizing, rowsToPage));
  }

  @Override
  ScanSizing sizing() {
    return CountOperation.SIZING;
  }

  @Override
  CountRequest self() {
    return this;
  }
}
