package io.ringhaul.internal.telemetry;

import io.ringhaul.monitor.BottleneckKind;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.Stage;
import java.util.List;
import java.util.Map;

/**
 * Finds that the process itself is the limit: it computes on all the cores that it may use, and its
 * workers hardly wait for the cluster. A machine that is busy with something else, a node beside
 * the job among it, is not enough.
 */
final class ClientCpuDetector implements Detector {

  /** A process that has all cores to itself does not reach 1: threads change, sampling is late. */
  private static final double BUSY = 0.85;

  /** Who waits more than this has time left: the cluster is a limit as well. */
  private static final double MOST_WAIT = 0.3;

  @Override
  public BottleneckKind kind() {
    return BottleneckKind.CLIENT_CPU;
  }

  /** A job computes at its full strength for some seconds without being held back by it. */
  @Override
  public Persistence persistence() {
    return Persistence.LONG;
  }

  @Override
  public List<Detection> look(Sample sample, SteadyState steadyState) {
    double cpu = sample.process().cpuShare();
    StageTimes times = StageTimes.of(sample.stages());
    double waits = times.share(Stage.WAIT);
    if (cpu < BUSY || times.seconds() == 0 || waits > MOST_WAIT) {
      return List.of();
    }
    double encoding = times.share(Stage.ENCODE, Stage.WRITE);
    return List.of(
        new Detection(
            "process",
            Map.of("cpuShare", cpu, "waitShare", waits, "encodeShare", encoding),
            FigureText.of(
                "The process uses %d %% of the processor time that it may use, and its workers wait"
                    + " for the cluster for %d %% of their time only.",
                FigureText.percent(cpu), FigureText.percent(waits)),
            encoding > 0.5
                ? "Give the process more cores, or choose a format or compression that takes less"
                    + " of them."
                : "Give the process more cores, or leave out columns that nobody needs."));
  }
}
