package io.ringhaul.cli.jobs;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Lines of columns that stand below one another. */
public final class TextTable {

  private static final String GAP = "  ";

  private final List<List<String>> lines = new ArrayList<>();

  /** Adds a line. A new line inside a cell is shown as {@code \n}: it must not pass for a line. */
  public void add(String... cells) {
    lines.add(
        Stream.of(cells).map(cell -> cell.replace("\n", "\\n").replace("\t", "\\t")).toList());
  }

  /** The lines, without blanks at their ends. */
  public List<String> lines() {
    List<Integer> widths = new ArrayList<>();
    for (List<String> line : lines) {
      for (int i = 0; i < line.size(); i++) {
        int width = line.get(i).length();
        if (i == widths.size()) {
          widths.add(width);
        } else if (widths.get(i) < width) {
          widths.set(i, width);
        }
      }
    }
    return lines.stream().map(line -> padded(line, widths)).toList();
  }

  private static String padded(List<String> line, List<Integer> widths) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < line.size(); i++) {
      String cell = line.get(i);
      text.append(cell).append(" ".repeat(widths.get(i) - cell.length())).append(GAP);
    }
    return text.toString().stripTrailing();
  }
}
