package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.ring.TokenRangeSplitter;
import java.util.OptionalInt;

/**
 * What the requests that read a table, a count and an export, have in common.
 *
 * @param <S> the request's own type
 * @param <R> the type of its result
 */
public abstract sealed class ScanRequest<S extends ScanRequest<S, R>, R>
    extends OperationRequest<S, R> permits CountRequest, ExportRequest {

  private OptionalInt splitCount = OptionalInt.empty();

  ScanRequest(TokenAwareBulkOperator operator, CqlIdentifier keyspace, CqlIdentifier table) {
    super(operator, keyspace, table);
  }

  /**
   * About how many tasks the ring is divided into, 1 to 1,000,000. There is at least one task for
   * each node that owns a part of the ring. Default: one for each 128 MiB of the table's estimated
   * size (32 MiB for a count), and at least as many as there may be requests in flight (four times
   * as many for a count).
   *
   * @throws InvalidSettingException if it is out of bounds
   */
  public S splitCount(int tasks) {
    requireBetween("splitCount", tasks, 1, TokenRangeSplitter.MAX_SPLIT_COUNT);
    this.splitCount = OptionalInt.of(tasks);
    return self();
  }

  @Override
  final OperationSettings settings() {
    return super.settings().withSplitCount(splitCount);
  }
}
