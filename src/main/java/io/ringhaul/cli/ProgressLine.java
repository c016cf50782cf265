package io.ringhaul.cli;

import io.ringhaul.monitor.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The progress of an operation as one line of text. */
final class ProgressLine {

  private static final int LEAST_BAR = 12;
  private static final int MOST_BAR = 40;
  private static final int LEAST_NOTE = 24;

  /**
   * Minimum width of a figure in characters, so that the layout stays stable when digits change.
   */
  private static final int USUAL_FIGURE = 14;

  /** Separator between figures. */
  private static final String COMMA = ", ";

  private final Progress progress;
  private final String note;

  /**
   * @param note the current bottleneck; empty for none
   */
  ProgressLine(Progress progress, String note) {
    this.progress = progress;
    this.note = note;
  }

  /** All figures, without a bar. */
  String whole() {
    List<String> all = new ArrayList<>(List.of(percent().strip()));
    all.addAll(shown());
    all.add(progress.inFlight() + " in flight");
    all.add(retries());
    all.add(note);
    return joined(all);
  }

  /**
   * A bar and as many figures as fit, most important first, padded to exactly the given width.
   *
   * @param operation the display name, omitted if it does not fit
   */
  String fitting(String operation, int width) {
    List<String> fitting = new ArrayList<>();
    int room = width - percent().length();
    room = take(unanswered(), room, fitting);
    // Reserves the space while the value is unknown, so that the layout does not change later.
    room = take(remaining(), room, fitting) - (remaining().isEmpty() ? USUAL_FIGURE : 0);
    room = take(rate(), room, fitting);
    boolean hasBar = room >= 1 + LEAST_BAR;
    room -= hasBar ? 1 + LEAST_BAR : 0;
    room = take(rows(), room, fitting);
    boolean isNamed = room >= operation.length() + 2;
    room -= isNamed ? operation.length() + 2 : 0;
    room = take(tasks(), room, fitting);
    List<String> figures = new ArrayList<>(shown());
    figures.retainAll(fitting);
    if (!note.isEmpty() && room >= LEAST_NOTE) {
      String told = note.substring(0, Math.min(note.length(), room - COMMA.length()));
      figures.add(told);
      room -= COMMA.length() + told.length();
    }
    String line =
        (isNamed ? operation + "  " : "")
            + percent()
            + (hasBar ? " " + bar(Math.min(MOST_BAR, LEAST_BAR + room)) : "")
            + "  "
            + joined(figures);
    return String.format("%-" + Math.max(1, width) + "s", line).substring(0, Math.max(0, width));
  }

  /** Adds a figure if it fits; returns the remaining width. */
  private static int take(String figure, int room, List<String> fitting) {
    int left = room - COMMA.length() - Math.max(USUAL_FIGURE, figure.length());
    if (figure.isEmpty() || left < 0) {
      return room;
    }
    fitting.add(figure);
    return left;
  }

  /** The figures in display order. */
  private List<String> shown() {
    return List.of(rate(), remaining(), unanswered(), rows(), tasks());
  }

  private static String joined(List<String> figures) {
    return String.join(COMMA, figures.stream().filter(each -> !each.isEmpty()).toList());
  }

  private String bar(int length) {
    int inner = length - 2;
    int done = (int) (inner * progress.completed());
    String head = done == inner ? "" : ">";
    return "[" + "=".repeat(done) + head + " ".repeat(inner - done - head.length()) + "]";
  }

  /** Rounded down, so that 100 % means complete. */
  private String percent() {
    return String.format(Locale.ROOT, "%3d %%", (int) (progress.completed() * 100));
  }

  private String rate() {
    return String.format(Locale.ROOT, "%,.0f rows/s", progress.rowsPerSecond());
  }

  private String remaining() {
    return progress.remaining().map(left -> Figures.wholeSeconds(left) + " left").orElse("");
  }

  private String unanswered() {
    return progress.isUnanswered()
        ? "no answer for " + Figures.wholeSeconds(progress.unanswered())
        : "";
  }

  private String rows() {
    return Figures.count(progress.rows(), "row", "rows");
  }

  private String tasks() {
    return String.format(Locale.ROOT, "%,d/", progress.tasksDone())
        + Figures.count(progress.tasks(), "task", "tasks");
  }

  private String retries() {
    return Figures.count(progress.retries(), "retry", "retries");
  }
}
