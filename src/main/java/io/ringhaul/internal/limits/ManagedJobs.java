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
   * @param clock tells the time of run windows
   */
  public ManagedJobs(Clock clock) {
    this.clock = clock;
  }

  /**
   * Returns the jobs of a manager.
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

  /** Which nodes the jobs ask, so that they hear of one another. */
  public JobsUnderWay underWay() {
    return underWay;
  }

  /** Holds a job to its limits from now on, until it is closed. */
  public ManagedJob manage(ResourceLimits limits, JobControls controls) {
    ManagedJob job = new ManagedJob(this, limits, controls, clock);
    job.begin();
    jobs.add(job);
    share();
    return job;
  }

  /** Takes a job that has ended out. */
  void ended(ManagedJob job) {
    jobs.remove(job);
    share();
  }

  /** Gives each job the requests in flight that are due to it beside the others. */
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
