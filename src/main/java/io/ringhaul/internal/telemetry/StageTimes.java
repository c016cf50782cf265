package io.ringhaul.internal.telemetry;

import io.ringhaul.monitor.Stage;
import io.ringhaul.monitor.StageSample;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The workers' time by stage. */
final class StageTimes {

  /** The stages in which a worker waits. */
  static final Set<Stage> WAITING = Set.of(Stage.WAIT_CLUSTER, Stage.WAIT_LIMIT, Stage.WAIT_SLOT);

  private final Map<Stage, Double> seconds = new EnumMap<>(Stage.class);

  static StageTimes of(List<StageSample> stages) {
    StageTimes times = new StageTimes();
    times.add(stages);
    return times;
  }

  void add(List<StageSample> stages) {
    stages.forEach(each -> seconds.merge(each.stage(), each.seconds(), Double::sum));
  }

  /** The seconds of all stages. */
  double seconds() {
    return seconds.values().stream().mapToDouble(each -> each).sum();
  }

  /** The seconds of these stages together. */
  double seconds(Set<Stage> stages) {
    return stages.stream().mapToDouble(stage -> seconds.getOrDefault(stage, 0.0)).sum();
  }

  /** The share of these stages in the time of all, 0 to 1; 0 if nothing was timed. */
  double share(Set<Stage> stages) {
    double all = seconds();
    return all == 0 ? 0 : seconds(stages) / all;
  }
}
