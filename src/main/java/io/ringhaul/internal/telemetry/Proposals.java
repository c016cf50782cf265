package io.ringhaul.internal.telemetry;

import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.Sample;
import java.util.Optional;

/** Values for parameters that this job has. */
final class Proposals {

  private Proposals() {}

  /** Half of what it is; empty if the job has no such parameter, or if it has its least value. */
  static Optional<Bottleneck.Proposal> half(Sample sample, String parameter) {
    Long now = sample.tunables().get(parameter);
    long least = parameter.equals(Tunable.PAGE_BYTES) ? Tunable.LEAST_PAGE_BYTES : 1;
    return now == null || now <= least
        ? Optional.empty()
        : Optional.of(new Bottleneck.Proposal(parameter, Math.max(least, now / 2)));
  }

  /** No more than that; empty if the job has no such parameter, or if it is lower already. */
  static Optional<Bottleneck.Proposal> most(Sample sample, String parameter, long most) {
    Long now = sample.tunables().get(parameter);
    return now == null || now <= most
        ? Optional.empty()
        : Optional.of(new Bottleneck.Proposal(parameter, most));
  }
}
