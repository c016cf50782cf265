package io.ringhaul.benchmarks.measure;

import io.ringhaul.benchmarks.report.Report;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** Adds measurements to a report as a table of medians with minimum and maximum. */
public final class SeriesTable {

  private static final double MILLION = 1e6;

  private SeriesTable() {}

  /**
   * Adds the table.
   *
   * @param base the series that the others are compared with, round by round
   */
  public static void add(Report report, String title, Collection<Series> all, Series base) {
    Map<String, Function<Series, String>> columns = columns(base);
    List<List<String>> lines = new ArrayList<>();
    for (Series each : all) {
      lines.add(columns.values().stream().map(column -> column.apply(each)).toList());
    }
    report.table(title, List.copyOf(columns.keySet()), lines);
  }

  private static Map<String, Function<Series, String>> columns(Series base) {
    Map<String, Function<Series, String>> columns = new LinkedHashMap<>();
    columns.put("way", Series::name);
    columns.put("rows", each -> Report.number(each.median(Measurement::rows)));
    addSpread(columns, "s", Measurement::seconds);
    columns.put("time / " + base.name(), each -> Report.millis(each.timeOver(base)));
    columns.put(
        "rows/s",
        each -> Report.number(each.median(Measurement::rows) / each.median(Measurement::seconds)));
    addSpread(columns, "CPU s", Measurement::cpuSeconds);
    columns.put(
        "CPU / " + base.name(), each -> Report.millis(each.ratio(base, Measurement::cpuSeconds)));
    columns.put(
        "CPU s per million rows",
        each ->
            Report.millis(
                each.median(Measurement::cpuSeconds) / each.median(Measurement::rows) * MILLION));
    columns.put("server CPU s", each -> Report.millis(each.median(Measurement::serverCpuSeconds)));
    if (base.median(Measurement::peakMegabytes) > 0) {
      columns.put("peak MB", each -> Report.number(each.median(Measurement::peakMegabytes)));
      columns.put("least peak MB", each -> Report.number(each.least(Measurement::peakMegabytes)));
      columns.put("most peak MB", each -> Report.number(each.most(Measurement::peakMegabytes)));
    }
    return columns;
  }

  private static void addSpread(
      Map<String, Function<Series, String>> columns,
      String unit,
      ToDoubleFunction<Measurement> figure) {
    columns.put("median " + unit, each -> Report.millis(each.median(figure)));
    columns.put("least " + unit, each -> Report.millis(each.least(figure)));
    columns.put("most " + unit, each -> Report.millis(each.most(figure)));
  }

  /** Returns the series with the smallest median. */
  public static Series fastest(Series... all) {
    return List.of(all).stream()
        .min(Comparator.comparingDouble(each -> each.median(Measurement::seconds)))
        .orElseThrow();
  }
}
