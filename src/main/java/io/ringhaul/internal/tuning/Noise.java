package io.ringhaul.internal.tuning;

/**
 * The relative variation of rows per second between samples with equal settings. It is computed
 * from differences of consecutive samples, so that a slow drift, such as the warm-up of a JVM, does
 * not count as noise.
 */
final class Noise {

  /** The assumed deviation before the first samples. */
  static final double FIRST = 0.08;

  /** Minimum deviation: within a second, pages and batches arrive in bursts. */
  private static final double LEAST = 0.02;

  /** Maximum deviation: above it, no verdict would be possible and the search would stop. */
  private static final double MOST = 0.4;

  /** Weight of a new difference; about the last ten samples count. */
  private static final double WEIGHT = 0.15;

  private double variance = FIRST * FIRST;

  /** Adds two consecutive samples with the same settings. */
  void add(double before, double after) {
    double mean = (before + after) / 2;
    if (mean > 0) {
      double difference = (after - before) / mean;
      variance += WEIGHT * (difference * difference / 2 - variance);
    }
  }

  /** The relative standard error of the difference of two means of this many samples. */
  double error(int before, int after) {
    double deviation = Math.max(LEAST, Math.min(MOST, Math.sqrt(variance)));
    return deviation * Math.sqrt(1.0 / before + 1.0 / after);
  }
}
