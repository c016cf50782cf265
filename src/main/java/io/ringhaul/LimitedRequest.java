package io.ringhaul;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.limits.ManagedJobs;
import io.ringhaul.internal.limits.ResourceLimits;
import io.ringhaul.internal.operation.OperationLimits;
import io.ringhaul.limits.JobPriority;
import io.ringhaul.limits.PauseListener;
import io.ringhaul.limits.RunWindow;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * What a request says of the process's and the cluster's share that its operation may take.
 *
 * @param <S> the request's own type
 */
public abstract sealed class LimitedRequest<S extends LimitedRequest<S>> permits TunedRequest {

  private ResourceLimits resourceLimits = ResourceLimits.NONE;
  private PauseListener pauseListener = PauseListener.NONE;

  /**
   * The part of the processor that this process may use while the operation runs: above 0, and up
   * to 1 for all cores that are open to it. The threads of the driver, of the collector and of the
   * application count too. Whoever handles rows waits when it is used up, so that it is kept to on
   * average over a few seconds, and not in each; the planning and the commit are not held back.
   * Where the application alone uses more, the operation still goes on by a page a second. Default:
   * 1, no bound.
   *
   * @throws InvalidSettingException if it is out of bounds
   */
  public S maxCpuShare(double share) {
    this.resourceLimits = resourceLimits.withMaxCpuShare(share);
    return self();
  }

  /**
   * The hours in which the operation may ask the cluster for rows or write them. When they end, it
   * waits for the answers under way and pauses; when they begin it goes on by itself, within about
   * a second. A paused job keeps its claim in the job's store, counts as running and can be
   * stopped: what its tasks have under way is given up then. The few requests of the planning are
   * made whatever the hour. Default: always.
   *
   * @see #onPause(PauseListener)
   */
  public S runWindow(RunWindow window) {
    this.resourceLimits = resourceLimits.withRunWindow(window);
    return self();
  }

  /**
   * How much of the cluster the operation gets beside others of the same operator, or of operators
   * that share a {@link io.ringhaul.limits.ResourceManager}: see there for the rule. Default:
   * {@link JobPriority#NORMAL}.
   */
  public S priority(JobPriority priority) {
    this.resourceLimits = resourceLimits.withPriority(priority);
    return self();
  }

  /**
   * Hears when the operation pauses by its {@link #runWindow} and when it goes on. Default: nobody
   * does. What the listener throws is logged and does not disturb the operation.
   */
  public S onPause(PauseListener listener) {
    this.pauseListener = Objects.requireNonNull(listener);
    return self();
  }

  /** Changes what the operation may take. */
  final void limit(UnaryOperator<ResourceLimits> change) {
    this.resourceLimits = change.apply(resourceLimits);
  }

  /**
   * A copy of them.
   *
   * @param manager sees to them
   */
  final OperationLimits limits(ManagedJobs manager) {
    return new OperationLimits(resourceLimits, manager, pauseListener);
  }

  abstract S self();
}
