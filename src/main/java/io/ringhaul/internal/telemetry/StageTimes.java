package io.ringhaul.internal.telemetry;

import io.ringhaul.monitor.Stage;
import io.ringhaul.monitor.StageSample;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The workers' time by stage. */
final class StageTimes {

  private final Map<Stage, Double> seconds = new EnumMap<>(Stage.class);

  static StageTimes of(List<StageSample> stages) {
    StageTimes times = new StageTimes();
    times.add(stages);
    return times;
  }

  void add(List<StageSample> stages) {
    stages.forEach(each -> seconds.merge(each.stage(), each.seconds(), Double::sum));
  }

  /** The seconds of these stages together, or of all stages if none is named. */
  double seconds(Stage... stages) {
    double sum = 0;
    for (Stage stage : stages.length == 0 ? Stage.values() : stages) {
      sum += seconds.getOrDefault(stage, 0.0);
    }
    return sum;
  }

  /** The share of these stages in the time of all, 0 to 1; 0 if nothing was timed. */
  double share(Stage... stages) {
    double all = seconds();
    return all == 0 ? 0 : seconds(stages) / all;
  }
}
