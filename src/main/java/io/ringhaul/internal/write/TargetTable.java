package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.internal.request.Failures;
import io.ringhaul.internal.request.RequestSettings;
import io.ringhaul.schema.TableDescription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks what the table holds before an import. */
public final class TargetTable {

  private static final Logger LOG = LoggerFactory.getLogger(TargetTable.class);

  private TargetTable() {}

  /** Logs a warning if the table is not empty; nothing if the check fails. */
  public static void warnUnlessEmpty(
      CqlSession session, TableDescription table, RequestSettings requests) {
    try {
      if (!isEmpty(session, table, requests)) {
        LOG.warn(
            "Table {} is not empty: cells that the source does not have stay, and cells or"
                + " tombstones newer than this import win over it",
            table);
      }
    } catch (RuntimeException e) {
      LOG.debug("Could not look whether {} is empty", table, e);
    }
  }

  /**
   * Checks that the import may add to the table's counters.
   *
   * @throws UnsuitableTableException if the table is not empty and the import does not allow that
   */
  public static void requireCountersToAddTo(
      CqlSession session, TableDescription table, RequestSettings requests, ImportChoices choices) {
    if (choices.nullHandling() == NullHandling.TOMBSTONE) {
      throw new InvalidSettingException(
          "nullsAsTombstones",
          "nullsAsTombstones does not go with the counters of "
              + table
              + ": the server can add to a counter, and cannot make it null");
    }
    if (choices.addToCounters()) {
      return;
    }
    boolean isEmpty;
    try {
      isEmpty = isEmpty(session, table, requests.seeingEveryWrite());
    } catch (RuntimeException e) {
      throw new BulkOperationException(
          String.format(
              "Could not look whether the counter table %s is empty: %s",
              table, Failures.describe(e)),
          e);
    }
    if (!isEmpty) {
      throw new UnsuitableTableException(
          table.toString(),
          String.format(
              "Table %s holds counters and is not empty, and an import can only add to them. Empty"
                  + " it with TRUNCATE (counters that were deleted row by row may not count again),"
                  + " or use %s if the sums are what you want",
              table, Setting.ADD_TO_COUNTERS.call()));
    }
  }

  private static boolean isEmpty(
      CqlSession session, TableDescription table, RequestSettings requests) {
    String key = TableDescription.quote(table.partitionKey().get(0).name());
    return session
            .execute(
                SimpleStatement.newInstance("SELECT " + key + " FROM " + table.cql() + " LIMIT 1")
                    .setConsistencyLevel(requests.consistency())
                    // The driver's default page size may exceed a guardrail.
                    .setPageSize(1)
                    .setTimeout(requests.timeout())
                    .setIdempotent(true))
            .one()
        == null;
  }
}
