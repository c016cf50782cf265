package io.ringhaul.internal.operation;

import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.internal.rejects.RejectedRows;
import io.ringhaul.internal.scan.TableScanner;
import io.ringhaul.internal.write.ExportedRows;
import java.util.function.IntSupplier;

/**
 * What the tasks of an export share.
 *
 * @param scan what is read, task by task
 * @param scanner reads it
 * @param inFlight how many requests may be in flight just now
 * @param target where it goes
 * @param targetPlan how
 * @param rows what of a row is exported
 * @param rejected the rows that the target cannot hold
 * @param budget how many rows may still be written
 * @param job the job that it is
 * @param checkpoints what of the job is done
 * @param sameTable checks that the table stays the one that it was
 * @param splitRule when a task that runs is divided
 */
record ExportWork(
    TableScan scan,
    TableScanner scanner,
    IntSupplier inFlight,
    TargetSession target,
    TargetPlan targetPlan,
    ExportedRows rows,
    RejectedRows rejected,
    RowBudget budget,
    OperationJob job,
    ExportCheckpoints checkpoints,
    TableCheck sameTable,
    SplitRule splitRule) {}
