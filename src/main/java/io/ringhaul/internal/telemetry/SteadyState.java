package io.ringhaul.internal.telemetry;

import io.ringhaul.internal.request.RequestLimits;
import io.ringhaul.monitor.Sample;
import java.util.HashMap;
import java.util.Map;

/**
 * Whether a job runs at full strength. Only samples at full strength are comparable: not those of
 * the warm-up, of a pause, or of the end, when there are fewer tasks than workers. Must receive
 * every sample.
 */
final class SteadyState {

  /** In samples after the first row: page sizes adapt, connections open, and code is compiled. */
  private static final int WARM_UP_SAMPLES = 5;

  /** Samples remain comparable if no parameter changes by more than this factor. */
  private static final double REGIME = 1.5;

  private final RequestLimits limits;
  private int warm;
  private int mostTasks;
  private int mostWorkers;
  private boolean atStrength;
  private boolean anew;
  private Map<String, Double> regime = Map.of();

  /**
   * @param limits the request limits of the job
   */
  SteadyState(RequestLimits limits) {
    this.limits = limits;
  }

  void add(Sample sample) {
    anew = false;
    boolean begun = sample.progress().rows() > sample.progress().earlierRows();
    if (!begun || sample.paused()) {
      warm = 0;
      atStrength = false;
      return;
    }
    if (isOtherRegime(sample)) {
      anew = !regime.isEmpty();
      regime = parameters(sample);
      warm = 0;
      mostTasks = 0;
      mostWorkers = 0;
    }
    mostTasks = Math.max(mostTasks, sample.tasks().size());
    mostWorkers = Math.max(mostWorkers, sample.workers());
    warm++;
    atStrength = warm > WARM_UP_SAMPLES && !isEnding(sample);
  }

  /** Whether the job is warm and has tasks for all of its workers. */
  boolean isAtStrength() {
    return atStrength;
  }

  /** Whether the parameters have changed, so that baselines are no longer valid. */
  boolean isAnew() {
    return anew;
  }

  /** Whether some workers have no more tasks. */
  private boolean isEnding(Sample sample) {
    if (mostTasks == 0) {
      // A count has requests instead of workers.
      return sample.inFlight() <= mostInFlight(sample) / 2;
    }
    // Surplus workers continue until their tasks end.
    int full = Math.min(mostTasks, workers(sample));
    int working = sample.tasks().size();
    // A worker between two tasks has not run out of tasks.
    int waiting = sample.progress().tasks() - sample.progress().tasksDone() - working;
    return working < full && (waiting <= 0 || working <= full / 2);
  }

  /** The number of workers, including those without tasks at the end. */
  int workers(Sample sample) {
    Long wanted = sample.tunables().get(Tunable.WORKERS);
    return wanted == null ? mostWorkers : wanted.intValue();
  }

  /** The bound on requests in flight from all limits. */
  long mostInFlight(Sample sample) {
    long perNode = limits.maxInFlightPerNode();
    return perNode == 0
        ? sample.inFlightBound()
        : Math.min(sample.inFlightBound(), perNode * sample.nodes().size());
  }

  /**
   * A lower bound on requests after an overload is a reaction and no new regime; only parameters
   * count.
   */
  private boolean isOtherRegime(Sample sample) {
    Map<String, Double> now = parameters(sample);
    return !regime.keySet().equals(now.keySet())
        || now.entrySet().stream()
            .anyMatch(
                each -> {
                  double before = regime.getOrDefault(each.getKey(), 0.0);
                  return each.getValue() > before * REGIME || each.getValue() < before / REGIME;
                });
  }

  private static Map<String, Double> parameters(Sample sample) {
    Map<String, Double> parameters = new HashMap<>();
    sample.tunables().forEach((name, value) -> parameters.put(name, (double) value));
    return parameters;
  }
}
