package io.ringhaul;

import io.ringhaul.progress.Progress;
import io.ringhaul.progress.ProgressMeter;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a listener of the progress twice a second, and once more when it is closed. */
final class ProgressReporter implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ProgressReporter.class);
  private static final long PERIOD_MILLIS = 500;
  private static final long SECONDS_TO_END = 10;

  private final ProgressMeter meter;
  private final Consumer<Progress> listener;
  private final ScheduledExecutorService clock;

  ProgressReporter(ProgressMeter meter, Consumer<Progress> listener) {
    this.meter = meter;
    this.listener = listener;
    this.clock =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "ringhaul-progress");
              thread.setDaemon(true);
              return thread;
            });
    clock.scheduleAtFixedRate(this::report, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void report() {
    try {
      listener.accept(meter.progress());
    } catch (RuntimeException e) {
      LOG.warn("The progress listener failed; the operation goes on", e);
    }
  }

  @Override
  public void close() {
    clock.shutdown();
    try {
      // The last report must not overtake one that is still being made.
      if (clock.awaitTermination(SECONDS_TO_END, TimeUnit.SECONDS)) {
        report();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
