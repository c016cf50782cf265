package io.ringhaul.monitor;

/**
 * What took most of an operation's time.
 *
 * @param name a stage in lower case such as {@code wait} or {@code encode}, the name of a {@link
 *     BottleneckKind}, or {@code limits} for the bounds that the operation was given
 * @param share of its time, 0 to 1
 * @param description for people, such as {@code the cluster: workers waited for it for 82 % of
 *     their time}
 */
public record LimitingFactor(String name, double share, String description) {

  /** What held for less than a third of the time did not limit the whole. */
  public static final double LEAST_SHARE = 1.0 / 3;

  @Override
  public String toString() {
    return description;
  }
}
