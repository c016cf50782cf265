package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import io.ringhaul.exceptions.UnsuitableBatchException;
import io.ringhaul.internal.cql.StatementTraits;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds statements of one batch that replace the same static list. With one write time the list
 * would get the elements of both (CASSANDRA-11368).
 */
final class ReplacedLists {

  private record Replaced(
      String table, @Nullable CqlIdentifier keyspace, ByteBuffer key, CqlIdentifier list) {}

  private ReplacedLists() {}

  /**
   * Ignores statements without a routing key.
   *
   * @param traits the traits of the statements, in order
   * @throws UnsuitableBatchException if two statements replace the same list of one partition
   */
  static void requireOnce(
      List<? extends BatchableStatement<?>> statements, List<StatementTraits> traits) {
    Set<Replaced> seen = new HashSet<>();
    for (int i = 0; i < statements.size(); i++) {
      Set<CqlIdentifier> lists = traits.get(i).replacedLists();
      ByteBuffer key = lists.isEmpty() ? null : statements.get(i).getRoutingKey();
      if (key == null || traits.get(i).spansPartitions()) {
        continue;
      }
      String table = traits.get(i).table().name();
      for (CqlIdentifier list : lists) {
        if (!seen.add(new Replaced(table, statements.get(i).getRoutingKeyspace(), key, list))) {
          throw new UnsuitableBatchException(
              String.format(
                  "Two operations of a batch replace the static list %s of one partition of %s:"
                      + " with their common write time the list would get the elements of both. Set"
                      + " the list in one operation only, and leave it out of operation %d",
                  list.asCql(true), table, i));
        }
      }
    }
  }
}
