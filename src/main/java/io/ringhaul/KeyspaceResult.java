package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.monitor.OperationTotals;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The results of an operation on the tables of a keyspace.
 *
 * @param tables the result of each table, in the order in which they ran
 */
public record KeyspaceResult<R extends OperationResult>(Map<CqlIdentifier, R> tables)
    implements OperationResult {

  public KeyspaceResult {
    tables = Collections.unmodifiableMap(new LinkedHashMap<>(tables));
  }

  /** The sums of the figures of all tables. */
  @Override
  public OperationTotals totals() {
    return OperationTotals.sum(tables.values().stream().map(OperationResult::totals).toList());
  }
}
