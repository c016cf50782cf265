package io.ringhaul;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.limits.ResourceLimits;
import io.ringhaul.internal.operation.Monitoring;
import io.ringhaul.internal.tuning.TuningSettings;
import io.ringhaul.limits.JobPriority;
import io.ringhaul.limits.TuningMode;
import io.ringhaul.monitor.BottleneckListener;
import io.ringhaul.monitor.SampleListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What a request says of how its operation is looked at while it runs.
 *
 * @param <S> the request's own type
 */
public abstract sealed class MonitoredRequest<S extends MonitoredRequest<S>> extends TunedRequest<S>
    permits OperationRequest {

  private static final String WITHOUT = "withoutMonitoring";

  private final List<SampleListener> sampleListeners = new ArrayList<>();
  private final List<BottleneckListener> bottleneckListeners = new ArrayList<>();
  private boolean unmonitored;

  /**
   * Hears once a second, and once at the end, how the operation got on: throughput, latency by
   * node, the time spent in each stage, and what the process takes of its machine. Each call adds a
   * listener; they are called one after the other, on a thread of the operation. Default: nobody
   * does. What a listener throws is logged once and does not disturb the operation.
   */
  public S onSample(SampleListener listener) {
    sampleListeners.add(Objects.requireNonNull(listener));
    return self();
  }

  /**
   * Hears of what holds the operation back: that a bottleneck begins, that it ends, and at the end
   * of the operation what took most of its time. Several listeners hear of it in their order.
   * Default: nobody does.
   */
  public S onBottleneck(BottleneckListener listener) {
    bottleneckListeners.add(Objects.requireNonNull(listener));
    return self();
  }

  /**
   * Does not look at how the operation gets on: no samples, no bottlenecks, no tuning while it
   * runs, and nothing of it in the job's store; progress is told all the same. Nobody can ask the
   * job for a profile or for other parameters then, and nothing is held back when the heap becomes
   * short. A {@link #runWindow}, a {@link #priority} and {@link TuningMode#ADAPT} need the samples
   * and are refused beside it when the operation is started; the other limits and {@code
   * protectLatency} are kept. Default: it is looked at once a second.
   */
  public S withoutMonitoring() {
    this.unmonitored = true;
    return self();
  }

  /**
   * A copy of them.
   *
   * @throws InvalidSettingException if there is to be no monitoring, and something needs it
   */
  final Monitoring monitoring(ResourceLimits limits, TuningSettings tuning) {
    if (!unmonitored) {
      return new Monitoring(true, List.copyOf(sampleListeners), List.copyOf(bottleneckListeners));
    }
    if (limits.runWindow().isPresent()) {
      refuse("runWindow");
    }
    if (limits.priority() != JobPriority.NORMAL) {
      refuse("priority");
    }
    if (tuning.mode() == TuningMode.ADAPT) {
      refuse("tuning(ADAPT)");
    }
    return Monitoring.NONE;
  }

  private static void refuse(String setting) {
    throw new InvalidSettingException(
        WITHOUT,
        String.format(
            "%s and %s exclude each other, because %2$s needs samples; leave one of them out",
            WITHOUT, setting));
  }

  @Override
  abstract S self();
}
