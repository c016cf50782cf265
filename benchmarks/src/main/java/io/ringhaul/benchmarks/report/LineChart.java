package io.ringhaul.benchmarks.report;

import io.ringhaul.benchmarks.report.Drawing.Anchor;
import io.ringhaul.benchmarks.report.Drawing.Ink;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A line chart over powers of two: the horizontal axis is logarithmic, the vertical axis starts at
 * 0.
 */
public final class LineChart implements Chart {

  private static final int WIDTH = 760;
  private static final int FIGURES = 280;
  private static final int LEFT = 92;
  private static final int RIGHT = WIDTH - 28;
  private static final int GAP = 12;
  private static final int KEY = 12;
  private static final int KEY_LINE = 20;
  private static final int FIRST_KEY = 38;

  /** Height of the area for the names of marks, between legend and lines. */
  private static final int MARKS = 24;

  private static final int BELOW = 56;
  private static final int LEAST_BETWEEN_LABELS = 30;

  /** Estimated width of a character at 13 pixels. */
  private static final double LETTER = 7.2;

  private final String title;
  private final String across;
  private final String upwards;
  private final Map<String, Map<Double, Double>> lines = new LinkedHashMap<>();
  private final Map<String, Double> marks = new LinkedHashMap<>();

  /**
   * Creates an empty chart.
   *
   * @param across the label of the horizontal axis, such as {@code tasks}
   * @param upwards the label of the vertical axis, such as {@code rows per second}
   */
  public LineChart(String title, String across, String upwards) {
    this.title = title;
    this.across = across;
    this.upwards = upwards;
  }

  /**
   * Adds a point to a line.
   *
   * @param x more than 0
   */
  public LineChart point(String line, double x, double figure) {
    if (!(x > 0)) {
      throw new IllegalArgumentException(line + " has a point at " + x);
    }
    lines.computeIfAbsent(line, name -> new TreeMap<>()).put(x, figure);
    return this;
  }

  /** Marks a position of the horizontal axis, such as a default. */
  LineChart mark(String name, double x) {
    marks.put(name, x);
    return this;
  }

  @Override
  public String title() {
    return title;
  }

  @Override
  public String svg() {
    NavigableSet<Double> places = new TreeSet<>(marks.values());
    lines.values().forEach(line -> places.addAll(line.keySet()));
    if (places.isEmpty()) {
      places.add(1.0);
    }
    int top = FIRST_KEY + keyLines() * KEY_LINE + MARKS;
    int bottom = top + FIGURES;
    Drawing drawing = new Drawing(WIDTH, bottom + BELOW, title);
    drawing.text(GAP, 26, Anchor.START, Ink.TEXT, title);
    Axis figures = Axis.upTo(largest(), bottom, top);
    drawFigures(figures, drawing);
    drawPlaces(places, bottom, drawing);
    marks.forEach(
        (name, x) -> {
          double at = across(x, places);
          drawing.dashedLine(at, top, at, bottom, Ink.LIMIT);
          drawing.text(at, top - 6.0, anchorOf(at), Ink.LIMIT, name);
        });
    int number = 0;
    for (Map<Double, Double> line : lines.values()) {
      draw(line, Ink.ofSeries(number), figures, places, drawing);
      number++;
    }
    drawKeys(drawing);
    return drawing.svg();
  }

  private void drawFigures(Axis figures, Drawing drawing) {
    for (double tick : figures.ticks()) {
      double y = figures.at(tick);
      drawing.line(LEFT, y, RIGHT, y, 1, Ink.GRID);
      drawing.text(LEFT - 8.0, y + 4.5, Anchor.END, Ink.QUIET, figures.label(tick));
    }
    drawing.textUpwards(20, (figures.from() + figures.to()) / 2, Ink.QUIET, upwards);
  }

  private void drawPlaces(NavigableSet<Double> places, int bottom, Drawing drawing) {
    double last = Double.NEGATIVE_INFINITY;
    for (double x : places) {
      double at = across(x, places);
      if (at - last >= LEAST_BETWEEN_LABELS) {
        drawing.line(at, bottom, at, bottom + 5.0, 1, Ink.QUIET);
        drawing.text(at, bottom + 20.0, Anchor.MIDDLE, Ink.QUIET, Report.number(x));
        last = at;
      }
    }
    double middle = (LEFT + RIGHT) / 2.0;
    drawing.text(middle, bottom + BELOW - 14.0, Anchor.MIDDLE, Ink.QUIET, across);
  }

  /** Draws the legend in columns. */
  private void drawKeys(Drawing drawing) {
    int number = 0;
    for (String name : lines.keySet()) {
      int line = number / keysToALine();
      double x = GAP + number % keysToALine() * keyWidth();
      int y = FIRST_KEY + line * KEY_LINE;
      drawing.box(x, y, KEY, KEY, Ink.ofSeries(number));
      drawing.text(x + KEY + 6, y + KEY - 1.0, Anchor.START, Ink.TEXT, name);
      number++;
    }
  }

  private int keyLines() {
    return (lines.size() + keysToALine() - 1) / keysToALine();
  }

  private int keysToALine() {
    return (int) Math.max(1, (WIDTH - GAP) / keyWidth());
  }

  private double keyWidth() {
    int longest = lines.keySet().stream().mapToInt(String::length).max().orElse(0);
    return KEY + 6 + longest * LETTER + GAP;
  }

  private static void draw(
      Map<Double, Double> line,
      Ink ink,
      Axis figures,
      NavigableSet<Double> places,
      Drawing drawing) {
    double lastX = Double.NaN;
    double lastY = Double.NaN;
    for (Map.Entry<Double, Double> point : line.entrySet()) {
      double x = across(point.getKey(), places);
      double y = figures.at(point.getValue());
      if (!Double.isNaN(lastX)) {
        drawing.line(lastX, lastY, x, y, 2, ink);
      }
      drawing.dot(x, y, ink);
      lastX = x;
      lastY = y;
    }
  }

  private static double across(double x, NavigableSet<Double> places) {
    double least = Math.log(places.first());
    double span = Math.log(places.last()) - least;
    return span == 0 ? (LEFT + RIGHT) / 2.0 : LEFT + (RIGHT - LEFT) * (Math.log(x) - least) / span;
  }

  /** Aligns texts near the edges to stay inside the picture. */
  private static Anchor anchorOf(double at) {
    if (at - LEFT < LEFT) {
      return Anchor.START;
    }
    return RIGHT - at < LEFT ? Anchor.END : Anchor.MIDDLE;
  }

  private double largest() {
    List<Double> all = new ArrayList<>();
    lines.values().forEach(line -> all.addAll(line.values()));
    return all.stream().mapToDouble(Double::doubleValue).max().orElse(1);
  }
}
