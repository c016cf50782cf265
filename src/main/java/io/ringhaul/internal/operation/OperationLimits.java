package io.ringhaul.internal.operation;

import io.ringhaul.internal.limits.JobControls;
import io.ringhaul.internal.limits.ManagedJob;
import io.ringhaul.internal.limits.ManagedJobs;
import io.ringhaul.internal.limits.ResourceLimits;
import io.ringhaul.limits.PauseListener;
import java.util.List;

/**
 * What an operation may take of the process and the cluster.
 *
 * @param manager holds it to them, and shares the cluster among all that it knows
 * @param pauses hears of pauses
 */
public record OperationLimits(ResourceLimits limits, ManagedJobs manager, PauseListener pauses) {

  /**
   * Holds an operation to them from now on, until it is closed. One without a job ends by itself or
   * by an interrupt.
   */
  ManagedJob manage(OperationSubject subject, SteeredOperation operation) {
    return manager.manage(
        limits,
        new JobControls(
            subject.title(),
            subject.session().getMetadata().getNodes().keySet(),
            List.copyOf(operation.senders()),
            operation::pageCeiling,
            () -> subject.job().map(OperationJob::isStopping).orElse(false),
            pauses));
  }
}
