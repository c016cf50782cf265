package io.ringhaul.internal.request;

/**
 * Bounds that spare the cluster; 0 stands for none.
 *
 * @param maxRowsPerSecond rows read from or written to the cluster in a second
 * @param maxBytesPerSecond bytes read from or written to it in a second
 * @param maxInFlightPerNode requests in flight that one node coordinates
 */
public record RequestLimits(long maxRowsPerSecond, long maxBytesPerSecond, int maxInFlightPerNode) {

  /** No bound. */
  public static final RequestLimits NONE = new RequestLimits(0, 0, 0);

  /** A rate that is bounded swings about its bound. */
  private static final double AT_BOUND = 0.9;

  /** Whether such rates are as high as they may be. */
  public boolean isReached(double rowsPerSecond, double bytesPerSecond) {
    return isAt(maxRowsPerSecond, rowsPerSecond) || isAt(maxBytesPerSecond, bytesPerSecond);
  }

  private static boolean isAt(long bound, double rate) {
    return bound > 0 && rate >= AT_BOUND * bound;
  }

  /** Returns these limits with rows per second. */
  public RequestLimits withMaxRowsPerSecond(long rows) {
    return new RequestLimits(rows, maxBytesPerSecond, maxInFlightPerNode);
  }

  /** Returns these limits with bytes per second. */
  public RequestLimits withMaxBytesPerSecond(long bytes) {
    return new RequestLimits(maxRowsPerSecond, bytes, maxInFlightPerNode);
  }

  /** Returns these limits with the requests in flight of one node. */
  public RequestLimits withMaxInFlightPerNode(int requests) {
    return new RequestLimits(maxRowsPerSecond, maxBytesPerSecond, requests);
  }
}
