package io.ringhaul.internal.scan;

import java.util.ArrayDeque;
import java.util.Deque;

/** How fast a scan gets along the ring, by its last pages. Used by one thread. */
final class RingSpeed {

  /** Over fewer pages a speed is chance. */
  static final int LEAST_PAGES = 4;

  private static final int MOST_SAMPLES = 8;

  private record Sample(long nanos, long pages, double left) {}

  private final Deque<Sample> samples = new ArrayDeque<>();

  /**
   * Begins.
   *
   * @param nanos the time
   * @param left how many tokens there are to read
   */
  RingSpeed(long nanos, double left) {
    samples.add(new Sample(nanos, 0, left));
  }

  /**
   * What is left, judged by the way since an earlier call or the start.
   *
   * @param nanos the time
   * @param pages how many pages were read since the start
   * @param left how many tokens are still to read
   */
  ScanRest rest(long nanos, long pages, double left) {
    Sample now = new Sample(nanos, pages, left);
    while (samples.size() > 1 && pages - samples.getFirst().pages() > MOST_SAMPLES) {
      samples.removeFirst();
    }
    Sample from = samples.getFirst();
    samples.addLast(now);
    double way = from.left() - left;
    long pagesOfWay = pages - from.pages();
    if (pagesOfWay < LEAST_PAGES) {
      return ScanRest.UNKNOWN;
    }
    if (way <= 0) {
      return new ScanRest(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
    }
    double parts = left / way;
    return new ScanRest(parts * (nanos - from.nanos()) / 1e9, parts * pagesOfWay);
  }

  /** The task has given some of its tokens away. */
  void given(long nanos, long pages, double left) {
    samples.clear();
    samples.add(new Sample(nanos, pages, left));
  }
}
