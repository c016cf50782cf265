package io.ringhaul.internal.operation;

import io.ringhaul.internal.telemetry.Background;
import io.ringhaul.monitor.Progress;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a listener of the progress twice a second, and once more when it is closed. */
final class ProgressReporter implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ProgressReporter.class);
  private static final long PERIOD_MILLIS = 500;
  private static final Duration TO_END = Duration.ofSeconds(10);

  private final Supplier<Progress> figures;
  private final Consumer<Progress> listener;
  private final ScheduledExecutorService clock;

  ProgressReporter(Supplier<Progress> figures, Consumer<Progress> listener) {
    this.figures = figures;
    this.listener = listener;
    this.clock = Background.clock("ringhaul-progress");
    clock.scheduleAtFixedRate(
        Background.lasting("A report of the progress", this::report),
        0,
        PERIOD_MILLIS,
        TimeUnit.MILLISECONDS);
  }

  private void report() {
    try {
      listener.accept(figures.get());
    } catch (RuntimeException e) {
      LOG.warn("The progress listener failed; the operation goes on", e);
    }
  }

  @Override
  public void close() {
    clock.shutdown();
    // The last report must not overtake one that is still being made.
    if (Background.awaitEnd(clock, TO_END)) {
      report();
    }
  }
}
