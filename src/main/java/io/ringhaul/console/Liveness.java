package io.ringhaul.console;

import io.ringhaul.job.Job;
import io.ringhaul.job.JobOwner;
import io.ringhaul.job.JobStatus;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;

/** Whether the process that has a job lives, as far as that is seen from here. */
final class Liveness {

  /** A process says every second that it lives. */
  private static final Duration FRESH = Duration.ofSeconds(5);

  /** After so long its job can be taken from it. */
  private static final Duration SILENCE = Duration.ofSeconds(60);

  private static final String HOST = host();

  private Liveness() {}

  static boolean isAlive(Job job, Instant now) {
    return isWorking(job) && job.owner().filter(owner -> isAlive(owner, now)).isPresent();
  }

  /** Whether a process was at it when it was heard of last. */
  static boolean isWorking(Job job) {
    return job.status() == JobStatus.RUNNING || job.status() == JobStatus.STOPPING;
  }

  private static boolean isAlive(JobOwner owner, Instant now) {
    Duration silent = Duration.between(owner.lastSeen(), now);
    if (silent.compareTo(SILENCE) > 0) {
      return false;
    }
    // Of two containers with one name each may not see the other's processes.
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
