package io.ringhaul.monitor;

/**
 * What took most of an operation's time.
 *
 * @param name a stage in lower case such as {@code wait} or {@code encode}, the name of a {@link
 *     BottleneckKind}, or {@code limits} for the operation's own limits
 * @param share the share of the operation's time, 0 to 1
 * @param description a text such as {@code the cluster: waiting for its answers for 82 % of the
 *     workers' time}
 */
public record LimitingFactor(String name, double share, String description) {

  /** With a share of less than a third, a bottleneck or limit did not limit the whole operation. */
  public static final double LEAST_SHARE = 1.0 / 3;

  @Override
  public String toString() {
    return description;
  }
}
