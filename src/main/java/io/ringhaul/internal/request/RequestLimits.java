package io.ringhaul.internal.request;

import java.io.Serializable;

/**
 * Limits that protect the cluster; 0 stands for no limit.
 *
 * @param maxRowsPerSecond rows read or written in a second
 * @param maxBytesPerSecond bytes read or written in a second
 * @param maxInFlightPerNode requests in flight that one node coordinates
 */
public record RequestLimits(long maxRowsPerSecond, long maxBytesPerSecond, int maxInFlightPerNode)
    implements Serializable {

  /** No limits. */
  public static final RequestLimits NONE = new RequestLimits(0, 0, 0);

  /** A limited rate fluctuates around its limit, so this share of the limit counts as reached. */
  private static final double AT_BOUND = 0.9;

  /** Returns an equal share of these limits for each of several processes. */
  public RequestLimits dividedBy(int sharers) {
    return new RequestLimits(
        share(maxRowsPerSecond, sharers),
        share(maxBytesPerSecond, sharers),
        (int) share(maxInFlightPerNode, sharers));
  }

  private static long share(long limit, int sharers) {
    return limit == 0 ? 0 : Math.max(1, limit / sharers);
  }

  /** Returns whether one of the rates has reached its limit. */
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

  /** Returns these limits with requests in flight for each node. */
  public RequestLimits withMaxInFlightPerNode(int requests) {
    return new RequestLimits(maxRowsPerSecond, maxBytesPerSecond, requests);
  }
}
