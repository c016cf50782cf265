package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.metadata.Node;
import io.ringhaul.internal.metrics.OperationMetrics;
import io.ringhaul.internal.metrics.ProgressMeter;
import io.ringhaul.internal.metrics.ProgressMeter.Earlier;
import io.ringhaul.internal.request.NodeNames;
import io.ringhaul.internal.request.RequestSettings;
import io.ringhaul.internal.ring.LocalNodes;
import io.ringhaul.internal.ring.RingSource;
import io.ringhaul.internal.ring.TokenRing;
import io.ringhaul.internal.scan.ScanPlan;
import io.ringhaul.internal.scan.ScanTask;
import io.ringhaul.internal.scan.SizeEstimate;
import io.ringhaul.limits.TuningMode;
import io.ringhaul.monitor.Stage;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A scan planned for the current state of the cluster.
 *
 * @param requests the request settings including the parallelism
 * @param usualParallelism the default number of requests in flight
 * @param nodeNames the names of the local nodes by host id
 * @param size the size of the table
 */
record TableScan(
    ScanPlan plan,
    RequestSettings requests,
    int usualParallelism,
    ProgressMeter meter,
    OperationMetrics metrics,
    Map<UUID, String> nodeNames,
    SizeEstimate size) {

  private static final int REQUESTS_PER_NODE = 8;

  /** The address of the task's owner, for people; any replica may answer. Empty if unknown. */
  String replica(ScanTask task) {
    return task.replicas().isEmpty() ? "" : nodeNames.getOrDefault(task.replicas().get(0), "");
  }

  /** The tokens' share of the ring, from 0 to 1. */
  static double share(TokenRangeSet tokens) {
    return tokens.width().doubleValue() / TokenRange.wholeRing().width().doubleValue();
  }

  /**
   * Discovers the ring and plans the tasks. Settings without a value get defaults that fit the
   * cluster and the table.
   *
   * @param tokens the tokens to read
   * @param earlier the figures of earlier runs
   */
  static TableScan prepare(
      CqlSession session,
      OperationSettings settings,
      TableDescription table,
      List<ColumnDescription> columns,
      TokenRangeSet tokens,
      ScanSizing sizing,
      Earlier earlier) {
    long began = System.nanoTime();
    LocalNodes nodes = LocalNodes.of(session, settings.requests().datacenter());
    TokenRing ring =
        RingSource.of(session, settings.keyspace(), settings.table()).read(nodes.datacenter());
    int usual = OperationSettings.usualParallelism(session, REQUESTS_PER_NODE, nodes);
    RequestSettings requests = settings.requests(usual);
    SizeEstimate size = new SizeEstimate(session, table, nodes.nodes(), ring.isOnTablets());
    // Tuning may raise a small initial parallelism, so there must be enough tasks for that.
    int parallelism =
        settings.tuning().mode() == TuningMode.ADAPT
            ? Math.max(usual, requests.parallelism())
            : requests.parallelism();
    int taskCount =
        settings
            .taskCount()
            .orElseGet(() -> sizing.taskCount((long) (size.bytes() * share(tokens)), parallelism));
    List<String> names = columns.stream().map(ColumnDescription::name).toList();
    ScanPlan plan =
        sizing.planned().isEmpty()
            ? ScanPlan.of(table.keyspace(), table.name(), names, tokens, ring, taskCount)
            : ScanPlan.of(table.keyspace(), table.name(), names, tokens, sizing.planned());
    OperationMetrics metrics = new OperationMetrics();
    metrics.spent(Stage.PLAN, System.nanoTime() - began);
    return new TableScan(
        plan,
        requests,
        usual,
        new ProgressMeter(
            plan.tasks().size(),
            plan.ranges().size(),
            TokenRange.rowTokens(plan.ranges()),
            earlier),
        metrics,
        names(nodes),
        size);
  }

  private static Map<UUID, String> names(LocalNodes nodes) {
    Map<UUID, String> names = new HashMap<>();
    for (Node node : nodes.nodes()) {
      if (node.getHostId() != null) {
        names.put(node.getHostId(), NodeNames.of(node));
      }
    }
    return names;
  }
}
