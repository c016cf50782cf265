package io.ringhaul.internal.jobstore;

import io.ringhaul.job.JobOwner;
import java.time.Instant;

/**
 * The right of one run to change a job.
 *
 * @param owner the process, for messages
 * @param machine see {@link LocalProcess#machine()}
 * @param mark see {@link LocalProcess#mark()}
 * @param holder the store object that obtained the claim; empty after its release
 */
record Claim(JobOwner owner, String machine, String mark, String holder) {

  /** Of a process that works through a store object. */
  static Claim of(LocalProcess process, String holder, Instant now) {
    return new Claim(
        new JobOwner(process.host(), process.pid(), process.start(), now),
        process.machine(),
        process.mark(),
        holder);
  }

  Claim seen(Instant now) {
    JobOwner seen = new JobOwner(owner.host(), owner.pid(), owner.processStart(), now);
    return new Claim(seen, machine, mark, holder);
  }

  Claim givenBack() {
    return new Claim(owner, machine, mark, "");
  }

  boolean isHeld() {
    return !holder.isEmpty();
  }
}
