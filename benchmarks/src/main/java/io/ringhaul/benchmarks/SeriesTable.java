package io.ringhaul.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

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
              figure(each.median(Measurement::seconds)),
              figure(each.least(Measurement::seconds)),
              figure(each.most(Measurement::seconds)),
              figure(each.timeOver(base)),
              Report.number(rows / each.median(Measurement::seconds)),
              figure(each.median(Measurement::cpuSeconds)),
              figure(each.median(Measurement::cpuSeconds) / rows * MILLION),
              Report.number(each.median(Measurement::peakMegabytes))));
    }
    report.table(
        title,
        List.of(
            "way",
            "seconds",
            "least",
            "most",
            "times " + base.name(),
            "rows/s",
            "CPU s",
            "CPU s per million rows",
            "peak MB"),
        lines);
  }

  /** The one with the least median. */
  static Series fastest(Series... all) {
    return List.of(all).stream()
        .min(Comparator.comparingDouble(each -> each.median(Measurement::seconds)))
        .orElseThrow();
  }

  private static String figure(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
