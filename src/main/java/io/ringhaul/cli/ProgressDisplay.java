package io.ringhaul.cli;

import io.ringhaul.internal.telemetry.Background;
import io.ringhaul.limits.Pause;
import io.ringhaul.limits.PauseListener;
import io.ringhaul.monitor.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Shows progress on standard error: two lines on a terminal, otherwise periodic lines. */
interface ProgressDisplay extends PauseListener, AutoCloseable {

  /** Set by the launcher script, because Java 17 cannot detect a terminal. */
  String TERMINAL_PROPERTY = "ringhaul.terminal";

  /** Shows the progress. */
  void show(Progress progress);

  @Override
  void close();

  /**
   * Returns a display for standard error.
   *
   * @param operation the display name, such as {@code export store.orders}
   */
  static ProgressDisplay of(String operation, boolean isQuiet) {
    if (isQuiet) {
      return new Nothing();
    }
    return TerminalScreen.get()
        .<ProgressDisplay>map(screen -> new TwoLines(operation, screen))
        .orElseGet(() -> new PeriodicLines(operation));
  }

  /** No display. */
  final class Nothing implements ProgressDisplay {

    private Nothing() {}

    @Override
    public void show(Progress progress) {
      // Quiet.
    }

    @Override
    public void paused(Pause pause) {
      // Quiet.
    }

    @Override
    public void resumed(Pause pause) {
      // Quiet.
    }

    @Override
    public void close() {
      // No resources to release.
    }
  }

  /** Two lines of a terminal, redrawn twice a second even without progress, removed at the end. */
  final class TwoLines implements ProgressDisplay {

    private static final long PERIOD_MILLIS = 500;

    private final String operation;
    private final TerminalScreen screen;
    private final long start = System.nanoTime();
    private final ScheduledExecutorService clock = Background.clock("ringhaul-terminal");

    private volatile @Nullable Progress latest;

    /** Guarded by this, like drawing. */
    private boolean closed;

    private TwoLines(String operation, TerminalScreen screen) {
      this.operation = operation;
      this.screen = screen;
      clock.scheduleAtFixedRate(
          Background.lasting("A drawing of the progress", this::redraw),
          0,
          PERIOD_MILLIS,
          TimeUnit.MILLISECONDS);
    }

    private void redraw() {
      TerminalScreen.Look look = screen.look();
      synchronized (this) {
        // Else a drawing at the time of the end would put the lines back.
        if (!closed) {
          screen.draw(lines(look), look.width());
        }
      }
    }

    private List<TerminalScreen.Line> lines(TerminalScreen.Look look) {
      Progress progress = latest;
      return progress == null
          ? ProgressLines.beginning(operation, Duration.ofNanos(System.nanoTime() - start), look)
          : new ProgressLines(progress, Instant.now()).fitting(operation, look);
    }

    @Override
    public void show(Progress progress) {
      latest = progress;
    }

    @Override
    public void paused(Pause pause) {
      // The progress has the pause.
    }

    @Override
    public void resumed(Pause pause) {
      // The next progress has no pause.
    }

    @Override
    public void close() {
      clock.shutdownNow();
      synchronized (this) {
        closed = true;
        screen.clear();
      }
    }
  }

  /** At most one line every five seconds. */
  final class PeriodicLines implements ProgressDisplay {

    private static final long PERIOD_NANOS = 5_000_000_000L;

    private final String operation;
    private long last = System.nanoTime();

    private PeriodicLines(String operation) {
      this.operation = operation;
    }

    @Override
    public void show(Progress progress) {
      // A pause may last for days, and its line says until when.
      if (progress.pause().isEmpty() && System.nanoTime() - last >= PERIOD_NANOS) {
        last = System.nanoTime();
        System.err.println(operation + ": " + new ProgressLines(progress, Instant.now()).whole());
      }
    }

    @Override
    public void paused(Pause pause) {
      System.err.println(
          operation
              + " is paused"
              + pause.until().map(until -> " until " + JobFacts.moment(until)).orElse("")
              + ": "
              + TerminalText.escaped(pause.reason()));
    }

    @Override
    public void resumed(Pause pause) {
      System.err.println(operation + " resumes");
    }

    @Override
    public void close() {
      // No resources to release.
    }
  }
}
