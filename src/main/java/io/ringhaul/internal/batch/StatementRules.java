package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.ringhaul.exceptions.UnsuitableBatchException;
import io.ringhaul.internal.cql.StatementTraits;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rules for statements that a writer accepts. */
final class StatementRules {

  private static final int MOST_OF_TEXT = 200;

  private StatementRules() {}

  /**
   * Throws if a statement cannot be in a batch.
   *
   * @throws UnsuitableBatchException for a statement such as TRUNCATE or CREATE TABLE
   */
  static void requireBatchable(BatchableStatement<?> statement, StatementTraits traits) {
    if (!traits.isBatchable()) {
      String text =
          statement instanceof SimpleStatement simple
              ? simple.getQuery()
              : "a prepared statement for " + traits.table().name();
      throw new UnsuitableBatchException(
          "A batch writer accepts INSERT, UPDATE and DELETE, and SELECT in units; execute other"
              + " statements on the session: "
              + text.substring(0, Math.min(MOST_OF_TEXT, text.length())));
    }
  }

  /**
   * Throws if statements added together cannot share a batch of the stream.
   *
   * @param counters number of statements that update counters
   * @throws UnsuitableBatchException if they cannot
   */
  static void requireTogether(List<? extends BatchableStatement<?>> together, int counters) {
    if (counters > 0 && counters < together.size()) {
      throw new UnsuitableBatchException(
          String.format(
              "Counter updates cannot share a batch with other writes: %,d of %,d statements added"
                  + " together update counters; add them separately",
              counters, together.size()));
    }
    BatchableStatement<?> first = together.get(0);
    for (int i = 1; i < together.size(); i++) {
      BatchableStatement<?> each = together.get(i);
      if (differ(first.getRoutingKeyspace(), each.getRoutingKeyspace())
          || differ(first.getRoutingKey(), each.getRoutingKey())) {
        throw new UnsuitableBatchException(
            String.format(
                "Statements added together must belong to one partition; statements 0 and %,d"
                    + " belong to different ones. Add them separately, or execute them as a LOGGED"
                    + " unit",
                i));
      }
    }
  }

  /** Whether all statements have a routing key, or none has. */
  static boolean tellPartitionAlike(List<? extends BatchableStatement<?>> together) {
    if (together.size() == 1) {
      // The common case; computing a routing key is costly.
      return true;
    }
    boolean isTold = together.get(0).getRoutingKey() != null;
    for (int i = 1; i < together.size(); i++) {
      if ((together.get(i).getRoutingKey() != null) != isTold) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether all statements have a routing keyspace. A statement without one may belong to another
   * keyspace.
   */
  static boolean tellKeyspace(List<? extends BatchableStatement<?>> together) {
    for (BatchableStatement<?> each : together) {
      if (each.getRoutingKeyspace() == null) {
        return false;
      }
    }
    return true;
  }

  private static boolean differ(@Nullable Object one, @Nullable Object other) {
    return one != null && other != null && !one.equals(other);
  }
}
