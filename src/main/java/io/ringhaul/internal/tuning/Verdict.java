package io.ringhaul.internal.tuning;

/** Whether a job is faster with a change than without it. */
enum Verdict {
  BETTER,
  SAME,
  WORSE,

  /** More samples are needed. */
  UNCLEAR;

  /** Samples with the change before anything is said. */
  static final int LEAST_SAMPLES = 2;

  /** After so many it is decided one way or the other: a minute has room for ten changes. */
  static final int MOST_SAMPLES = 6;

  /** So large a difference may be told early. */
  private static final double LARGE = 0.10;

  /** Standard errors that make an early verdict: one in several hundred is wrong. */
  private static final double SURE = 3;

  /** A gain below this is not worth a larger value. */
  private static final double WORTHWHILE = 0.04;

  /** Standard errors that make the last verdict. */
  private static final double LIKELY = 1.5;

  /** A loss of less than this is not seen by anybody. */
  private static final double TOLERABLE = 0.03;

  /**
   * What samples say.
   *
   * @param before those without the change, at least one
   * @param after those with it
   */
  static Verdict of(Window before, Window after, Noise noise) {
    if (after.count() < LEAST_SAMPLES) {
      return UNCLEAR;
    }
    double gain = gain(before, after);
    double error = noise.error(before.count(), after.count());
    if (Math.abs(gain) > Math.max(LARGE, SURE * error)) {
      return gain > 0 ? BETTER : WORSE;
    }
    if (after.count() < MOST_SAMPLES) {
      return UNCLEAR;
    }
    if (gain > Math.max(WORTHWHILE, LIKELY * error)) {
      return BETTER;
    }
    return gain < -TOLERABLE ? WORSE : SAME;
  }

  /** By which part the mean has grown. */
  static double gain(Window before, Window after) {
    double mean = before.mean();
    return mean == 0 ? (after.mean() > 0 ? 1 : 0) : after.mean() / mean - 1;
  }
}
