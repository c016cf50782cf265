package io.ringhaul.benchmarks.report;

/** A chart. */
public interface Chart {

  /** Returns the title, which is unique within a report. */
  String title();

  /** Returns the chart as SVG. */
  String svg();
}
