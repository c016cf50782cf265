package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.OperationPlan;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.internal.metrics.ProgressMeter.Earlier;
import io.ringhaul.internal.ring.LocalNodes;
import io.ringhaul.internal.scan.ScanTask;
import io.ringhaul.internal.scan.SizeEstimate;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRangeSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;

/** Plans a scan and does not run it. Reads only the schema, the ring and the size estimates. */
public record PlanOperation(OperationSettings settings, RowSelection selection, ScanSizing sizing)
    implements BulkOperation<OperationPlan> {

  @Override
  public OperationPlan run(CqlSession session, Executor threads) {
    TableDescription table =
        new TableLookup(session).readable(settings.keyspace(), settings.table());
    TableScan scan =
        TableScan.prepare(
            session,
            settings,
            table,
            table.partitionKey(),
            selection.tokens(),
            sizing,
            Earlier.NOTHING);
    double selected = TableScan.share(selection.tokens());
    long bytes =
        (long)
            (SizeEstimate.bytes(
                    session,
                    table,
                    LocalNodes.of(session, settings.requests().datacenter()).nodes())
                * selected);
    return new OperationPlan(
        table.toString(),
        scan.requests().parallelism(),
        bytes,
        scan.plan().tasks().stream().map(task -> task(task, scan, selected)).toList());
  }

  private static OperationPlan.Task task(ScanTask task, TableScan scan, double selected) {
    TokenRangeSet tokens = TokenRangeSet.of(task.ranges());
    List<String> replicas =
        task.replicas().stream().map(scan.nodeNames()::get).filter(Objects::nonNull).toList();
    return new OperationPlan.Task(
        task.number(), tokens, TableScan.share(tokens) / selected, replicas);
  }
}
