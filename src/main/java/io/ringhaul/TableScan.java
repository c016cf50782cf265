package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.progress.ProgressMeter;
import io.ringhaul.progress.ProgressMeter.Earlier;
import io.ringhaul.request.RequestSettings;
import io.ringhaul.ring.LocalNodes;
import io.ringhaul.ring.TokenRange;
import io.ringhaul.ring.TokenRangeSet;
import io.ringhaul.ring.TokenRing;
import io.ringhaul.scan.ScanPlan;
import io.ringhaul.scan.SizeEstimate;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import java.util.List;

/**
 * A scan that is planned for the cluster as it is now.
 *
 * @param plan what is read, task by task
 * @param requests how, with the parallelism settled
 * @param meter counts from now on
 */
record TableScan(ScanPlan plan, RequestSettings requests, ProgressMeter meter) {

  private static final int REQUESTS_PER_NODE = 8;

  /** How much of the ring that is, from 0 to 1. */
  static double share(TokenRangeSet tokens) {
    return tokens.width().doubleValue() / TokenRange.wholeRing().width().doubleValue();
  }

  /**
   * Discovers the ring and plans: the explicit settings, or else what suits cluster and table.
   *
   * @param tokens what is to be read
   * @param earlier what was read before
   */
  static TableScan prepare(
      CqlSession session,
      OperationSettings settings,
      TableDescription table,
      List<ColumnDescription> columns,
      TokenRangeSet tokens,
      ScanSizing sizing,
      Earlier earlier) {
    LocalNodes nodes = LocalNodes.of(session);
    TokenRing ring =
        TokenRing.discover(session.getMetadata(), settings.keyspace(), nodes.datacenter());
    RequestSettings requests = settings.requests(REQUESTS_PER_NODE, nodes);
    int splitCount =
        settings
            .splitCount()
            .orElseGet(
                () ->
                    sizing.splitCount(
                        (long) (SizeEstimate.bytes(session, table, nodes.nodes()) * share(tokens)),
                        requests.parallelism()));
    List<String> names = columns.stream().map(ColumnDescription::name).toList();
    ScanPlan plan = ScanPlan.of(table.keyspace(), table.name(), names, tokens, ring, splitCount);
    return new TableScan(
        plan, requests, new ProgressMeter(plan.tasks().size(), plan.ranges().size(), earlier));
  }
}
