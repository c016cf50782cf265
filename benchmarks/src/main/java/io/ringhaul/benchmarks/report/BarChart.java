package io.ringhaul.benchmarks.report;

import io.ringhaul.benchmarks.report.Drawing.Anchor;
import io.ringhaul.benchmarks.report.Drawing.Ink;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;

/** A bar chart with the minimum and maximum of each figure and, if set, its limit. */
public final class BarChart implements Chart {

  private static final int WIDTH = 760;
  private static final int TOP = 44;
  private static final int ROW = 32;
  private static final int BAR = 16;
  private static final int CAP = 4;
  private static final int FIGURES = 150;
  private static final int GAP = 12;
  private static final int BOTTOM = 62;

  /** Estimated width of a character at 13 pixels. */
  private static final double LETTER = 7.2;

  /** Longest name, in characters, that is not shortened. */
  private static final int MOST_LETTERS = 40;

  private record Bar(String name, double figure, double least, double most, OptionalDouble limit) {}

  private final String title;
  private final String unit;
  private final List<Bar> bars = new ArrayList<>();

  /**
   * Creates an empty chart.
   *
   * @param unit the unit of the figures, such as {@code times the scan}
   */
  public BarChart(String title, String unit) {
    this.title = title;
    this.unit = unit;
  }

  /** Adds a figure with its minimum and maximum. */
  public BarChart bar(String name, double figure, double least, double most) {
    bars.add(new Bar(name, figure, least, most, OptionalDouble.empty()));
    return this;
  }

  /** Adds a figure that has an upper or lower limit. */
  public BarChart bar(String name, double figure, double least, double most, double limit) {
    bars.add(new Bar(name, figure, least, most, OptionalDouble.of(limit)));
    return this;
  }

  @Override
  public String title() {
    return title;
  }

  @Override
  public String svg() {
    int height = TOP + bars.size() * ROW + BOTTOM;
    int bottom = height - BOTTOM;
    double left = 2 * GAP + labelWidth();
    Drawing drawing = new Drawing(WIDTH, height, title);
    Axis axis = Axis.upTo(largest(), left, WIDTH - FIGURES - 2.0 * GAP);
    drawing.text(GAP, 26, Anchor.START, Ink.TEXT, title);
    for (double tick : axis.ticks()) {
      drawing.line(axis.at(tick), TOP, axis.at(tick), bottom, 1, Ink.GRID);
      drawing.text(axis.at(tick), bottom + 16.0, Anchor.MIDDLE, Ink.QUIET, axis.label(tick));
    }
    for (int i = 0; i < bars.size(); i++) {
      draw(bars.get(i), TOP + i * ROW + ROW / 2.0, axis, drawing);
    }
    drawing.text(GAP, height - 14.0, Anchor.START, Ink.QUIET, legend());
    return drawing.svg();
  }

  private void draw(Bar bar, double y, Axis axis, Drawing drawing) {
    drawing.text(axis.from() - GAP, y + 4.5, Anchor.END, Ink.TEXT, label(bar));
    double from = axis.from();
    drawing.box(from, y - BAR / 2.0, Math.max(0, axis.at(bar.figure()) - from), BAR, Ink.FIRST);
    if (bar.least() < bar.most()) {
      double least = axis.at(bar.least());
      double most = axis.at(bar.most());
      drawing.line(least, y, most, y, 1.5, Ink.TEXT);
      drawing.line(least, y - CAP, least, y + CAP, 1.5, Ink.TEXT);
      drawing.line(most, y - CAP, most, y + CAP, 1.5, Ink.TEXT);
    }
    bar.limit()
        .ifPresent(
            limit ->
                drawing.dashedLine(
                    axis.at(limit),
                    y - ROW / 2.0 + 2,
                    axis.at(limit),
                    y + ROW / 2.0 - 2,
                    Ink.LIMIT));
    drawing.text(WIDTH - GAP, y + 4.5, Anchor.END, Ink.TEXT, figures(bar));
  }

  private String legend() {
    boolean hasRange = bars.stream().anyMatch(bar -> bar.least() < bar.most());
    boolean hasLimit = bars.stream().anyMatch(bar -> bar.limit().isPresent());
    return unit
        + (hasRange ? "; thin lines: least and most" : "")
        + (hasLimit ? "; dashed: the limit" : "");
  }

  private static String figures(Bar bar) {
    return bar.least() < bar.most()
        ? number(bar.figure()) + " (" + number(bar.least()) + " - " + number(bar.most()) + ")"
        : number(bar.figure());
  }

  private static String number(double figure) {
    return String.format(Locale.ROOT, figure < 100 ? "%.2f" : "%,.0f", figure);
  }

  private static String label(Bar bar) {
    return bar.name().length() <= MOST_LETTERS
        ? bar.name()
        : bar.name().substring(0, MOST_LETTERS - 3) + "...";
  }

  private double labelWidth() {
    return bars.stream().mapToInt(bar -> label(bar).length()).max().orElse(0) * LETTER;
  }

  private double largest() {
    return bars.stream()
        .flatMapToDouble(
            bar -> DoubleStream.of(bar.figure(), bar.most(), bar.limit().orElse(bar.figure())))
        .filter(Double::isFinite)
        .max()
        .orElse(1);
  }
}
