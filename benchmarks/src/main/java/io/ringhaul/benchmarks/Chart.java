package io.ringhaul.benchmarks;

/** A picture of figures. */
interface Chart {

  /** What it shows; of the charts of a report each has its own. */
  String title();

  /** The picture as SVG. */
  String svg();
}
