package io.ringhaul.limits;

import io.ringhaul.internal.limits.JobControls;
import io.ringhaul.internal.limits.ManagedJob;
import io.ringhaul.internal.limits.ResourceLimits;
import io.ringhaul.internal.telemetry.JobsUnderWay;
import java.time.Clock;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Shares the cluster among the jobs of one process by their {@link JobPriority}, and holds each to
 * its {@link ResourceLimits}; jobs that ask the same nodes hear of one another. An operator has one
 * of its own; several operators over one cluster may share one. Thread-safe, and owns nothing that
 * must be closed.
 */
public final class ResourceManager {

  private final Clock clock;
  private final JobsUnderWay underWay = new JobsUnderWay();
  private final List<ManagedJob> jobs = new CopyOnWriteArrayList<>();

  private ResourceManager(Clock clock) {
    this.clock = clock;
  }

  /** A manager of no jobs yet. */
  public static ResourceManager create() {
    return new ResourceManager(Clock.systemUTC());
  }

  /** A manager that reads the time of run windows from another clock. */
  public static ResourceManager with(Clock clock) {
    return new ResourceManager(clock);
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

  public void ended(ManagedJob job) {
    jobs.remove(job);
    share();
  }

  /** Gives each job the requests in flight that are due to it beside the others. */
  public void share() {
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
