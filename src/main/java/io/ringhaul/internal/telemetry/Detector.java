package io.ringhaul.internal.telemetry;

import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.BottleneckKind;
import io.ringhaul.monitor.Sample;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Looks for one kind of bottleneck. Is given every sample of a job, in order, by one thread. */
interface Detector {

  BottleneckKind kind();

  /** How long it must be seen. */
  default Persistence persistence() {
    return Persistence.USUAL;
  }

  /** What is amiss in this sample, at most once for each component. */
  List<Detection> look(Sample sample, SteadyState steadyState);

  /**
   * What a detector sees in one sample: a {@link Bottleneck} if it lasts.
   *
   * @param component see {@link Bottleneck#component()}; the others likewise
   */
  record Detection(
      String component,
      Map<String, Double> evidence,
      String reason,
      String recommendation,
      Optional<Bottleneck.Proposal> proposal) {

    /** One that no parameter of the job would help against. */
    Detection(
        String component, Map<String, Double> evidence, String reason, String recommendation) {
      this(component, evidence, reason, recommendation, Optional.empty());
    }
  }

  /**
   * How often a symptom must be seen to be a bottleneck, and how long not for the bottleneck to be
   * over. The two differ so that what comes and goes is one bottleneck and not many.
   *
   * @param seen in so many samples
   * @param of these last ones
   * @param quiet so many samples in a row without it
   */
  record Persistence(int seen, int of, int quiet) {

    /**
     * Three of the last five seconds: a collection of a node or of this process, a flush or a full
     * connection disturbs one or two of them and is no bottleneck, and what lasts is still found
     * well within ten seconds.
     */
    static final Persistence USUAL = new Persistence(3, 5, 10);

    /**
     * For what never happens in a healthy run, so that twice is enough, and which pauses between
     * attempts keep apart: they grow to some seconds.
     */
    static final Persistence RARE = new Persistence(2, 8, 10);

    /**
     * Four of the last six: for what a node of a busy machine does by itself for up to three
     * seconds, as long as a flush and a collection take it, and what lasts is still found within
     * eight.
     */
    static final Persistence LASTING = new Persistence(4, 6, 10);

    /** For what may well be so for a few seconds: five of the last seven. */
    static final Persistence LONG = new Persistence(5, 7, 10);
  }

  /** Values for parameters that this job has. */
  static final class Proposals {

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
}
