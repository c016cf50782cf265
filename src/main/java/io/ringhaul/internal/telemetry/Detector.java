package io.ringhaul.internal.telemetry;

import io.ringhaul.monitor.BottleneckKind;
import io.ringhaul.monitor.Sample;
import java.util.List;

/** Looks for one kind of bottleneck. Is given every sample of a job, in order, by one thread. */
interface Detector {

  BottleneckKind kind();

  /** How long it must be seen. */
  default Persistence persistence() {
    return Persistence.USUAL;
  }

  /** What is amiss in this sample, at most once for each component. */
  List<Detection> look(Sample sample, SteadyState steadyState);
}
