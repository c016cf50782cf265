package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.exceptions.InvalidSettingException;

/**
 * What the requests that read a table, a count and an export, have in common.
 *
 * @param <S> the request's own type
 * @param <R> the type of its result
 */
public abstract sealed class ScanRequest<S extends ScanRequest<S, R>, R>
    extends OperationRequest<S, R> permits CountRequest, ExportRequest {

  private static final int MOST_PAGE_SIZE = 1_000_000;

  private int pageSize;

  ScanRequest(TokenAwareBulkOperator operator, CqlIdentifier keyspace, CqlIdentifier table) {
    super(operator, keyspace, table);
  }

  /**
   * Rows to a page, 1 to 1,000,000; for a count, the pages in which the coordinator reads. Default:
   * adapted while reading, so that a page has about 256 KiB; 5,000 for a count.
   *
   * @throws InvalidSettingException if it is out of bounds
   */
  public S pageSize(int rows) {
    requireBetween("pageSize", rows, 1, MOST_PAGE_SIZE);
    this.pageSize = rows;
    return self();
  }

  /** The page size that was asked for; 0 for the default. */
  final int pageSize() {
    return pageSize;
  }
}
