package io.ringhaul.limits;

import io.ringhaul.internal.limits.ManagedJobs;
import java.time.Clock;

/**
 * Shares the cluster among the jobs of one process by their {@link JobPriority}, and holds each to
 * its limits; jobs that ask the same nodes see one another. An operator has one of its own; several
 * operators over one cluster may share one. Thread-safe, and owns nothing that must be closed. Not
 * to be implemented by applications.
 */
public interface ResourceManager {

  /** Returns a manager without jobs. */
  static ResourceManager create() {
    return new ManagedJobs(Clock.systemUTC());
  }

  /** Returns a manager that reads the time of run windows from another clock. */
  static ResourceManager with(Clock clock) {
    return new ManagedJobs(clock);
  }
}
