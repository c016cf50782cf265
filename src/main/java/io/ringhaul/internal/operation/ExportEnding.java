package io.ringhaul.internal.operation;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.UnknownCommitStateException;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.internal.rejects.RejectedRows;
import java.util.List;
import java.util.Optional;

/**
 * How an export ends: all at once, or with nothing published.
 *
 * @param rejected belong to rows that are, or may have been, published
 */
record ExportEnding(
    OperationJob job, TargetSession target, TargetPlan plan, RejectedRows rejected) {

  /** Nobody will ask again for the files of a job that this process alone knows. */
  void giveUp(Throwable failure) {
    if (job.isDurable()) {
      return;
    }
    // Not interrupted: the caller may have cancelled, and the files must go all the same.
    Uninterrupted.call(
        "ringhaul-discard",
        () -> {
          discard(failure, () -> target.clean(plan, List.of()));
          discard(failure, rejected::discard);
          return plan;
        });
  }

  /** Publishes what was written. */
  CommitResult commit(List<TaskOutput> outputs) {
    // Who has lost the job to another process must not publish.
    job.run().beat();
    CommitResult committed;
    try {
      committed = target.commit(plan, outputs);
    } catch (UnknownCommitStateException e) {
      throw e;
    } catch (Throwable e) {
      giveUp(e);
      throw e;
    }
    try {
      job.run().plan(new StoredExport(plan, Optional.of(committed)).text(), List.of());
    } catch (BulkOperationException e) {
      throw e.leaving("the export is committed, and resuming job " + job.id() + " finds it so");
    }
    return committed;
  }

  /** Takes something back after a failure, which stays the one that is reported. */
  private static void discard(Throwable failure, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }
}
