package io.ringhaul.internal.limits;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.telemetry.JobsUnderWay;
import io.ringhaul.limits.ResourceManager;
import java.time.Clock;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The only implementation of {@link ResourceManager}. Thread-safe. */
public final class ManagedJobs implements ResourceManager {

  private final Clock clock;
  private final JobsUnderWay underWay = new JobsUnderWay();
  private final List<ManagedJob> jobs = new CopyOnWriteArrayList<>();

  /**
   * Creates a manager without jobs.
   *
   * @param clock the clock for run windows
   */
  public ManagedJobs(Clock clock) {
    this.clock = clock;
  }

  /**
   * Returns the manager as its implementation.
   *
   * @throws InvalidSettingException if an application implements the manager
   */
  public static ManagedJobs of(ResourceManager manager) {
    if (manager instanceof ManagedJobs jobs) {
      return jobs;
    }
    throw new InvalidSettingException(
        "resources",
        "resources is a "
            + manager.getClass().getName()
            + "; it takes what ResourceManager.create() returns");
  }

  /** The registry in which the jobs find other jobs on the same nodes. */
  public JobsUnderWay underWay() {
    return underWay;
  }

  /** Enforces the limits of a job until the returned object is closed. */
  public ManagedJob manage(ResourceLimits limits, JobControls controls) {
    ManagedJob job = new ManagedJob(this, limits, controls, clock);
    job.begin();
    jobs.add(job);
    share();
    return job;
  }

  /** Removes a job that has ended. */
  void ended(ManagedJob job) {
    jobs.remove(job);
    share();
  }

  /** Sets the ceiling of each job by its priority. */
  void share() {
    for (ManagedJob job : jobs) {
      int weight = job.priority().weight();
      int heaviest = Math.max(weight, heaviestBeside(job));
      job.share(
          weight == heaviest
              ? Integer.MAX_VALUE
              : Math.max(1, job.controls().parallelism() * weight / heaviest));
    }
  }

  private int heaviestBeside(ManagedJob job) {
    return jobs.stream()
        .filter(other -> other != job && other.isCompeting() && isOfOneCluster(job, other))
        .mapToInt(other -> other.priority().weight())
        .max()
        .orElse(0);
  }

  private static boolean isOfOneCluster(ManagedJob one, ManagedJob other) {
    return !Collections.disjoint(one.controls().nodes(), other.controls().nodes());
  }
}
