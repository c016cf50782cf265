package io.ringhaul.cli;

import io.ringhaul.progress.Progress;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows progress on standard error: a bar on a terminal, a line now and then elsewhere. */
interface ProgressDisplay extends AutoCloseable {

  /** Set by the launcher, which can tell; Java 17 cannot. */
  String TERMINAL_PROPERTY = "ringhaul.terminal";

  /**
   * Shows how far the operation is.
   *
   * @param note what is to be said after the figures; empty for nothing
   */
  void show(Progress progress, String note);

  @Override
  void close();

  static ProgressDisplay of(String task) {
    return Boolean.getBoolean(TERMINAL_PROPERTY) ? new Bar(task) : new Lines(task);
  }

  /** Rows, their rate, the time left, and what the requests come to. */
  private static String text(Progress progress) {
    return String.format(
        Locale.ROOT,
        "%s, %d in flight, %,d retries",
        progress,
        progress.inFlight(),
        progress.retries());
  }

  /** A bar of a thousand steps: what is done counts in token ranges, not in rows. */
  final class Bar implements ProgressDisplay {

    private static final int STEPS = 1_000;

    private final ProgressBar bar;

    private Bar(String task) {
      this.bar =
          new ProgressBarBuilder()
              .setTaskName(task)
              .setInitialMax(STEPS)
              .setStyle(ProgressBarStyle.ASCII)
              .hideEta()
              .setConsumer(new ConsoleProgressBarConsumer(System.err))
              .build();
    }

    @Override
    public void show(Progress progress, String note) {
      bar.stepTo(Math.round(progress.completed() * STEPS));
      bar.setExtraMessage(text(progress) + note);
    }

    @Override
    public void close() {
      bar.close();
    }
  }

  /** At most a line every five seconds. */
  final class Lines implements ProgressDisplay {

    private static final long PERIOD_NANOS = 5_000_000_000L;

    private final String task;
    private long last = System.nanoTime();

    private Lines(String task) {
      this.task = task;
    }

    @Override
    public void show(Progress progress, String note) {
      if (System.nanoTime() - last >= PERIOD_NANOS) {
        last = System.nanoTime();
        System.err.println(task + ": " + text(progress) + note);
      }
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }
}
