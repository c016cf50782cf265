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
 * About how large a table is, from {@code system.size_estimates}. Each node estimates the ranges
 * whose first replica it is, so the nodes together estimate one copy. The server renews them every
 * five minutes and leaves out what is not yet on disk: a hint for the size of tasks, never a fact.
 */
public final class SizeEstimate {

  private static final Logger LOG = LoggerFactory.getLogger(SizeEstimate.class);
  private static final int NODES_ASKED = 8;

  /** Small enough for most guardrails, which count for system tables too. */
  private static final int PAGE_SIZE = 100;

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private SizeEstimate() {}

  /**
   * The estimated size in bytes of one copy of the table; 0 if nothing is known.
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
          // A role without access to system tables, or a node that is busy: the job goes on.
          LOG.debug("No size estimate of {} from {}", table, node, e);
        }
      }
    }
    if (answers == 0) {
      return 0;
    }
    // Doubles saturate where sums of longs would overflow: an estimate may well be nonsense.
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
            // The driver's default is more than guardrails may allow.
            .setPageSize(100)
            .setIdempotent(true)
            .setPageSize(PAGE_SIZE)
            .setTimeout(PATIENCE);
    for (Row row : session.execute(query)) {
      bytes += Math.max(0.0, (double) row.getLong(0)) * Math.max(0.0, (double) row.getLong(1));
    }
    return bytes;
  }
}
