package io.ringhaul.cli;

import io.ringhaul.limits.Pause;
import io.ringhaul.monitor.Health;
import io.ringhaul.monitor.LimitingFactor;
import io.ringhaul.monitor.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The progress of an operation as text: two lines of a terminal, or one line without one. The first
 * of the two lines has the figures, the second what limits the operation.
 */
final class ProgressLines {

  private static final int LEAST_BAR = 18;
  private static final int MOST_BAR = 40;

  /** Minimum width of a figure in characters, so that the layout stays when digits change. */
  private static final int USUAL_FIGURE = 14;

  /** Such as that of {@code 12 min 20 s left}. */
  private static final int USUAL_TIME = 16;

  /** Such as that of {@code 186,400 of ~300,000 rows}. */
  private static final int USUAL_ESTIMATE = 24;

  private static final String GAP = "  ";

  /** Before this share, an estimate of all rows is a guess. */
  private static final double LEAST_TO_ESTIMATE = 0.05;

  private final Progress progress;
  private final State state;

  /** The colour that a state has beside its words. */
  private enum Tone {
    GOOD("\033[32m"),
    HELD("\033[33m"),
    BAD("\033[31m");

    private final String escape;

    Tone(String escape) {
      this.escape = escape;
    }
  }

  /**
   * How the operation is.
   *
   * @param brief what stands in place of the remaining time; empty for that time
   * @param text what limits the operation; empty for nothing known
   */
  private record State(Tone tone, String brief, String text) {}

  ProgressLines(Progress progress, Instant now) {
    this.progress = progress;
    this.state = stateOf(progress, now);
  }

  /** The health of an operation, or what limits it; empty if neither is known. */
  static String state(Progress progress, Instant now) {
    return stateOf(progress, now).text();
  }

  private static State stateOf(Progress progress, Instant now) {
    State state = judged(progress, now);
    // Reasons contain names of other users' jobs.
    String text = TerminalText.escaped(state.text()).replace('\n', ' ').replace('\t', ' ');
    return new State(state.tone(), state.brief(), text);
  }

  private static State judged(Progress progress, Instant now) {
    Health health = progress.health();
    if (progress.completed() >= 1) {
      // What is left is the commit, whose time is unknown.
      return new State(Tone.GOOD, "finishing", limit(progress).orElse(""));
    }
    return switch (health.state()) {
      case RUNNING_WELL -> new State(Tone.GOOD, "", limit(progress).orElse(""));
      case SLOWED -> new State(Tone.HELD, "", health.text());
      case FAILING -> new State(Tone.BAD, "", health.text());
      case STALLED ->
          new State(Tone.BAD, "stalled " + Figures.wholeSeconds(health.since()), health.text());
      case PAUSED ->
          new State(
              Tone.HELD,
              "paused",
              progress.pause().map(pause -> paused(pause, now)).orElse(health.text()));
    };
  }

  /** Such as {@code Limited by your limit of 8,000 rows/s (--rate)}. */
  private static Optional<String> limit(Progress progress) {
    return progress
        .limitedBy()
        .map(
            factor ->
                factor.kind() == LimitingFactor.Kind.NOTHING
                    ? "Nothing limits it"
                    : "Limited by " + OptionNames.withOption(factor));
  }

  /** Such as {@code Paused, resumes in 2 h 5 min: ...}. */
  private static String paused(Pause pause, Instant now) {
    String end =
        pause
            .until()
            .map(until -> Duration.between(now, until))
            .filter(left -> !left.isNegative())
            .map(left -> ", resumes in " + Figures.wholeSeconds(left))
            .orElse("");
    return "Paused" + end + ": " + pause.reason();
  }

  /** All figures in one line, the most important first. */
  String whole() {
    List<String> all = new ArrayList<>(List.of(percent(), rate()));
    all.add(state.brief().isEmpty() ? remaining() : state.brief());
    all.add(rows());
    all.add(tasks());
    all.add(progress.inFlight() + " in flight");
    all.add(retries());
    all.add(state.text());
    return String.join(", ", all.stream().filter(each -> !each.isEmpty()).toList());
  }

  /**
   * Two lines that are shorter than the terminal is wide.
   *
   * @param operation the display name
   */
  List<TerminalScreen.Line> fitting(String operation, TerminalScreen.Look look) {
    return List.of(figures(look), stateLine(operation, look));
  }

  /** Two lines of an operation that has no progress yet. */
  static List<TerminalScreen.Line> beginning(
      String operation, Duration elapsed, TerminalScreen.Look look) {
    Painter first = new Painter(look);
    first.add(operation, "");
    Painter second = new Painter(look);
    second.add("Preparing, " + Figures.wholeSeconds(elapsed), "");
    return List.of(first.line(), second.line());
  }

  /** The share, a bar, the rate and the time left; further figures where they fit. */
  private TerminalScreen.Line figures(TerminalScreen.Look look) {
    int room = look.width() - 1 - percentColumn().length();
    List<String> figures = new ArrayList<>();
    room = take(padded(rate(), USUAL_FIGURE), room, figures);
    room = take(padded(timeLeft(), USUAL_TIME), room, figures);
    boolean hasBar = room >= 1 + LEAST_BAR;
    room -= hasBar ? 1 + LEAST_BAR : 0;
    int before = room;
    room = take(padded(rowsOfAll(), USUAL_ESTIMATE), room, figures);
    room = room == before ? take(padded(rows(), USUAL_FIGURE), room, figures) : room;
    room = take(padded(tasks(), USUAL_FIGURE), room, figures);
    if (progress.retries() > 0) {
      room = take(padded(retries(), USUAL_FIGURE), room, figures);
    }
    Painter line = new Painter(look);
    line.add(percentColumn(), "\033[1m");
    if (hasBar) {
      line.add(" ", "");
      bar(line, Math.min(MOST_BAR, LEAST_BAR + room), look.hasBlocks());
    }
    for (String figure : figures) {
      line.add(GAP + figure, "");
    }
    return line.line();
  }

