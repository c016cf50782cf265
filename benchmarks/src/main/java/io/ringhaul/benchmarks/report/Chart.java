package io.ringhaul.benchmarks.report;

/** A picture of figures. */
public interface Chart {

  /** What it shows; of the charts of a report each has its own. */
  String title();

  /** The picture as SVG. */
  String svg();
}
