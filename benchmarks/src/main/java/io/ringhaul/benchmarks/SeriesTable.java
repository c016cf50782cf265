package io.ringhaul.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** What processes took, as a table of a report: medians, with the least and the most. */
final class SeriesTable {

  private static final double MILLION = 1e6;

  private SeriesTable() {}

  /**
   * Adds the table.
   *
   * @param base whose time the others' are compared with, round by round
   */
  static void add(Report report, String title, Collection<Series> all, Series base) {
    List<List<String>> lines = new ArrayList<>();
    for (Series each : all) {
      double rows = each.median(Measurement::rows);
      lines.add(
          List.of(
              each.name(),
              Report.millis(each.median(Measurement::seconds)),
              Report.millis(each.least(Measurement::seconds)),
              Report.millis(each.most(Measurement::seconds)),
              Report.millis(each.timeOver(base)),
              Report.number(rows / each.median(Measurement::seconds)),
              Report.millis(each.median(Measurement::cpuSeconds)),
              Report.millis(each.least(Measurement::cpuSeconds)),
              Report.millis(each.most(Measurement::cpuSeconds)),
              Report.millis(each.median(Measurement::cpuSeconds) / rows * MILLION),
              Report.number(each.median(Measurement::peakMegabytes)),
              Report.number(each.least(Measurement::peakMegabytes)),
              Report.number(each.most(Measurement::peakMegabytes))));
    }
    report.table(
        title,
        List.of(
            "way",
            "median s",
            "least s",
            "most s",
            "time / " + base.name(),
            "rows/s",
            "CPU s",
            "least CPU s",
            "most CPU s",
            "CPU s per million rows",
            "peak MB",
            "least peak MB",
            "most peak MB"),
        lines);
  }

  /** The one with the least median. */
  static Series fastest(Series... all) {
    return List.of(all).stream()
        .min(Comparator.comparingDouble(each -> each.median(Measurement::seconds)))
        .orElseThrow();
  }
}
