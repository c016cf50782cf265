package io.ringhaul.cli;

import io.ringhaul.monitor.Progress;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/** Shows progress on standard error: a bar on a terminal, otherwise periodic lines. */
interface ProgressDisplay extends AutoCloseable {

  /** Set by the launcher script, because Java 17 cannot detect a terminal. */
  String TERMINAL_PROPERTY = "ringhaul.terminal";

  /**
   * Shows the progress.
   *
   * @param note the current bottleneck; empty for none
   */
  void show(Progress progress, String note);

  /** Prints a separate line. */
  void say(String line);

  @Override
  void close();

  static ProgressDisplay of(String task, boolean isQuiet) {
    if (isQuiet) {
      return new Nothing();
    }
    return Boolean.getBoolean(TERMINAL_PROPERTY) ? new Bar(task) : new Lines(task);
  }

  /** No display. */
  final class Nothing implements ProgressDisplay {

    private Nothing() {}

    @Override
    public void show(Progress progress, String note) {
      // Quiet.
    }

    @Override
    public void say(String line) {
      // Quiet.
    }

    @Override
    public void close() {
      // No resources to release.
    }
  }

  /** A progress bar, redrawn twice a second even without progress. */
  final class Bar implements ProgressDisplay {

    private static final int PERIOD_MILLIS = 500;

    /** Moves the cursor to the start of the line and clears the line. */
    private static final String CLEAR_LINE = "\r\033[K";

    private final String task;
    private final ProgressBar bar;
    private volatile @Nullable ProgressLine latest;

    private Bar(String task) {
      this.task = task;
      this.bar =
          new ProgressBarBuilder()
              .setUpdateIntervalMillis(PERIOD_MILLIS)
              .continuousUpdate()
              .setRenderer((state, width) -> line(width))
              .setConsumer(new ConsoleProgressBarConsumer(System.err))
              .build();
    }

    private String line(int width) {
      ProgressLine line = latest;
      return line == null ? task : line.fitting(task, width);
    }

    @Override
    public void show(Progress progress, String note) {
      latest = new ProgressLine(progress, note);
    }

    @Override
    public void say(String line) {
      System.err.print(CLEAR_LINE + line + System.lineSeparator());
    }

    @Override
    public void close() {
      bar.close();
    }
  }

  /** At most one line every five seconds. */
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
        say(task + ": " + new ProgressLine(progress, note).whole());
      }
    }

    @Override
    public void say(String line) {
      System.err.println(line);
    }

    @Override
    public void close() {
      // No resources to release.
    }
  }
}
