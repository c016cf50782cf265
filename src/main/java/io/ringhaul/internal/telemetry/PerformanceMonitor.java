package io.ringhaul.internal.telemetry;

import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.SampleListener;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a sample of an operation each second, on a thread of its own, and one more when it is
 * closed, so that the samples together hold all that the operation did. Listeners hear of each in
 * their order. One that fails is logged once, and disturbs neither the operation nor the others.
 */
public final class PerformanceMonitor implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PerformanceMonitor.class);
  private static final long PERIOD_MILLIS = 1_000;
  private static final Duration TO_END = Duration.ofSeconds(10);

  private final Sampling sampling;
  private final List<SampleListener> listeners;
  private final Set<SampleListener> failed = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService clock;
  private final Runnable sample = Background.lasting("A sample", this::sample);

  private PerformanceMonitor(Sampling sampling, List<SampleListener> listeners) {
    this.sampling = sampling;
    this.listeners = listeners;
    this.clock = Background.clock("ringhaul-monitor");
  }

  /** Begins to watch an operation. */
  public static PerformanceMonitor start(
      MonitoredOperation operation, List<SampleListener> listeners) {
    PerformanceMonitor monitor =
        new PerformanceMonitor(new Sampling(operation), List.copyOf(listeners));
    monitor.clock.scheduleWithFixedDelay(
        monitor.sample, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    return monitor;
  }

  private void sample() {
    Sample next = sampling.next();
    listeners.forEach(listener -> tell(listener, next));
  }

  private void tell(SampleListener listener, Sample next) {
    try {
      listener.sampled(next);
    } catch (RuntimeException | Error e) {
      if (failed.add(listener)) {
        LOG.warn(
            "A listener failed on a sample; the operation goes on, and further failures of it are"
                + " not logged",
            e);
      }
    }
  }

  /**
   * Takes the last sample, on the monitor's thread, waits for its listeners and ends the thread.
   */
  @Override
  public void close() {
    if (clock.isShutdown()) {
      return;
    }
    // Whoever is cancelled waits for the last sample all the same.
    clock.execute(sample);
    clock.shutdown();
    if (!Background.awaitEnd(clock, TO_END)) {
      LOG.warn("A listener holds the monitor's thread; the operation ends without its last word");
    }
  }
}
