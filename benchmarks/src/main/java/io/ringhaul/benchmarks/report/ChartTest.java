package io.ringhaul.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Charts are well-formed, true to scale, and inside their frames. */
class ChartTest {

  @Test
  void barLengthsMatchFigures() throws Exception {
    Document chart =
        parse(
            new BarChart("Ratios <of> A & B", "times the floor")
                .bar("one", 1, 0.5, 2, 1.5)
                .bar("half", 0.5, 0.5, 0.5)
                .bar("a name that is much longer than the space to the left of the bars", 0, 0, 0));
    List<Element> bars = ofColor(chart, "rect", Drawing.Ink.FIRST);
    double unit = number(bars.get(0), "width");
    assertThat(unit).isPositive();
    assertThat(number(bars.get(1), "width")).isEqualTo(unit / 2, within(0.1));
    assertThat(number(bars.get(2), "width")).isZero();
    double from = number(bars.get(0), "x");
    assertThat(number(ofColor(chart, "line", Drawing.Ink.LIMIT).get(0), "x1"))
        .isEqualTo(from + 1.5 * unit, within(0.1));
    // The line of the range, then its ends.
    List<Element> range = ofColor(chart, "line", Drawing.Ink.TEXT);
    assertThat(range).hasSize(3);
    assertThat(number(range.get(0), "x1")).isEqualTo(from + 0.5 * unit, within(0.1));
    assertThat(number(range.get(0), "x2")).isEqualTo(from + 2 * unit, within(0.1));
    assertThat(chart.getElementsByTagName("title").item(0).getTextContent())
        .isEqualTo("Ratios <of> A & B");
    requireInside(chart);
  }

  @Test
  void doublingMovesByConstantWidth() throws Exception {
    LineChart lines = new LineChart("Throughput", "tasks", "rows/s").mark("default", 4);
    for (int tasks = 1; tasks <= 8; tasks *= 2) {
      lines.point("one node", tasks, 100.0 * tasks);
    }
    Document chart = parse(lines);
    List<Element> dots = ofColor(chart, "circle", Drawing.Ink.FIRST);
    assertThat(dots).hasSize(4);
    double step = number(dots.get(1), "cx") - number(dots.get(0), "cx");
    assertThat(step).isPositive();
    assertThat(number(dots.get(3), "cx"))
        .isEqualTo(number(dots.get(0), "cx") + 3 * step, within(0.2));
    // A doubled figure has twice the distance from the bottom, the lowest grid line.
    double bottom = number(ofColor(chart, "line", Drawing.Ink.GRID).get(0), "y1");
    double first = bottom - number(dots.get(0), "cy");
    assertThat(first).isPositive();
    assertThat(bottom - number(dots.get(3), "cy")).isEqualTo(8 * first, within(0.5));
    assertThat(number(ofColor(chart, "line", Drawing.Ink.LIMIT).get(0), "x1"))
        .isEqualTo(number(dots.get(2), "cx"), within(0.1));
    requireInside(chart);
  }

  @Test
  void drawsEmptyChart() throws Exception {
    requireInside(parse(new BarChart("nothing", "of anything")));
    requireInside(parse(new LineChart("nothing", "of", "anything")));
    requireInside(parse(new LineChart("one", "of", "anything").point("line", 3, 0)));
  }

  @Test
  void axisCoversLargestFigureInRoundSteps() {
    for (double figure : new double[] {0.003, 0.9, 1, 1.61, 7.5, 99, 123_456, 5e6}) {
      Axis axis = Axis.upTo(figure, 0, 100);
      assertThat(axis.largest()).isGreaterThanOrEqualTo(figure).isLessThan(2.5 * figure);
      assertThat(axis.ticks()).hasSizeBetween(3, 10);
      assertThat(axis.ticks().stream().map(axis::label)).doesNotHaveDuplicates();
    }
    assertThat(Axis.upTo(1.61, 0, 100).label(0.25)).isEqualTo("0.25");
    assertThat(Axis.upTo(180_000, 0, 100).label(25_000)).isEqualTo("25,000");
  }

  private static Document parse(Chart chart) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(chart.svg().getBytes(StandardCharsets.UTF_8)));
  }

  private static List<Element> ofColor(Document chart, String tag, Drawing.Ink ink) {
    List<Element> found = new ArrayList<>();
    for (Element each : all(chart, tag)) {
      if (ink.color().equals(each.getAttribute("fill"))
          || ink.color().equals(each.getAttribute("stroke"))) {
        found.add(each);
      }
    }
    return found;
  }

  private static List<Element> all(Document chart, String tag) {
    List<Element> found = new ArrayList<>();
    NodeList nodes = chart.getElementsByTagName(tag);
    for (int i = 0; i < nodes.getLength(); i++) {
      found.add((Element) nodes.item(i));
    }
    return found;
  }

  private static void requireInside(Document chart) {
    double width = number(chart.getDocumentElement(), "width");
    double height = number(chart.getDocumentElement(), "height");
    for (Element each : all(chart, "*")) {
      for (String name : List.of("x", "x1", "x2", "cx")) {
        if (each.hasAttribute(name)) {
          assertThat(number(each, name)).as(each.getTagName()).isBetween(0.0, width);
        }
      }
      for (String name : List.of("y", "y1", "y2", "cy")) {
        if (each.hasAttribute(name)) {
          assertThat(number(each, name)).as(each.getTagName()).isBetween(0.0, height);
        }
      }
    }
  }

  private static double number(Element element, String attribute) {
    return Double.parseDouble(element.getAttribute(attribute));
  }
}
