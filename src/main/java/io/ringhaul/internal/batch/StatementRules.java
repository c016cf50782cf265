package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.ringhaul.exceptions.UnsuitableBatchException;
import io.ringhaul.internal.cql.StatementTraits;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What must hold for statements before a writer takes them over. */
final class StatementRules {

  private static final int MOST_OF_TEXT = 200;

  private StatementRules() {}

  /**
   * Looks whether a statement is one that a batch may hold.
   *
   * @throws UnsuitableBatchException if it is none, such as a TRUNCATE or a CREATE TABLE
   */
  static void requireBatchable(BatchableStatement<?> statement, StatementTraits traits) {
    if (!traits.isBatchable()) {
      String text =
          statement instanceof SimpleStatement simple
              ? simple.getQuery()
              : "a prepared statement for " + traits.table().name();
      throw new UnsuitableBatchException(
          "A batch writer takes INSERT, UPDATE and DELETE, and SELECT in units; execute others on"
              + " the session: "
              + text.substring(0, Math.min(MOST_OF_TEXT, text.length())));
    }
  }

  /**
   * Looks whether statements that belong together may share a batch of the stream.
   *
   * @param counters how many of them update counters
   * @throws UnsuitableBatchException if not
   */
  static void requireTogether(List<? extends BatchableStatement<?>> together, int counters) {
    if (counters > 0 && counters < together.size()) {
      throw new UnsuitableBatchException(
          String.format(
              "Counter updates share no batch with other writes: %,d of %,d statements added"
                  + " together update counters; add them apart",
              counters, together.size()));
    }
    BatchableStatement<?> first = together.get(0);
    for (int i = 1; i < together.size(); i++) {
      BatchableStatement<?> each = together.get(i);
      if (differ(first.getRoutingKeyspace(), each.getRoutingKeyspace())
          || differ(first.getRoutingKey(), each.getRoutingKey())) {
        throw new UnsuitableBatchException(
            String.format(
                "What is added together is of one partition; statements 0 and %,d are of two. Add"
                    + " them apart, or make a LOGGED unit of them",
                i));
      }
    }
  }

  /** Whether all of them tell their partition, or none does. */
  static boolean tellPartitionAlike(List<? extends BatchableStatement<?>> together) {
    if (together.size() == 1) {
      // As most are; the driver puts a routing key together each time.
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

  /** Whether all of them tell their keyspace. Who does not may mean another one than the others. */
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
