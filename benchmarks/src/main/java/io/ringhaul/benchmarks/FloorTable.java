package io.ringhaul.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** A table of what was measured, each beside one of them. */
final class FloorTable {

  private FloorTable() {}

  /**
   * Adds the table to a report.
   *
   * @param floor what the ratios are over: it is in the table, too
   */
  static void add(Report report, String title, Collection<Series> results, Series floor) {
    String name = floor.name();
    List<List<String>> lines = new ArrayList<>();
    for (Series each : results) {
      double seconds = each.median(Measurement::seconds);
      double rows = each.median(Measurement::rows);
      lines.add(
          List.of(
              each.name(),
              Report.number(rows),
              Report.millis(seconds),
              Report.millis(each.least(Measurement::seconds)),
              Report.millis(each.most(Measurement::seconds)),
              Report.number(rows / seconds),
              Report.millis(each.timeOver(floor)),
              Report.millis(each.median(Measurement::cpuSeconds)),
              Report.millis(each.ratio(floor, Measurement::cpuSeconds))));
    }
    report.table(
        title,
        List.of(
            "way",
            "rows",
            "median s",
            "least s",
            "most s",
            "rows/s",
            "time / " + name,
            "client CPU s",
            "CPU / " + name),
        lines);
  }
}
