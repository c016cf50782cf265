package io.ringhaul.internal.telemetry;

import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.BottleneckKind;
import io.ringhaul.monitor.Sample;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Looks for one kind of bottleneck. Receives every sample of a job, in order, on one thread. */
interface Detector {

  BottleneckKind kind();

  /** How often the symptom must be present. */
  default Persistence persistence() {
    return Persistence.USUAL;
  }

  /** Returns the symptoms in this sample, at most one for each component. */
  List<Detection> look(Sample sample, SteadyState steadyState);

  /**
   * A symptom in one sample; it becomes a {@link Bottleneck} if it persists. The components mean
   * the same as there.
   */
  record Detection(
      String component,
      Map<String, Double> evidence,
      String reason,
      String recommendation,
      Optional<Bottleneck.Proposal> proposal) {

    /** Creates a detection without a proposal: no parameter of the job would help. */
    Detection(
        String component, Map<String, Double> evidence, String reason, String recommendation) {
      this(component, evidence, reason, recommendation, Optional.empty());
    }
  }

  /**
   * How many samples must show a symptom to open a bottleneck, and how many without it close the
   * bottleneck. The two differ so that a symptom that comes and goes is one bottleneck.
   *
   * @param seen the number of samples with the symptom
   * @param of the number of last samples among which they count
   * @param quiet the number of consecutive samples without the symptom that close the bottleneck
   */
  record Persistence(int seen, int of, int quiet) {

    /**
     * Three of the last five seconds. A garbage collection of a node or of this process, a flush or
     * a full connection disturbs one or two samples and is no bottleneck; a lasting symptom is
     * reported well within ten seconds.
     */
    static final Persistence USUAL = new Persistence(3, 5, 10);

    /**
     * Two of the last eight, for a symptom that never occurs in a healthy run. The window spans the
     * pauses between retries, which grow to some seconds.
     */
    static final Persistence RARE = new Persistence(2, 8, 10);

    /**
     * Four of the last six, for what a node of a busy machine causes by itself for up to three
     * seconds, such as a flush followed by a collection. A lasting symptom is reported within eight
     * seconds.
     */
    static final Persistence LASTING = new Persistence(4, 6, 10);

    /** Five of the last seven, for a symptom that a healthy run may show for a few seconds. */
    static final Persistence LONG = new Persistence(5, 7, 10);
  }

  /** Proposals for parameters that the job has. */
  static final class Proposals {

    private Proposals() {}

    /**
     * Half of the current value; empty if the job has no such parameter or the value is at its
     * minimum.
     */
    static Optional<Bottleneck.Proposal> half(Sample sample, String parameter) {
      Long now = sample.tunables().get(parameter);
      long least = parameter.equals(Tunable.PAGE_BYTES) ? Tunable.LEAST_PAGE_BYTES : 1;
      return now == null || now <= least
          ? Optional.empty()
          : Optional.of(new Bottleneck.Proposal(parameter, Math.max(least, now / 2)));
    }

    /**
     * This maximum; empty if the job has no such parameter or its value is not above the maximum.
     */
    static Optional<Bottleneck.Proposal> most(Sample sample, String parameter, long most) {
      Long now = sample.tunables().get(parameter);
      return now == null || now <= most
          ? Optional.empty()
          : Optional.of(new Bottleneck.Proposal(parameter, most));
    }
  }
}
