package io.ringhaul.internal.telemetry;

import io.ringhaul.internal.request.RequestLimits;
import io.ringhaul.monitor.Sample;
import java.util.HashMap;
import java.util.Map;

/**
 * Where in its course a job is: only what it does at full strength can be compared. It is not while
 * it warms up, is paused, or ends, when there are fewer tasks than workers. Is given every sample.
 */
final class SteadyState {

  /**
   * The first seconds after the first row: pages find their size, connections and compilers get
   * warm.
   */
  private static final int WARM_UP_SAMPLES = 5;

  /** A parameter that has moved by less leaves the figures comparable. */
  private static final double REGIME = 1.5;

  private final RequestLimits limits;
  private int warm;
  private int mostTasks;
  private int mostWorkers;
  private boolean atStrength;
  private boolean anew;
  private Map<String, Double> regime = Map.of();

  /**
   * @param limits the bounds that the job keeps to
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

  /** Whether the job is warm and has work for all of its workers. */
  boolean isAtStrength() {
    return atStrength;
  }

  /** Whether the parameters are others than before, so that what was usual tells nothing. */
  boolean isAnew() {
    return anew;
  }

  /** Whether some workers have no task any more. */
  private boolean isEnding(Sample sample) {
    if (mostTasks == 0) {
      // A count has requests instead of workers.
      return sample.inFlight() <= mostInFlight(sample) / 2;
    }
    // Workers that are too many go on until their tasks end.
    int full = Math.min(mostTasks, workers(sample));
    int working = sample.tasks().size();
    // One that is between two tasks just now has not run out of them.
    int waiting = sample.progress().tasks() - sample.progress().tasksDone() - working;
    return working < full && (waiting <= 0 || working <= full / 2);
  }

  /** How many workers there are, or were until some of them found nothing left to do. */
  int workers(Sample sample) {
    Long wanted = sample.tunables().get(Tunable.WORKERS);
    return wanted == null ? mostWorkers : wanted.intValue();
  }

  /** How many requests may be in flight by all bounds. */
  long mostInFlight(Sample sample) {
    long perNode = limits.maxInFlightPerNode();
    return perNode == 0
        ? sample.inFlightBound()
        : Math.min(sample.inFlightBound(), perNode * sample.nodes().size());
  }

  /** What an overload has taken away is no choice of anybody, and no new regime. */
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
