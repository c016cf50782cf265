package io.ringhaul.internal.operation;

import io.ringhaul.monitor.BottleneckListener;
import io.ringhaul.monitor.SampleListener;
import java.util.List;

/**
 * How an operation is looked at while it runs.
 *
 * @param isOn whether it is
 * @param samples hear of each second's figures
 * @param bottlenecks hear of what holds the operation back
 */
public record Monitoring(
    boolean isOn, List<SampleListener> samples, List<BottleneckListener> bottlenecks) {

  /** Nobody looks. */
  public static final Monitoring NONE = new Monitoring(false, List.of(), List.of());
}
