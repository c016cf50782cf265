package io.ringhaul.cli;

import io.ringhaul.monitor.Progress;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/** Shows progress on standard error: a bar on a terminal, a line now and then elsewhere. */
interface ProgressDisplay extends AutoCloseable {

  /** Set by the launcher, which can tell; Java 17 cannot. */
  String TERMINAL_PROPERTY = "ringhaul.terminal";

  /**
   * Shows how far the operation is.
   *
   * @param note what holds the operation back; empty for nothing
   */
  void show(Progress progress, String note);

  /** Says something on a line of its own. */
  void say(String line);

  @Override
  void close();

  static ProgressDisplay of(String task) {
    return Boolean.getBoolean(TERMINAL_PROPERTY) ? new Bar(task) : new Lines(task);
  }

  /** A bar that is drawn anew twice a second, whether anything moves or not. */
  final class Bar implements ProgressDisplay {

    private static final int PERIOD_MILLIS = 500;

    /** Back to the start of the line, and all of it removed. */
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
        say(task + ": " + new ProgressLine(progress, note).whole());
      }
    }

    @Override
    public void say(String line) {
      System.err.println(line);
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }
}
