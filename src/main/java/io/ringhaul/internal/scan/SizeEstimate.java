package io.ringhaul.internal.scan;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.NodeState;
import io.ringhaul.internal.ring.ScyllaDb;
import io.ringhaul.schema.TableDescription;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The estimated size of a table, asked for once. The server refreshes its figures every few minutes
 * and omits data that is not yet on disk, so the result is only a hint for the size of tasks.
 * Thread-safe.
 *
 * <p>On virtual nodes it comes from {@code system.size_estimates}: each node estimates the ranges
 * whose first replica it is, so all nodes together estimate one copy. On tablets it comes from
 * {@code system.tablet_sizes}, which newer versions of ScyllaDB have, since the other table has
 * virtual nodes only.
 */
public final class SizeEstimate {

  private static final Logger LOG = LoggerFactory.getLogger(SizeEstimate.class);
  private static final int NODES_ASKED = 8;

  /** Small enough for most page size guardrails, which also apply to system tables. */
  private static final int PAGE_SIZE = 100;

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final CqlSession session;
  private final TableDescription table;
  private final List<Node> nodes;
  private final boolean onTablets;
  private long bytes = -1;

  /**
   * Creates an estimate without asking for it yet.
   *
   * @param nodes the nodes that hold the table
   * @param onTablets whether the table is on tablets
   */
  public SizeEstimate(
      CqlSession session, TableDescription table, List<Node> nodes, boolean onTablets) {
    this.session = session;
    this.table = table;
    this.nodes = nodes;
    this.onTablets = onTablets;
  }

  /** Returns the estimated size in bytes of one copy of the table; 0 if unknown. */
  public synchronized long bytes() {
    if (bytes < 0) {
      bytes = onTablets ? ofTablets() : ofVnodes();
    }
    return bytes;
  }

  private long ofTablets() {
    try {
      return ScyllaDb.tabletBytes(
          session,
          CqlIdentifier.fromInternal(table.keyspace()),
          CqlIdentifier.fromInternal(table.name()));
    } catch (RuntimeException e) {
      LOG.debug("The sizes of the tablets of {} are not known", table, e);
      return 0;
    }
  }

  private long ofVnodes() {
    double sum = 0;
    int asked = 0;
    int answers = 0;
    for (Node node : nodes) {
      if (asked < NODES_ASKED && node.getState() == NodeState.UP) {
        asked++;
        try {
          sum += bytesOn(node);
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

  private double bytesOn(Node node) {
    double sum = 0;
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
      sum += Math.max(0.0, (double) row.getLong(0)) * Math.max(0.0, (double) row.getLong(1));
    }
    return sum;
  }
}
