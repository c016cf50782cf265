package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.operation.BulkOperation;
import io.ringhaul.internal.operation.CountOperation;
import io.ringhaul.internal.operation.OperationSettings;
import io.ringhaul.internal.operation.ProfileOperation;
import io.ringhaul.internal.operation.ScanSizing;

/**
 * Reads a table once and tells how its rows are distributed: over nodes, token ranges and
 * partitions, and what its columns hold. The figures are exact, except that rows which clients
 * write meanwhile may be in them or not. Sizes are those of the values in CQL, without what the
 * server stores beside them.
 */
public final class ProfileRequest extends ScanRequest<ProfileRequest, TableProfile> {

  private static final int MOST_LARGEST = 10_000;

  private int largest = 10;

  ProfileRequest(TokenAwareBulkOperator operator, CqlIdentifier keyspace, CqlIdentifier table) {
    super(operator, keyspace, table);
  }

  /**
   * The number of largest partitions to name, 1 to 10,000. Default: 10.
   *
   * @throws InvalidSettingException if it is out of bounds
   */
  public ProfileRequest largest(int partitions) {
    OperationSettings.requireBetween("largest", partitions, 1, MOST_LARGEST);
    this.largest = partitions;
    return this;
  }

  @Override
  BulkOperation<TableProfile> operation() {
    int most = largest;
    int rowsToPage = pageSize();
    return operation(
        sizing(),
        (settings, selection, sizing) ->
            new ProfileOperation(settings, selection, sizing, rowsToPage, most));
  }

  @Override
  ScanSizing sizing() {
    return CountOperation.SIZING;
  }

  @Override
  ProfileRequest self() {
    return this;
  }
}
