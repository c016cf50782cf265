package io.ringhaul.benchmarks;

import java.util.List;
import java.util.Locale;

/**
 * An SVG picture in the making: marks and texts on a card of its own, so that they can be read on
 * any page. Its colours are light, and dark where the reader asks for that. Coordinates are pixels
 * from the upper left corner.
 */
final class Drawing {

  /** What a mark or text is, which is told by its colour. */
  enum Ink {
    TEXT("#1f2328", "#e6edf3"),
    QUIET("#59636e", "#9198a1"),
    GRID("#d8dee4", "#30363d"),
    LIMIT("#cf222e", "#ff7b72"),
    FIRST("#0969da", "#4493f8"),
    SECOND("#bc4c00", "#f0883e"),
    THIRD("#1a7f37", "#3fb950"),
    FOURTH("#8250df", "#ab7df8"),
    FIFTH("#9a6700", "#d29922"),
    SIXTH("#57606a", "#848d97");

    private final String light;
    private final String dark;

    Ink(String light, String dark) {
      this.light = light;
      this.dark = dark;
    }

    /** That of the n-th of several things, counted from 0; from the seventh on they repeat. */
    static Ink ofSeries(int number) {
      return SERIES.get(number % SERIES.size());
    }

    private String className() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Where a text has the point that is given for it. */
  enum Anchor {
    START,
    MIDDLE,
    END
  }

  private static final List<Ink> SERIES =
      List.of(Ink.FIRST, Ink.SECOND, Ink.THIRD, Ink.FOURTH, Ink.FIFTH, Ink.SIXTH);

  private static final String LIGHT_CARD = "#ffffff";
  private static final String DARK_CARD = "#0d1117";

  private final int width;
  private final int height;
  private final String title;
  private final StringBuilder marks = new StringBuilder();

  Drawing(int width, int height, String title) {
    this.width = width;
    this.height = height;
    this.title = title;
  }

  /** A text on one line; {@code y} is its base line. */
  void text(double x, double y, Anchor anchor, Ink ink, String text) {
    add(
        "<text x='%.1f' y='%.1f' text-anchor='%s' class='f-%s' fill='%s'>%s</text>",
        x, y, anchor.name().toLowerCase(Locale.ROOT), ink.className(), ink.light, escape(text));
  }

  /** A text that is read from below to above, with its middle at the point. */
  void textUpwards(double x, double y, Ink ink, String text) {
    add(
        "<text transform='translate(%.1f %.1f) rotate(-90)' text-anchor='middle' class='f-%s'"
            + " fill='%s'>%s</text>",
        x, y, ink.className(), ink.light, escape(text));
  }

  /** A full rectangle. */
  void box(double x, double y, double boxWidth, double boxHeight, Ink ink) {
    add(
        "<rect x='%.1f' y='%.1f' width='%.1f' height='%.1f' class='f-%s' fill='%s'/>",
        x, y, boxWidth, boxHeight, ink.className(), ink.light);
  }

  void line(double x1, double y1, double x2, double y2, double thickness, Ink ink) {
    add(
        "<line x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f' stroke-width='%.1f' class='s-%s'"
            + " stroke='%s'/>",
        x1, y1, x2, y2, thickness, ink.className(), ink.light);
  }

  void dashedLine(double x1, double y1, double x2, double y2, Ink ink) {
    add(
        "<line x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f' stroke-width='2' stroke-dasharray='5 3'"
            + " class='s-%s' stroke='%s'/>",
        x1, y1, x2, y2, ink.className(), ink.light);
  }

  void dot(double x, double y, Ink ink) {
    add(
        "<circle cx='%.1f' cy='%.1f' r='3.5' class='f-%s' fill='%s'/>",
        x, y, ink.className(), ink.light);
  }

  /** The whole picture. */
  String svg() {
    return String.format(
            Locale.ROOT,
            """
            <svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %1$d %2$d' width='%1$d' height='%2$d'\
             role='img' font-family='system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif'\
             font-size='13'>
            <title>%3$s</title>
            <style>%4$s</style>
            <rect x='0.5' y='0.5' width='%5$d' height='%6$d' rx='6' class='card s-grid' fill='%7$s'\
             stroke='%8$s'/>
            """,
            width,
            height,
            escape(title),
            darkStyle(),
            width - 1,
            height - 1,
            LIGHT_CARD,
            Ink.GRID.light)
        + marks
        + "</svg>\n";
  }

  private static String darkStyle() {
    StringBuilder style = new StringBuilder("@media (prefers-color-scheme: dark) {");
    style.append(" .card { fill: ").append(DARK_CARD).append("; }");
    for (Ink ink : Ink.values()) {
      String name = ink.className();
      style.append(String.format(" .f-%s { fill: %s; }", name, ink.dark));
      style.append(String.format(" .s-%s { stroke: %s; }", name, ink.dark));
    }
    return style.append(" }").toString();
  }

  private void add(String format, Object... values) {
    marks.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
