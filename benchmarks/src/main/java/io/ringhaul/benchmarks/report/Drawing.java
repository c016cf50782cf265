package io.ringhaul.benchmarks.report;

import java.util.List;
import java.util.Locale;

/**
 * Builds an SVG picture on an opaque card, so that it is readable on light and dark pages. It uses
 * no style sheet, because not every viewer supports them. Coordinates are pixels from the upper
 * left corner.
 */
final class Drawing {

  /** The role of a mark or text, which determines its colour. */
  enum Ink {
    TEXT("#1f2328"),
    QUIET("#59636e"),
    GRID("#d8dee4"),
    LIMIT("#cf222e"),
    FIRST("#0969da"),
    SECOND("#bc4c00"),
    THIRD("#1a7f37"),
    FOURTH("#8250df"),
    FIFTH("#9a6700"),
    SIXTH("#57606a");

    private final String color;

    Ink(String color) {
      this.color = color;
    }

    String color() {
      return color;
    }

    /**
     * Returns the colour of the n-th series, counted from 0; colours repeat from the seventh series
     * on.
     */
    static Ink ofSeries(int number) {
      return SERIES.get(number % SERIES.size());
    }
  }

  /** The position of the given point in a text. */
  enum Anchor {
    START,
    MIDDLE,
    END
  }

  private static final List<Ink> SERIES =
      List.of(Ink.FIRST, Ink.SECOND, Ink.THIRD, Ink.FOURTH, Ink.FIFTH, Ink.SIXTH);

  private static final String CARD = "#ffffff";

  private final int width;
  private final int height;
  private final String title;
  private final StringBuilder marks = new StringBuilder();

  Drawing(int width, int height, String title) {
    this.width = width;
    this.height = height;
    this.title = title;
  }

  /** Draws a text on one line; {@code y} is its baseline. */
  void text(double x, double y, Anchor anchor, Ink ink, String text) {
    add(
        "<text x='%.1f' y='%.1f' text-anchor='%s' fill='%s'>%s</text>",
        x, y, anchor.name().toLowerCase(Locale.ROOT), ink.color, escape(text));
  }

  /** Draws a text rotated by 90 degrees counter-clockwise, centred at the point. */
  void textUpwards(double x, double y, Ink ink, String text) {
    add(
        "<text transform='translate(%.1f %.1f) rotate(-90)' text-anchor='middle'"
            + " fill='%s'>%s</text>",
        x, y, ink.color, escape(text));
  }

  /** Draws a filled rectangle. */
  void box(double x, double y, double boxWidth, double boxHeight, Ink ink) {
    add(
        "<rect x='%.1f' y='%.1f' width='%.1f' height='%.1f' fill='%s'/>",
        x, y, boxWidth, boxHeight, ink.color);
  }

  void line(double x1, double y1, double x2, double y2, double thickness, Ink ink) {
    add(
        "<line x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f' stroke-width='%.1f' stroke='%s'/>",
        x1, y1, x2, y2, thickness, ink.color);
  }

  void dashedLine(double x1, double y1, double x2, double y2, Ink ink) {
    add(
        "<line x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f' stroke-width='2' stroke-dasharray='5 3'"
            + " stroke='%s'/>",
        x1, y1, x2, y2, ink.color);
  }

  void dot(double x, double y, Ink ink) {
    add("<circle cx='%.1f' cy='%.1f' r='3.5' fill='%s'/>", x, y, ink.color);
  }

  /** Returns the complete picture. */
  String svg() {
    return String.format(
            Locale.ROOT,
            """
            <svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %1$d %2$d' width='%1$d' height='%2$d'\
             role='img' font-family='system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif'\
             font-size='13'>
            <title>%3$s</title>
            <rect x='0.5' y='0.5' width='%4$d' height='%5$d' rx='6' fill='%6$s'\
             stroke='%7$s'/>
            """,
            width,
            height,
            escape(title),
            width - 1,
            height - 1,
            CARD,
            Ink.GRID.color)
        + marks
        + "</svg>\n";
  }

  private void add(String format, Object... values) {
    marks.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
