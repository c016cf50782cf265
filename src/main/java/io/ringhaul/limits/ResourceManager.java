package io.ringhaul.limits;

import io.ringhaul.internal.limits.ManagedJobs;
import java.time.Clock;

/**
 * Shares a cluster among the jobs of one process by their {@link JobPriority}, and enforces the
 * limits of each job. Jobs with common nodes count as jobs of one cluster. By default each operator
 * has a manager of its own; operators over one cluster can share a manager. Thread-safe; needs no
 * closing. Applications must not implement this interface.
 */
public interface ResourceManager {

  /** Returns a manager without jobs. */
  static ResourceManager create() {
    return new ManagedJobs(Clock.systemUTC());
  }

  /** Returns a manager without jobs that reads the time for run windows from this clock. */
  static ResourceManager with(Clock clock) {
    return new ManagedJobs(clock);
  }
}