  /** Adds a figure if it fits; returns the remaining width. */
  private static int take(String figure, int room, List<String> figures) {
    int left = room - GAP.length() - figure.length();
    if (left < 0) {
      return room;
    }
    figures.add(figure);
    return left;
  }

  private static String padded(String figure, int width) {
    return String.format(Locale.ROOT, "%" + width + "s", figure);
  }

  /** What limits the operation, and at the right end its name where it fits. */
  private TerminalScreen.Line stateLine(String operation, TerminalScreen.Look look) {
    Painter line = new Painter(look);
    String indent = " ".repeat(2);
    if (state.text().isEmpty()) {
      line.add(indent + operation, "\033[2m");
      return line.line();
    }
    line.add(indent + state.text(), state.tone() == Tone.GOOD ? "" : state.tone().escape);
    int room = look.width() - 1 - indent.length() - state.text().length();
    if (room >= operation.length() + 2 * GAP.length()) {
      line.add(" ".repeat(room - operation.length()) + operation, "\033[2m");
    }
    return line.line();
  }

  private void bar(Painter line, int length, boolean hasBlocks) {
    int inner = length - 2;
    double done = Math.max(0, Math.min(1, progress.completed())) * inner;
    int whole = (int) done;
    line.add(hasBlocks ? "▕" : "[", "");
    if (hasBlocks) {
      int eighths = (int) ((done - whole) * 8);
      String part = eighths == 0 ? "" : Character.toString("▏▎▍▌▋▊▉".charAt(eighths - 1));
      line.add("█".repeat(whole) + part, state.tone().escape);
      line.add(" ".repeat(inner - whole - part.length()) + "▏", "");
    } else {
      String head = whole == inner ? "" : ">";
      line.add("=".repeat(whole) + head, state.tone().escape);
      line.add(" ".repeat(inner - whole - head.length()) + "]", "");
    }
  }

  /** Rounded down, so that 100 % means complete. */
  private String percent() {
    return (int) (progress.completed() * 100) + " %";
  }

  private String percentColumn() {
    return String.format(Locale.ROOT, "%5s", percent());
  }

  /** None while no answers come: the measured rate is that of the last seconds. */
  private String rate() {
    return progress.health().state() == Health.State.STALLED
        ? "0 rows/s"
        : String.format(Locale.ROOT, "%,.0f rows/s", progress.rowsPerSecond());
  }

  private String remaining() {
    return progress.remaining().map(left -> Figures.wholeSeconds(left) + " left").orElse("");
  }

  /** The time left; the state in its place if it has no time left, else the time so far. */
  private String timeLeft() {
    if (!state.brief().isEmpty()) {
      return state.brief();
    }
    return progress.remaining().isPresent()
        ? remaining()
        : "after " + Figures.wholeSeconds(progress.elapsed());
  }

  private String rows() {
    return Figures.count(progress.rows(), "row", "rows");
  }

  /** Such as {@code 186,400 of ~300,000 rows}. */
  private String rowsOfAll() {
    if (progress.completed() < LEAST_TO_ESTIMATE || progress.completed() >= 1) {
      return rows();
    }
    long all = Math.round(progress.rows() / progress.completed());
    // Two digits: more of them would change at each drawing.
    long unit = 1;
    while (all / unit >= 100) {
      unit *= 10;
    }
    long rounded = Math.round((double) all / unit) * unit;
    return String.format(
        Locale.ROOT, "%,d of ~%,d rows", progress.rows(), Math.max(progress.rows(), rounded));
  }

  private String tasks() {
    return String.format(Locale.ROOT, "%,d/", progress.tasksDone())
        + Figures.count(progress.tasks(), "task", "tasks");
  }

  private String retries() {
    return Figures.count(progress.retries(), "retry", "retries");
  }

  /** Collects the parts of a line, cuts it before the end of the terminal, and adds colours. */
  private static final class Painter {

    private static final String PLAIN = "\033[0m";

    private final TerminalScreen.Look look;
    private final StringBuilder text = new StringBuilder();
    private int length;
    private boolean isCut;

    Painter(TerminalScreen.Look look) {
      this.look = look;
    }

    /**
     * @param escape the sequence that sets the colour; empty for none
     */
    void add(String part, String escape) {
      int room = look.width() - 1 - length;
      String shown = part;
      if (isCut || room <= 0) {
        return;
      }
      if (part.length() > room) {
        String end = look.hasBlocks() ? "…" : "...";
        shown = part.substring(0, Math.max(0, room - end.length())) + end;
        isCut = true;
      }
      boolean isColoured = look.hasColours() && !escape.isEmpty() && !shown.isBlank();
      text.append(isColoured ? escape : "").append(shown).append(isColoured ? PLAIN : "");
      length += shown.length();
    }

    TerminalScreen.Line line() {
      return new TerminalScreen.Line(text.toString(), length);
    }
  }
}
