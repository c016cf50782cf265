package io.ringhaul.internal.tuning;

/**
 * How much the rows per second differ from sample to sample although nothing was changed, as a part
 * of their mean. Differences of neighbours tell it, so that a slow drift, such as that of a virtual
 * machine that warms up, is not taken for noise.
 */
final class Noise {

  /** What is assumed before anything was seen. */
  static final double FIRST = 0.08;

  /** Less is luck: samples are a second long, and pages and batches come in lumps. */
  private static final double LEAST = 0.02;

  /** With more nothing could be told from anything else, and the search would stand still. */
  private static final double MOST = 0.4;

  /** Of the last ten samples or so. */
  private static final double WEIGHT = 0.15;

  private double variance = FIRST * FIRST;

  /** Two samples that follow each other, with the same settings. */
  void add(double before, double after) {
    double mean = (before + after) / 2;
    if (mean > 0) {
      double difference = (after - before) / mean;
      variance += WEIGHT * (difference * difference / 2 - variance);
    }
  }

  /** The standard error of the difference of two means of so many samples, as a part of them. */
  double error(int before, int after) {
    double deviation = Math.max(LEAST, Math.min(MOST, Math.sqrt(variance)));
    return deviation * Math.sqrt(1.0 / before + 1.0 / after);
  }
}
