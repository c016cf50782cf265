package io.ringhaul.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Lines over powers of two, as SVG: no library draws so little. */
final class LineChart {

  private static final int WIDTH = 760;
  private static final int HEIGHT = 420;
  private static final int LEFT = 90;
  private static final int RIGHT = 30;
  private static final int TOP = 50;
  private static final int BOTTOM = 90;
  private static final int STEPS = 5;
  private static final int LEGEND_WIDTH = 330;
  private static final List<String> COLOURS = List.of("#1b6ca8", "#c8553d", "#3a7d44", "#7b4fa3");

  private final String title;
  private final String across;
  private final String up;
  private final Map<String, Map<Integer, Double>> lines = new LinkedHashMap<>();

  /**
   * @param across what the powers of two are
   * @param up what the values are, which begin at 0
   */
  LineChart(String title, String across, String up) {
    this.title = title;
    this.across = across;
    this.up = up;
  }

  /** Adds a point to a line, which begins with its first. */
  void add(String line, int powerOfTwo, double value) {
    lines.computeIfAbsent(line, name -> new LinkedHashMap<>()).put(powerOfTwo, value);
  }

  /** Writes it beside the results. */
  void write(String name) throws IOException {
    Files.writeString(
        Files.createDirectories(Path.of("benchmarks", "results")).resolve(name + ".svg"), svg());
  }

  private String svg() {
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
                + " font-family=\"sans-serif\" font-size=\"13\">\n"
                + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
            WIDTH,
            HEIGHT));
    text(svg, WIDTH / 2.0, 25, "middle", title);
    text(svg, WIDTH / 2.0, HEIGHT - 42, "middle", across);
    text(svg, LEFT, TOP - 10, "end", up);
    grid(svg);
    int number = 0;
    for (Map.Entry<String, Map<Integer, Double>> line : lines.entrySet()) {
      line(svg, line.getKey(), line.getValue(), number);
      number++;
    }
    return svg.append("</svg>\n").toString();
  }

  private void grid(StringBuilder svg) {
    for (int step = 0; step <= STEPS; step++) {
      double value = most() * step / STEPS;
      svg.append(
          String.format(
              Locale.ROOT,
              "<path d=\"M%d %.1fH%d\" stroke=\"#dddddd\"/>\n",
              LEFT,
              y(value),
              WIDTH - RIGHT));
      text(svg, LEFT - 8, y(value) + 4, "end", String.format(Locale.ROOT, "%,.0f", value));
    }
    for (int power = 1; power <= widest(); power *= 2) {
      text(svg, x(power), HEIGHT - BOTTOM + 20, "middle", String.valueOf(power));
    }
  }

  private void line(StringBuilder svg, String name, Map<Integer, Double> points, int number) {
    String colour = COLOURS.get(number % COLOURS.size());
    StringBuilder path = new StringBuilder();
    points.forEach(
        (power, value) -> {
          path.append(
              String.format(
                  Locale.ROOT, "%s%.1f %.1f", path.isEmpty() ? "M" : "L", x(power), y(value)));
          svg.append(
              String.format(
                  Locale.ROOT,
                  "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>\n",
                  x(power),
                  y(value),
                  colour));
        });
    svg.append(
        String.format(
            "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>\n", path, colour));
    double left = LEFT + (number % 2) * LEGEND_WIDTH;
    double top = HEIGHT - 24 + (number / 2) * 16;
    svg.append(
        String.format(
            Locale.ROOT,
            "<path d=\"M%.1f %.1fh24\" stroke=\"%s\" stroke-width=\"2\"/>\n",
            left,
            top - 4,
            colour));
    text(svg, left + 30, top, "start", name);
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n",
            x,
            y,
            anchor,
            text.replace("&", "&amp;").replace("<", "&lt;")));
  }

  private double x(int power) {
    double share = Math.log(power) / Math.max(1, Math.log(widest()));
    return LEFT + share * (WIDTH - LEFT - RIGHT);
  }

  private double y(double value) {
    return HEIGHT - BOTTOM - value / most() * (HEIGHT - TOP - BOTTOM);
  }

  private int widest() {
    return lines.values().stream()
        .flatMap(line -> line.keySet().stream())
        .mapToInt(Integer::intValue)
        .max()
        .orElse(1);
  }

  /** The top of the scale: the greatest value, rounded up to two digits. */
  private double most() {
    double most =
        lines.values().stream()
            .flatMap(line -> line.values().stream())
            .mapToDouble(Double::doubleValue)
            .max()
            .orElse(1);
    double unit = Math.pow(10, Math.floor(Math.log10(most)) - 1);
    return Math.ceil(most / unit) * unit;
  }
}
