package io.ringhaul.console;

import io.ringhaul.job.Job;
import io.ringhaul.job.JobOwner;
import io.ringhaul.job.JobStatus;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;

/** Determines if the process of a job is alive, as far as this process can tell. */
final class Liveness {

  /** Processes report every second; a report of this age proves that the process is alive. */
  private static final Duration FRESH = Duration.ofSeconds(5);

  /** After this time without a report, another process can take over the job. */
  private static final Duration SILENCE = Duration.ofSeconds(60);

  private static final String HOST = host();

  private Liveness() {}

  static boolean isAlive(Job job, Instant now) {
    return job.status().isWorking() && job.owner().filter(owner -> isAlive(owner, now)).isPresent();
  }

  /** Returns true if the job has not ended, as far as the store knows. */
  static boolean isOpen(Job job) {
    return job.status().isWorking() || job.status() == JobStatus.PENDING;
  }

  private static boolean isAlive(JobOwner owner, Instant now) {
    Duration silent = Duration.between(owner.lastSeen(), now);
    if (silent.compareTo(SILENCE) > 0) {
      return false;
    }
    // Containers can share a host name without seeing each other's processes, so a recent report
    // comes first.
    return silent.compareTo(FRESH) <= 0
        || !owner.host().equals(HOST)
        || ProcessHandle.of(owner.pid()).filter(ProcessHandle::isAlive).isPresent();
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "";
    }
  }
}
