package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.OperationPlan;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.internal.metrics.ProgressMeter.Earlier;
import io.ringhaul.internal.scan.ScanTask;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRangeSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;

/**
 * Plans a scan and does not run it. Reads only the schema, the ring and the size estimates.
 *
 * @param columns the columns that an export of the table would write
 */
public record PlanOperation(
    OperationSettings settings,
    RowSelection selection,
    ScanSizing sizing,
    BiFunction<CqlSession, TableDescription, List<OperationPlan.Column>> columns)
    implements BulkOperation<OperationPlan> {

  @Override
  public OperationPlan run(CqlSession session, Executor threads) {
    TableDescription table =
        new TableLookup(session).readable(settings.keyspace(), settings.table());
    List<OperationPlan.Column> exported = columns.apply(session, table);
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
    long bytes = (long) (scan.size().bytes() * selected);
    return new OperationPlan(
        table.toString(),
        exported,
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
