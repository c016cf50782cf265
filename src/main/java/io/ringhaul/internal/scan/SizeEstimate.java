package io.ringhaul.internal.scan;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.NodeState;
import io.ringhaul.schema.TableDescription;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Estimates the size of a table from {@code system.size_estimates}. Each node estimates the ranges
 * whose first replica it is, so all nodes together estimate one copy. The server refreshes the
 * estimates every five minutes and omits data that is not yet on disk. So the result is only a hint
 * for the size of tasks.
 */
public final class SizeEstimate {

  private static final Logger LOG = LoggerFactory.getLogger(SizeEstimate.class);
  private static final int NODES_ASKED = 8;

  /** Small enough for most page size guardrails, which also apply to system tables. */
  private static final int PAGE_SIZE = 100;

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private SizeEstimate() {}

  /**
   * Returns the estimated size in bytes of one copy of the table; 0 if unknown.
   *
   * @param nodes the nodes that hold the table
   */
  public static long bytes(CqlSession session, TableDescription table, List<Node> nodes) {
    double sum = 0;
    int asked = 0;
    int answers = 0;
    for (Node node : nodes) {
      if (asked < NODES_ASKED && node.getState() == NodeState.UP) {
        asked++;
        try {
          sum += bytesOn(session, table, node);
          answers++;
        } catch (RuntimeException e) {
          // The role has no access to system tables, or the node is busy. Continue without this
          // node.
          LOG.debug("No size estimate of {} from {}", table, node, e);
        }
      }
    }
    if (answers == 0) {
      return 0;
    }
    // Doubles saturate where sums of longs would overflow, since estimates may be far off.
    return (long) (sum / answers * nodes.size());
  }

  private static double bytesOn(CqlSession session, TableDescription table, Node node) {
    double bytes = 0;
    SimpleStatement query =
        SimpleStatement.newInstance(
                "SELECT mean_partition_size, partitions_count FROM system.size_estimates"
                    + " WHERE keyspace_name = ? AND table_name = ?",
                table.keyspace(),
                table.name())
            .setNode(node)
            .setIdempotent(true)
            .setPageSize(PAGE_SIZE)
            .setTimeout(PATIENCE);
    for (Row row : session.execute(query)) {
      bytes += Math.max(0.0, (double) row.getLong(0)) * Math.max(0.0, (double) row.getLong(1));
    }
    return bytes;
  }
}
